"""What a run has shown: figures, and how they are told as text and as JSON.

Latencies go through HDR histograms (three digits, 1 us to 60 s): a percentile then costs no
sorting of millions, and a worst case is never averaged away.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from hdrh.histogram import HdrHistogram

_MOST_MICROS: Final = 60_000_000
SATURATED: Final = 0.9
"""Share of a core above which the generator's own work may be what is measured."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Of latencies, in milliseconds."""

    count: int
    p50: float
    p90: float
    p99: float
    p999: float
    worst: float

    def __str__(self) -> str:
        return (
            f"p50 {self.p50:.1f}, p90 {self.p90:.1f}, p99 {self.p99:.1f}, p99.9 {self.p999:.1f}, "
            f"worst {self.worst:.1f} ms ({self.count:,})"
        )


def percentiles(seconds: Iterable[float]) -> Percentiles | None:
    """None where nothing was measured."""
    histogram = HdrHistogram(1, _MOST_MICROS, 3)
    for value in seconds:
        histogram.record_value(min(max(1, int(value * 1e6)), _MOST_MICROS))
    count: int = histogram.get_total_count()
    if not count:
        return None

    def millis(share: float) -> float:
        return float(histogram.get_value_at_percentile(share)) / 1000

    return Percentiles(
        count, millis(50), millis(90), millis(99), millis(99.9), float(histogram.get_max_value()) / 1000
    )


@dataclass(frozen=True, slots=True)
class Second:
    """One second of the run. CPU as a share of one core; none where the server's process isn't known."""

    at: float
    sent: int
    acked: int
    open_sockets: int
    server_cpu: float | None
    generator_cpu: float
    ack_p50_ms: float | None
    ack_p99_ms: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one run of ``scripts/load``. None: not measured."""

    made_at: str
    users: int
    rate: float
    seconds: float
    watchers: int
    is_partial: bool
    machine: Mapping[str, str]

    pings: int = 0
    pings_seconds: float = 0.0
    ping_ms: Percentiles | None = None

    sockets: int = 0
    sockets_seconds: float = 0.0
    handshake_cpu_us: float | None = None
    memory_per_connection_bytes: float | None = None
    memory_per_messenger_bytes: float | None = None

    beating_seconds: float = 0.0
    heartbeats_sent: int = 0
    heartbeats_acked: int = 0
    heartbeats_waived: int = 0
    server_cpu: float | None = None
    cpu_us_per_acked: float | None = None
    ack_ms: Percentiles | None = None

    dashboards: int = 0
    dots_expected: int = 0
    dots_missed: int = 0
    dots_flickered: int = 0
    green_dot_ms: Percentiles | None = None
    dot_on_ms: Percentiles | None = None
    dot_off_ms: Percentiles | None = None

    disconnects: Mapping[str, int] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)
    generator_cpu: float = 0.0
    generator_pause_ms: float = 0.0
    series: tuple[Second, ...] = ()

    @property
    def is_saturated(self) -> bool:
        return self.generator_cpu > SATURATED

    @property
    def is_clean(self) -> bool:
        return not (self.errors or self.disconnects or self.dots_missed or self.dots_flickered)


def as_text(report: Report) -> str:
    """The report for people: a line for each figure, warnings last."""
    lines = [
        f"Load report, {report.made_at}",
        f"{report.users:,} messengers, {report.rate:,.0f} heartbeats/s wanted for {report.seconds:g} s, "
        f"{report.watchers:,} dashboards; {', '.join(report.machine.values())}",
        "",
        *(f"{name:<12}{value}" for name, value in _figures(report)),
        *_warnings(report),
    ]
    return "\n".join(lines) + "\n"


def _figures(report: Report) -> Iterable[tuple[str, str]]:
    yield "pings", _per_second(report.pings, report.pings_seconds)
    yield "", f"answered in {report.ping_ms}" if report.ping_ms else "none answered"
    yield (
        "sockets",
        f"{_per_second(report.sockets, report.sockets_seconds)}; server CPU {_micros(report.handshake_cpu_us)} each",
    )
    yield (
        "memory",
        f"{_kilobytes(report.memory_per_connection_bytes)} of the server's own per connection, "
        f"{_kilobytes(report.memory_per_messenger_bytes)} with all that the ping left",
    )
    took = report.beating_seconds or 1.0
    yield (
        "heartbeats",
        f"{report.heartbeats_sent / took:,.1f}/s sent, {report.heartbeats_acked / took:,.1f}/s acknowledged "
        f"({report.heartbeats_acked:,} of {report.heartbeats_sent:,}"
        + (f"; {report.heartbeats_waived} left before the ack)" if report.heartbeats_waived else ")"),
    )
    yield (
        "server CPU",
        f"{_micros(report.cpu_us_per_acked)} per acknowledged heartbeat (all that the server did meanwhile); "
        f"{_share(report.server_cpu)} of a core",
    )
    yield "ack", str(report.ack_ms or "none")
    yield "green dot", str(report.green_dot_ms or "no change was watched")
    if report.green_dot_ms:
        yield "  going on", str(report.dot_on_ms or "none")
        yield "  going off", str(report.dot_off_ms or "none")
        yield (
            "",
            f"{report.dots_expected:,} expected, {report.dots_missed} missed, {report.dots_flickered} not called for",
        )
    yield "disconnects", _counts(report.disconnects)
    yield "errors", _counts(report.errors)
    yield (
        "generator",
        f"{_share(report.generator_cpu)} of a core, longest pause {report.generator_pause_ms:.0f} ms",
    )


def _warnings(report: Report) -> Iterable[str]:
    if report.is_partial:
        yield "\nPARTIAL: the run was stopped before its end."
    if report.is_saturated:
        yield (
            f"\nWARNING: the generator used {_share(report.generator_cpu)} of a core: rates and latencies may be its "
            "own, not the server's. Take a lower --rate."
        )


def _per_second(count: int, seconds: float) -> str:
    return f"{count:,} in {seconds:.1f} s ({count / seconds if seconds else 0:,.0f}/s)"


def _micros(value: float | None) -> str:
    return "(unknown)" if value is None else f"{value:,.1f} us"


def _kilobytes(value: float | None) -> str:
    return "(unknown)" if value is None else f"{value / 1024:,.2f} KB"


def _share(value: float | None) -> str:
    return "(unknown)" if value is None else f"{value:.0%}"


def _counts(counts: Mapping[str, int]) -> str:
    return "; ".join(f"{kind}: {count}" for kind, count in sorted(counts.items())) or "none"


def as_json(report: Report) -> str:
    figures = asdict(report) | {"is_saturated": report.is_saturated}
    return json.dumps(figures, indent=1) + "\n"


def save(report: Report, folder: Path) -> list[Path]:
    """Write the report as JSON, text and plot, named by its moment; returns the files."""
    from .plot import draw  # noqa: PLC0415 (matplotlib takes a second to load: only when all is measured)

    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"load-{report.made_at.translate(str.maketrans('', '', ':-'))}"
    files = [stem.with_suffix(suffix) for suffix in (".json", ".txt", ".png")]
    files[0].write_text(as_json(report), "utf-8")
    files[1].write_text(as_text(report), "utf-8")
    draw(report, files[2])
    return files
