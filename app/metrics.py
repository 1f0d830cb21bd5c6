"""Metrics, in Prometheus's text format at ``/metrics``.

Counters that are moved by rare events stand here. What moves with every heartbeat is counted
by a plain integer where it happens, and read only when somebody asks: ``render`` takes those
readings and prints them beside the counters.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

# Else each counter has a series beside it that says when the process began.
disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY: Final = CollectorRegistry()

pings: Final = Counter(
    "porchlight_pings",
    "Pings answered, by outcome: recorded, or the error's code.",
    ["outcome"],
    registry=REGISTRY,
)
socket_closes: Final = Counter(
    "porchlight_socket_closes",
    "Messenger sockets closed by the server, by close code.",
    ["code"],
    registry=REGISTRY,
)
socket_refusals: Final = Counter(
    "porchlight_socket_refusals",
    "Messenger sockets refused at the handshake, by error code.",
    ["code"],
    registry=REGISTRY,
)
connections_refused: Final = Counter(
    "porchlight_connections_refused", "Connections turned away at the limit of open files.", registry=REGISTRY
)
dashboards_cut: Final = Counter(
    "porchlight_dashboards_cut", "Dashboard sockets cut because they could not keep up.", registry=REGISTRY
)
webhook_deliveries: Final = Counter(
    "porchlight_webhook_deliveries",
    "Attempts to deliver to webhooks, by result: delivered, failed, given_up.",
    ["result"],
    registry=REGISTRY,
)

READINGS: Final[Mapping[str, tuple[str, str]]] = {
    "porchlight_heartbeats_total": ("counter", "Heartbeats acknowledged, over sockets and HTTP."),
    "porchlight_online_contacts": ("gauge", "Contacts online now, all workspaces."),
    "porchlight_messenger_sockets": ("gauge", "Open messenger sockets."),
    "porchlight_dashboards": ("gauge", "Open dashboard sockets that watch somebody."),
    "porchlight_ledger_entries": ("gauge", "Sightings and intervals that wait for the database."),
    "porchlight_writes_total": ("counter", "Operations committed by the write queue."),
    "porchlight_write_groups_total": ("counter", "Commits made by the write queue."),
    "porchlight_writes_waiting": ("gauge", "Operations that wait in the write queue."),
    "porchlight_sweep_age_seconds": ("gauge", "Time since the sweeper last finished."),
}
"""What is read when asked: name to kind and meaning."""


class _Readings:
    def __init__(self, values: Mapping[str, float]) -> None:
        self._values = values

    def collect(self) -> Iterable[Metric]:
        for name, value in self._values.items():
            kind, meaning = READINGS[name]
            family = CounterMetricFamily if kind == "counter" else GaugeMetricFamily
            metric = family(name, meaning)
            metric.add_metric([], value)
            yield metric


def render(readings: Mapping[str, float]) -> bytes:
    """All metrics as text; ``readings`` maps names of ``READINGS`` to their values now."""
    registry = CollectorRegistry()
    registry.register(_Readings(readings))
    return generate_latest(REGISTRY) + generate_latest(registry)
