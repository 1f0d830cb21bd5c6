"""The ledger: batches reach the database, and nothing is forgotten before it is there."""

import pytest

from app.contacts.listing import last_seen_of
from app.errors import StorageUnavailable
from app.ids import AppId, ContactId
from app.presence.last_seen import BATCH_ROWS, Ledger
from app.presence.lease_file import SEEN, UNTIL, LeaseFile, Slot
from app.presence.store import read_intervals
from app.storage.database import Database
from support.people import add_people

APP = AppId("uabcdefg")


def contact(number: int) -> ContactId:
    return ContactId(f"{number:024x}")


def slot_of(leases: LeaseFile, number: int, seen_at: float) -> Slot:
    return leases.take(APP, contact(number), seen_at, seen_at)


def ended_slot(leases: LeaseFile, number: int, since: float, until: float) -> Slot:
    slot = slot_of(leases, number, since)
    slot.times[slot.at + UNTIL] = until
    return slot


class Broken:
    """A database with a full disk."""

    async def write(self, work: object) -> None:
        raise StorageUnavailable("the disk is full")


async def test_ended_intervals_are_written_and_then_told(database: Database) -> None:
    leases, ledger = LeaseFile(None), Ledger()
    told: list[Slot] = []
    ledger.on_written = told.append
    slots = [ended_slot(leases, number, 100.0, 250.5) for number in range(BATCH_ROWS * 2 + 1)]
    for slot in slots:
        ledger.ended(slot)
    await database.write(lambda conn: add_people(conn, APP, [contact(7)]))

    await ledger.flush(database)

    assert told == slots
    assert len(ledger) == 0
    [interval] = await database.read(lambda conn: read_intervals(conn, APP, contact(7), 0.0))
    assert (interval.online_from, interval.online_until) == (100.0, 250.5)


async def test_R61_whoever_was_destroyed_meanwhile_leaves_no_interval(database: Database) -> None:
    ledger = Ledger()
    ledger.ended(ended_slot(LeaseFile(None), 1, 1.0, 2.0))
    await ledger.flush(database)
    assert await database.read(lambda conn: read_intervals(conn, APP, contact(1), 0.0)) == []


async def test_what_cannot_be_written_waits(database: Database) -> None:
    leases, ledger = LeaseFile(None), Ledger()
    ledger.ended(ended_slot(leases, 1, 1.0, 2.0))
    ledger.seen(slot_of(leases, 2, 5.0))

    with pytest.raises(StorageUnavailable):
        await ledger.flush(Broken())  # type: ignore[arg-type]

    assert len(ledger) == 2
    await ledger.flush(database)
    assert len(ledger) == 0


async def test_a_sighting_that_came_while_the_batch_was_written_waits_for_the_next(
    database: Database,
) -> None:
    leases, ledger = LeaseFile(None), Ledger()
    slot = slot_of(leases, 1, 5.0)
    ledger.seen(slot)

    class Slow:
        async def write(self, work: object) -> None:
            ledger.seen(slot)

    await ledger._write_batch(Slow())  # type: ignore[arg-type]
    assert len(ledger) == 1


async def test_what_is_written_is_what_stands_in_the_slot_by_then(database: Database) -> None:
    leases, ledger = LeaseFile(None), Ledger()
    slot, given_up = slot_of(leases, 1, 5.0), slot_of(leases, 2, 5.0)
    await database.write(lambda conn: add_people(conn, APP, [contact(1), contact(2)]))
    ledger.seen(slot)
    ledger.seen(given_up)
    slot.times[slot.at + SEEN] = 9.0
    leases.free(given_up)

    await ledger.flush(database)

    seen = await database.read(lambda conn: last_seen_of(conn, APP, [contact(1), contact(2)]))
    assert seen == {contact(1): 9.0, contact(2): None}


async def test_an_ending_takes_the_place_of_the_sighting_before_it() -> None:
    leases, ledger = LeaseFile(None), Ledger()
    slot = slot_of(leases, 1, 1.0)
    ledger.seen(slot)
    slot.times[slot.at + UNTIL] = 8.0
    ledger.ended(slot)
    assert len(ledger) == 1


async def test_an_interval_that_ends_while_its_sighting_fails_is_there_once() -> None:
    leases, ledger = LeaseFile(None), Ledger()
    slot = slot_of(leases, 1, 1.0)
    ledger.seen(slot)

    class Full:
        async def write(self, work: object) -> None:
            slot.times[slot.at + UNTIL] = 8.0
            ledger.ended(slot)
            raise StorageUnavailable("the disk is full")

    with pytest.raises(StorageUnavailable):
        await ledger._write_batch(Full())  # type: ignore[arg-type]
    assert len(ledger) == 1
