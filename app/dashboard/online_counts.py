"""The points of the chart: how many were online, minute by minute."""

from collections.abc import Iterable
from itertools import chain
from typing import Final

MINUTE: Final = 60.0
GAP_SECONDS: Final = 150.0
"""Two points further apart than this have a stretch between them in which nothing was written."""


def line_of(
    points: Iterable[tuple[float, int]], now: float, online_now: int
) -> dict[str, list[float | None]]:
    """The chart's line from ``(at, online)`` points to ``now``, as the two lists ``at`` and ``online``.

    While nobody is online nothing is written after the first zero: that stretch is filled with
    zeros. Any other stretch is one in which nobody counted: it gets a none, which no line crosses.
    """
    line: list[tuple[float, int | None]] = []
    for at, online in chain(points, [(now, online_now)]):
        if line and at - line[-1][0] > GAP_SECONDS:
            before, count = line[-1]
            line.append((at - MINUTE, 0) if count == 0 else (before + 1, None))
        line.append((at, online))
    if line == [(now, 0)]:
        line = []  # nobody was here in all the time that ``points`` tell of
    return {"at": [at for at, _ in line], "online": [online for _, online in line]}
