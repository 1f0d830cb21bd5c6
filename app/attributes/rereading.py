"""A change of type reads every contact's value anew, as it is searched: lot by lot, while all else goes on.

Of few the change does so itself. Where there are many it leaves a mark on the attribute: the id of the
contact behind which values are still to be read. Each lot is a write of its own, and moves the mark along in
the same transaction, so that after a crash it goes on behind the last lot that is on the disk. What is
written meanwhile is of the new type already. As long as there is a mark nothing is searched by the attribute:
half of its values would be of the old type.

On PostgreSQL somebody may have written a value of the old type that nobody sees yet, for it is not committed. So the
change waits for all who have written values, and keeps others from it until it is committed itself. Meanwhile
it waits for nothing else: of the few, one who is held by somebody (who may wait for the change) is left to the
``Rereader``.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from sqlalchemy import Connection

from app.attributes import index, store
from app.attributes.records import AttributeId, DataAttribute
from app.attributes.store import Mark
from app.ids import AppId, ContactId
from app.storage.database import Database
from app.storage.lookout import Lookout

LOT: Final = 250
"""So many are written in one transaction: those of others wait for a hundredth of a second."""
PAGE: Final = 20_000
"""So many are looked up at once, in a read."""


def begin(conn: Connection, attribute: DataAttribute) -> None:
    """Read the values of an attribute anew, or leave a mark for the ``Rereader`` where there are many."""
    store.hold_types(conn, attribute.app_id)
    few = index.some_holders(conn, attribute, LOT + 1)
    are_read = len(few) <= LOT and index.read_unheld(conn, attribute, few) == len(few)
    store.set_mark(conn, attribute.id, None if are_read else "")


def progress_of(conn: Connection, app_id: AppId) -> dict[AttributeId, tuple[int, int]]:
    """Of each attribute whose values are being read anew, how many are and how many there are."""
    return {
        mark.attribute_id: index.progress(conn, app_id, mark.attribute_id, mark.after)
        for mark in store.marks_of(conn, app_id)
    }


class Rereader:
    """Reads anew what changes of type left behind, one attribute at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, lookout: Lookout) -> None:
        """Work for as long as the server runs."""
        await lookout.keep(store.any_mark, self._finish_from, event="attribute.reread_waits")

    async def _finish_from(self, mark: Mark | None) -> None:
        if mark is not None:
            await self.finish_all()

    async def finish_all(self) -> None:
        """Work until no mark is left; raises StorageUnavailable, and goes on where it was when called again."""
        while mark := await self._database.read(store.any_mark):
            await self._read_page(mark)

    async def _read_page(self, mark: Mark) -> None:
        """What comes behind a mark, until somebody else moves it: another change of type, or another server."""
        holders = await self._database.read(
            lambda conn: index.holders_after(conn, mark.app_id, mark.attribute_id, mark.after, PAGE)
        )
        behind = mark
        for start in range(0, len(holders), LOT):
            lot = holders[start : start + LOT]
            moved = await self._database.write(partial(_read_lot, mark=behind, lot=lot))
            if moved is None:
                return
            behind = moved
        if len(holders) < PAGE:
            await self._database.write(partial(_finish, mark=behind))


def _read_lot(conn: Connection, mark: Mark, lot: Sequence[ContactId]) -> Mark | None:
    """Read one lot; returns the mark behind it, none where it was moved meanwhile."""
    if not store.hold_mark(conn, mark):
        return None
    attribute = store.find_attribute(conn, mark.app_id, mark.attribute_id)
    assert attribute is not None
    index.read_anew(conn, attribute, lot)
    store.set_mark(conn, mark.attribute_id, lot[-1])
    return Mark(mark.app_id, mark.attribute_id, lot[-1])


def _finish(conn: Connection, mark: Mark) -> None:
    if store.hold_mark(conn, mark):
        store.set_mark(conn, mark.attribute_id, None)
