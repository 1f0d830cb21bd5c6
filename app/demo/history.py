"""A past for the people of the demo: when each was online, and how many were at any minute.

All of it follows from a seed, so the same demo can be made again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

DAYS: Final = 8
LINGER_SECONDS: Final = 120.0
"""A dot goes off this long after the last heartbeat."""
LATEST_SECONDS: Final = 240.0
EARLIEST_SECONDS: Final = 35 * 86_400.0
MINUTE: Final = 60
_MINUTES_OF_A_DAY: Final = 1_440


@dataclass(frozen=True, slots=True)
class Stay:
    """From when to when somebody's dot was on."""

    began_at: float
    ended_at: float


def last_seen(count: int, now: float, rng: Random) -> list[float]:
    """When each of ``count`` people was last seen: minutes ago to weeks ago, latest first."""
    spread = EARLIEST_SECONDS / LATEST_SECONDS
    shares = [place / max(count - 1, 1) for place in range(count)]
    return [now - LATEST_SECONDS * spread**share * rng.uniform(1.0, 1.1) for share in shares]


def stays(timezone: str, last_seen_at: float, now: float, rng: Random) -> list[Stay]:
    """When somebody was online in the last days, by their own clock; the last stay ends with ``last_seen_at``."""
    last = Stay(last_seen_at - rng.uniform(4, 40) * MINUTE, last_seen_at + LINGER_SECONDS)
    zone = ZoneInfo(timezone)
    today = datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    found = [
        stay
        for days_ago in range(DAYS)
        for stay in _stays_of_day(today - timedelta(days=days_ago), rng)
        if stay.ended_at < last.began_at
    ]
    found.sort(key=lambda stay: stay.began_at)
    return [*_apart(found), last]


def counts(of: Iterable[Stay], now: float) -> list[tuple[float, int]]:
    """How many were online at each minute of the last day: pairs of the minute and the number."""
    last_minute = int(now // MINUTE)
    first_minute = last_minute - _MINUTES_OF_A_DAY + 1
    changes = [0] * (_MINUTES_OF_A_DAY + 1)
    for stay in of:
        begins = max(-int(-stay.began_at // MINUTE) - first_minute, 0)
        ends = max(-int(-stay.ended_at // MINUTE) - first_minute, 0)
        if begins < _MINUTES_OF_A_DAY and begins < ends:
            changes[begins] += 1
            changes[min(ends, _MINUTES_OF_A_DAY)] -= 1
    points, online = [], 0
    for step, change in enumerate(changes[:-1]):
        online += change
        points.append((float((first_minute + step) * MINUTE), online))
    return points


def _stays_of_day(midnight: datetime, rng: Random) -> list[Stay]:
    """A few stays between breakfast and late evening; fewer on a weekend, and on some days none."""
    most = 4 if midnight.weekday() >= 5 else 9
    begins = [midnight + timedelta(hours=rng.triangular(7, 23, 14)) for _ in range(rng.randint(0, most))]
    return [
        Stay(begin.timestamp(), begin.timestamp() + rng.uniform(5, 100) * MINUTE + LINGER_SECONDS)
        for begin in begins
    ]


def _apart(sorted_stays: list[Stay]) -> list[Stay]:
    """Without those that begin before the one before has ended."""
    kept: list[Stay] = []
    for stay in sorted_stays:
        if not kept or stay.began_at > kept[-1].ended_at:
            kept.append(stay)
    return kept
