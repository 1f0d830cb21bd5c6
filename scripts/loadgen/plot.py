"""The picture of a run: heartbeats, CPU and latencies, second by second."""

from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from .report import Percentiles, Report

_INK: Final = "#1f2937"
_GREEN: Final = "#16a34a"
_BLUE: Final = "#2563eb"
_AMBER: Final = "#d97706"
_GREY: Final = "#9ca3af"
_TITLE: Final[dict[str, Any]] = {"loc": "left", "fontsize": 10}


def draw(report: Report, file: Path) -> None:
    """Write a PNG. Seconds that were not measured leave gaps."""
    mpl.use("Agg")
    figure = Figure(figsize=(9, 9), layout="constrained", dpi=110)
    rates, cpu, acks, dots = figure.subplots(4, 1)
    figure.suptitle(
        f"{report.users:,} messengers, {report.rate:,.0f} heartbeats/s, {report.watchers:,} dashboards",
        color=_INK,
    )
    at = [second.at for second in report.series]

    rates.plot(at, [second.sent for second in report.series], color=_GREY, lw=3, label="sent")
    rates.plot(at, [second.acked for second in report.series], color=_GREEN, label="acknowledged")
    rates.set_title("Heartbeats a second", **_TITLE)

    cpu.plot(at, [_percent(second.server_cpu) for second in report.series], color=_BLUE, label="server")
    cpu.plot(
        at,
        [_percent(second.generator_cpu) for second in report.series],
        color=_GREY,
        ls="--",
        label="generator",
    )
    cpu.set_title("CPU, % of a core", **_TITLE)

    acks.plot(at, [_value(second.ack_p99_ms) for second in report.series], color=_AMBER, label="ack p99")
    acks.plot(at, [_value(second.ack_p50_ms) for second in report.series], color=_GREEN, label="ack p50")
    acks.set_title("Heartbeat to ack, ms", **_TITLE)
    acks.set_xlabel("seconds into the run")

    for label, color, found in (
        ("ack", _AMBER, report.ack_ms),
        ("dot on", _GREEN, report.dot_on_ms),
        ("dot off", _INK, report.dot_off_ms),
    ):
        if found is not None:
            dots.plot(*_curve(found), color=color, marker="o", ms=4, label=label)
    dots.set_xticks(range(5), ["p50", "p90", "p99", "p99.9", "worst"])
    dots.set_yscale("log")
    dots.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    dots.set_title("Latencies of the whole run, ms", **_TITLE)

    for panel in (rates, cpu, acks, dots):
        panel.grid(alpha=0.25)
        panel.spines[["top", "right"]].set_visible(False)
        if panel.get_legend_handles_labels()[0]:
            panel.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=3, fontsize=8)
    for panel in (rates, cpu, acks):
        panel.set_ylim(bottom=0)
    figure.savefig(file)


def _curve(found: Percentiles) -> tuple[range, list[float]]:
    return range(5), [found.p50, found.p90, found.p99, found.p999, found.worst]


def _percent(share: float | None) -> float:
    return float("nan") if share is None else 100 * share


def _value(number: float | None) -> float:
    return float("nan") if number is None else number
