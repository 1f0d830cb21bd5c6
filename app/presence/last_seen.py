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
    is committed. A million contacts may be seen or go at once, so an entry is the slot itself: nothing new for the
    collector. ``on_nobody`` is told of a slot whose contact the database does not know.
    """

    def __init__(self) -> None:
        self._seen: dict[Slot, None] = {}
        self._ended: deque[Slot] = deque()
        self.on_written: Callable[[Slot], None] = lambda _: None
        self.on_nobody: Callable[[Slot], None] = lambda _: None

    def seen(self, slot: Slot) -> None:
        """Whoever is online in ``slot`` was seen: what stands there is written when its turn comes."""
        self._seen[slot] = None

    def ended(self, slot: Slot) -> None:
        """The interval in ``slot`` has ended."""
        self._seen.pop(slot, None)
        self._ended.append(slot)

    def __len__(self) -> int:
        return len(self._seen) + len(self._ended)

    async def flush(self, database: Database) -> None:
        """Write all that waits now, batch by batch; raises StorageUnavailable and keeps what is not written."""
        for _ in range(len(self) // BATCH_ROWS + 1):
            await self._write_batch(database)

    async def _write_batch(self, database: Database) -> None:
        ended = list(islice(self._ended, BATCH_ROWS))
        seen = list(islice(self._seen, BATCH_ROWS - len(ended)))
        if not ended and not seen:
            return

        intervals = [_interval(slot) for slot in ended]
        # A slot that was given up meanwhile tells of nobody.
        told = [slot for slot in (*seen, *ended) if slot.times[slot.at + SEEN] > 0]
        sightings = [_sighting(slot) for slot in told]
        of_nobody: set[Sighting] = set()
        # Who is seen while these are being written has to be written again.
        for slot in seen:
            del self._seen[slot]

        def work(conn: Connection) -> None:
            store.write_intervals(conn, intervals)
            of_nobody.update(store.write_sightings(conn, sightings))

        try:
            await database.write(work)
        except BaseException:
            self._seen |= dict.fromkeys(slot for slot in seen if slot.times[slot.at + UNTIL] == 0)
            raise
        for slot in ended:
            self._ended.popleft()
            self.on_written(slot)
        if of_nobody:
            for slot, sighting in zip(told, sightings, strict=True):
                if sighting in of_nobody:
                    self.on_nobody(slot)


def _interval(slot: Slot) -> Interval:
    return Interval(*owner(slot), slot.times[slot.at + SINCE], slot.times[slot.at + UNTIL])


def _sighting(slot: Slot) -> Sighting:
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
