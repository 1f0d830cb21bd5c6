"""The ledger: what presence tells the database, gathered and written in batches.

The tracker enters sightings and ended intervals; a task writes them a few hundred rows at a
time, so that pings queue behind a short batch and never behind a long one. What can't be
written (a full disk, say) waits and is tried again.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from app.errors import StorageUnavailable
from app.ids import AppId, ContactId
from app.log import get_logger
from app.presence import store
from app.presence.changes import Interval, Sighting
from app.presence.lease_file import ACTIVE, SEEN, SINCE, UNTIL, Slot, owner
from app.storage.database import Database

BATCH_ROWS: Final = 300
FLUSH_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 3.0


class Ledger:
    """Entries that wait for the database.

    An ended interval stays in its slot, which keeps it safe, and is read from there; ``on_written`` is told once it
    is committed. A million contacts may go at once, so an entry is the slot itself: nothing new for the collector.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[AppId, ContactId], Sighting] = {}
        self._ended: deque[Slot] = deque()
        self.on_written: Callable[[Slot], None] = lambda _: None

    def seen(self, sighting: Sighting) -> None:
        self._seen[sighting.app_id, sighting.contact_id] = sighting

    def ended(self, app_id: AppId, contact_id: ContactId, slot: Slot) -> None:
        self._seen.pop((app_id, contact_id), None)
        self._ended.append(slot)

    def __len__(self) -> int:
        return len(self._seen) + len(self._ended)

    async def flush(self, database: Database) -> None:
        """Write all that waits now, batch by batch; raises StorageUnavailable and keeps what is not written."""
        for _ in range(len(self) // BATCH_ROWS + 1):
            await self._write_batch(database)

    async def _write_batch(self, database: Database) -> None:
        ended = list(islice(self._ended, BATCH_ROWS))
        keys = list(islice(self._seen, BATCH_ROWS - len(ended)))
        seen = [self._seen[key] for key in keys]
        if not ended and not seen:
            return

        intervals = [_interval(slot) for slot in ended]
        sightings = [*seen, *(_last_sighting(slot) for slot in ended)]

        def work(conn: Connection) -> None:
            store.write_intervals(conn, intervals)
            store.write_sightings(conn, sightings)

        await database.write(work)
        for sighting in seen:
            key = sighting.app_id, sighting.contact_id
            if self._seen.get(key) is sighting:
                del self._seen[key]
        for slot in ended:
            self._ended.popleft()
            self.on_written(slot)


def _interval(slot: Slot) -> Interval:
    return Interval(*owner(slot), slot.times[slot.at + SINCE], slot.times[slot.at + UNTIL])


def _last_sighting(slot: Slot) -> Sighting:
    return Sighting(*owner(slot), slot.times[slot.at + SEEN], slot.times[slot.at + ACTIVE])


async def keep_written(ledger: Ledger, database: Database) -> None:
    """Write the ledger once a second, for as long as the server runs."""
    while True:
        await asyncio.sleep(FLUSH_SECONDS)
        try:
            await ledger.flush(database)
        except StorageUnavailable as error:
            get_logger().error("presence.ledger_waits", entries=len(ledger), reason=error.message)
            await asyncio.sleep(RETRY_SECONDS)
