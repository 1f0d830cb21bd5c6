"""The green dot under load: how soon dashboards see a dot turn."""

import asyncio
from typing import Final

import uvloop

from .contenders import PRODUCT
from .figures import Figure, Side
from .product import OWN_ORIGIN, own_server
from .progress import Progress
from .report import Report
from .run import Load, Plan

FULL: Final = Plan(users=5000, rate=5000 / 30, seconds=30, watchers=200, leavers=0.5, origin=OWN_ORIGIN)
QUICK: Final = Plan(users=50, rate=50, seconds=2, watchers=4, leavers=0.5, origin=OWN_ORIGIN)
MOST_MS: Final = 300.0


def dots(plan: Plan, rounds: int, progress: Progress) -> Figure:
    """The p99 from a messenger's sign of life, or its leave, to the frame at a dashboard."""
    reports = [_round(plan, progress) for _ in range(rounds)]
    p99 = Side(
        PRODUCT, [report.green_dot_ms.p99 if report.green_dot_ms else float("inf") for report in reports]
    )
    faults = [
        f"round {number}: {report.dots_missed} missed, {report.dots_flickered} not called for, "
        f"{dict(report.errors)} {dict(report.disconnects)}"
        for number, report in enumerate(reports, 1)
        if not report.is_clean
    ]
    changes = sum(report.dots_expected for report in reports)
    return Figure(
        name=f"green dot, {plan.users:,} messengers, {plan.watchers} dashboards of 50 rows, p99",
        unit="ms",
        reach=f"under {MOST_MS:.0f} ms",
        ours=p99,
        others=[],
        reached=p99.median < MOST_MS and not faults,
        note="; ".join([f"{changes:,} changes seen in {rounds} rounds of {plan.seconds:g} s", *faults]),
    )


def _round(plan: Plan, progress: Progress) -> Report:
    with own_server(dashboards=True) as workspace:

        async def run() -> Report:
            return await Load(plan, workspace, progress, asyncio.Event()).run()

        return uvloop.run(run())
