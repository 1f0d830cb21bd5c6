"""The strip of a profile: when somebody was online in the last days, one bar a day.

Pure: intervals go in, bars and words come out. A day is the workspace's own, from midnight to
midnight; where clocks change it has 23 or 25 hours and fills its bar all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from app.dashboard.moments import day, start_of_day

DAYS: Final = 7
_HALF_DAY: Final = 43_200.0
_SLIMMEST: Final = 0.004
"""So much of a bar a moment takes at least, or nobody would see it."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of a day's bar, as shares of its length."""

    start: float
    width: float


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day: its name, the spells in it from midnight on, and how long they are together."""

    name: str
    spells: tuple[Spell, ...]
    online_seconds: float

    @property
    def label(self) -> str:
        """What stands before the bar: ``Tue 14``."""
        return " ".join(self.name.split()[:2])

    @property
    def short_words(self) -> str:
        """What stands behind the bar: ``2 h 5 min``, or nothing."""
        return duration(self.online_seconds).removesuffix(" online") if self.online_seconds > 0 else ""

    @property
    def in_words(self) -> str:
        return f"{self.name}: {duration(self.online_seconds)}"


def strip_begins(now: float, timezone: str) -> float:
    """The midnight before the first of the days shown."""
    return _midnights(now, timezone)[0]


def strip_of(intervals: Iterable[tuple[float, float]], now: float, timezone: str) -> list[DayBar]:
    """The bars of the last days, the oldest first, from ``(online_from, online_until)`` pairs."""
    midnights = _midnights(now, timezone)
    spans = _united(intervals)
    return [_bar(spans, start, end, timezone) for start, end in pairwise(midnights)]


def duration(seconds: float) -> str:
    """``2 h 5 min online``, ``not online``."""
    minutes = int(seconds // 60)
    if seconds <= 0:
        return "not online"
    if minutes < 1:
        return "under 1 min online"
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    parts += [f"{rest} min"] if rest else []
    return f"{' '.join(parts)} online"


def _united(intervals: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without overlaps: of two records that were merged, both may have been online at once."""
    united: list[tuple[float, float]] = []
    for start, end in sorted(intervals):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], end))
        else:
            united.append((start, end))
    return united


def _bar(spans: list[tuple[float, float]], start: float, end: float, timezone: str) -> DayBar:
    within = [(max(a, start), min(b, end)) for a, b in spans if a < end and b > start]
    length = end - start
    spells = tuple(_spell((a - start) / length, (b - start) / length) for a, b in within)
    return DayBar(day(start, timezone), spells, sum(b - a for a, b in within))


def _spell(start: float, end: float) -> Spell:
    width = max(end - start, _SLIMMEST)
    return Spell(round(min(start, 1 - width), 4), round(width, 4))


def _midnights(now: float, timezone: str) -> list[float]:
    """The midnights around the days shown, the coming one included."""
    midnights = [start_of_day(now, timezone)]
    for _ in range(DAYS - 1):
        midnights.insert(0, start_of_day(midnights[0] - _HALF_DAY, timezone))
    # 36 hours on from midnight is the next day, whether that has 23 hours or 25.
    return [*midnights, start_of_day(midnights[-1] + 3 * _HALF_DAY, timezone)]
