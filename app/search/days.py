"""Days of the calendar, as instants: from midnight to midnight in a workspace's time zone. Pure.

Where clocks change, a day has 23 or 25 hours.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY_SECONDS: Final = 86_400.0


def day_around(moment: float | date, timezone: str) -> tuple[float, float]:
    """When the day of ``moment`` (Unix seconds, or the day itself) begins, and when the next one does."""
    zone = _zone(timezone)
    day = moment if isinstance(moment, date) else datetime.fromtimestamp(moment, zone).date()
    return _midnight(day, zone), _midnight(day + timedelta(days=1), zone)


def _midnight(day: date, zone: ZoneInfo) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
