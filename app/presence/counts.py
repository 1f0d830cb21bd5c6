"""Counts for the chart: how many were online, minute by minute."""

import asyncio
from functools import partial
from typing import Final

from app.clock import Clock
from app.errors import StorageUnavailable
from app.ids import AppId
from app.log import get_logger
from app.presence.store import write_counts
from app.presence.tracker import Tracker
from app.storage.database import Database

SAMPLE_SECONDS: Final = 60
LOOK_SECONDS: Final = 1.0
KEEP_SECONDS: Final = 8 * 86_400


async def keep_counts(tracker: Tracker, database: Database, clock: Clock) -> None:
    """Write a point at each new minute of the clock, for as long as the server runs."""
    minute = int(clock.now() // SAMPLE_SECONDS)
    counted: set[AppId] = set()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        now = clock.now()
        if now // SAMPLE_SECONDS == minute:
            continue
        minute = int(now // SAMPLE_SECONDS)
        counts = tracker.online_counts()
        # A workspace that is empty now gets its zero once, so that the line comes down.
        rows = {app_id: online for app_id, online in counts.items() if online or app_id in counted}
        counted = {app_id for app_id, online in counts.items() if online}
        if not rows:
            continue
        try:
            at = float(minute * SAMPLE_SECONDS)
            await database.write(partial(write_counts, counts=rows, at=at, keep_since=at - KEEP_SECONDS))
        except StorageUnavailable as error:
            get_logger().error("presence.count_lost", reason=error.message)
