"""The purge: destroys those whose seven days are over. Rule R61.

Nobody waits for it, as whatever is past its grace is treated as destroyed anyway; but the bytes have
to go. So it looks once a minute of the clock, takes one contact to a transaction, and after each destruction,
whoever did it, has the files scrubbed of what was deleted.
"""

import asyncio
from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from app.clock import Clock
from app.contacts import store
from app.contacts.destruction import Receipt, destroy
from app.contacts.grace import GRACE_SECONDS, is_over
from app.errors import StorageUnavailable
from app.ids import AppId, ContactId
from app.log import get_logger
from app.storage.database import Database
from app.storage.tables import contacts, receipts

LOOK_SECONDS: Final = 1.0
"""How often, in real time, the purge asks the clock whether a minute is over."""
INTERVAL_SECONDS: Final = 60.0
BATCH: Final = 200

Key = tuple[AppId, ContactId]

DUE: Final = (
    select(contacts.c.app_id, contacts.c.id)
    .where(contacts.c.deleted_at.is_not(None), contacts.c.deleted_at <= bindparam("horizon"))
    .order_by(contacts.c.app_id, contacts.c.deleted_at)
    .limit(bindparam("most"))
)


class Purge:
    """One for each server."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        # The newest one whose destruction the files show no trace of; after a start they are scrubbed if there is any.
        self._scrubbed_receipt = 0

    async def run(self) -> None:
        """Look once a minute for as long as the server runs; what can't be done now is tried again then."""
        looked_at = float("-inf")
        while True:
            now = self._clock.now()
            if now - looked_at >= INTERVAL_SECONDS:
                looked_at = now
                try:
                    await self.look(now)
                except StorageUnavailable as error:
                    get_logger().error("purge.waits", reason=error.message)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, now: float) -> int:
        """Destroy everybody whose time is up, and scrub the files; returns how many were destroyed.

        Raises StorageUnavailable. A contact that can't be destroyed for a fault of ours is logged, and holds
        up nobody else.
        """
        destroyed = 0
        failed: set[Key] = set()
        while due := await self._database.read(lambda conn: due_at(conn, now, failed)):
            for key in due:
                if await self._destroy(key, now):
                    destroyed += 1
                else:
                    failed.add(key)
        await self._scrub()
        return destroyed

    async def _destroy(self, key: Key, now: float) -> bool:
        app_id, contact_id = key
        try:
            receipt = await self._database.write(lambda conn: destroy_one(conn, app_id, contact_id, now))
        except StorageUnavailable:
            raise
        except Exception:
            get_logger().exception("purge.failed", app_id=app_id, contact=contact_id)
            return False
        if receipt is not None:
            get_logger().info("purge.destroyed", app_id=app_id, contact=contact_id)
        return receipt is not None

    async def _scrub(self) -> None:
        newest = await self._database.read(last_receipt)
        if newest != self._scrubbed_receipt and await self._database.scrub():
            self._scrubbed_receipt = newest


def due_at(conn: Connection, now: float, without: Collection[Key] = (), most: int = BATCH) -> list[Key]:
    """Those whose days of grace are over, of all workspaces; at most ``most``."""
    given = {"horizon": now - GRACE_SECONDS, "most": most + len(without)}
    found = [(AppId(row.app_id), ContactId(row.id)) for row in conn.execute(DUE, given)]
    return [key for key in found if key not in without][:most]


def destroy_one(conn: Connection, app_id: AppId, contact_id: ContactId, now: float) -> Receipt | None:
    """Destroy a contact whose time is up; none where somebody else has, or it was restored meanwhile."""
    contact = store.find_contact(conn, app_id, contact_id)
    return destroy(conn, contact, now) if contact is not None and is_over(contact, now) else None


def last_receipt(conn: Connection) -> int:
    """The number of the newest receipt; 0 where nothing was ever destroyed."""
    return conn.execute(select(func.max(receipts.c.id))).scalar_one() or 0
