"""Moments in words: how long ago, and exactly when.

``static/dashboard/moments.js`` says the same in the page as time goes by.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_UNITS: Final = (
    (365 * 86_400, "year"),
    (30 * 86_400, "month"),
    (86_400, "day"),
    (3_600, "hour"),
    (60, "minute"),
)


class Moment:
    """A moment that has passed by ``now``, as a page shows it."""

    __slots__ = ("exact", "moment", "words")

    def __init__(self, at: float, now: float, timezone: str) -> None:
        self.words = ago(now - at)
        self.exact = exactly(at, timezone)
        self.moment = iso(at)


def ago(seconds: float) -> str:
    """``3 minutes ago``; less than a minute, or a moment ahead, is ``just now``."""
    for unit, name in _UNITS:
        if seconds >= unit:
            count = int(seconds // unit)
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"


def exactly(at: float, timezone: str) -> str:
    """``14 Nov 2023, 22:13:20 UTC``, in the workspace's time zone."""
    moment = datetime.fromtimestamp(at, zone_of(timezone))
    return f"{moment.day} {moment:%b %Y, %H:%M:%S %Z}"


def day(at: float, timezone: str) -> str:
    """``Tue 14 Nov``, in the workspace's time zone."""
    moment = datetime.fromtimestamp(at, zone_of(timezone))
    return f"{moment:%a} {moment.day} {moment:%b}"


def iso(at: float) -> str:
    """For ``<time datetime>``."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def start_of_day(at: float, timezone: str) -> float:
    """When the day of ``at`` began in the workspace's time zone."""
    moment = datetime.fromtimestamp(at, zone_of(timezone))
    return moment.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
