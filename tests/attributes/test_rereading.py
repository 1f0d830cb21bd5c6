"""A change of type reads all values anew, lot by lot, while all else goes on. Rule R41."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.util import await_only

from app.attributes import rereading, store
from app.attributes.operations import AttributeChange, attributes_of, change_attribute
from app.attributes.records import AttributeType, DataAttribute
from app.attributes.rereading import Rereader, progress_of
from app.contacts.bulk import insert_contacts, newcomer
from app.contacts.csv_rows import Line
from app.contacts.imports import import_lines
from app.contacts.pings import PingContext, record_ping
from app.contacts.records import Ping
from app.contacts.searching import Here, search_of
from app.contacts.store import find_contact
from app.contacts.user_data import read_user_data
from app.errors import AttributeUnread
from app.ids import AppId, ContactId
from app.search.asking import Order
from app.search.counting import count_of
from app.storage.database import Database, open_database
from app.storage.migrations import migrate
from app.storage.tables import attribute_values, contacts
from app.trail.records import CLI
from app.workspaces.operations import create_workspace
from support.recording import NOW, OWN

LATE = {"field": "custom_attributes.ends", "operator": ">", "value": 1}


def ping(conn: Connection, app_id: AppId, **said: Any) -> None:
    record_ping(conn, Ping(app_id, read_user_data(said)), PingContext(own_origin=OWN), NOW)


class Shop:
    """A workspace whose people have a number as text, in a database of either kind."""

    def __init__(self, database: Database, app_id: AppId) -> None:
        self.database = database
        self.app_id = app_id

    async def ping(self, user_id: int, ends: object) -> None:
        await self.database.write(lambda conn: ping(conn, self.app_id, user_id=str(user_id), ends=ends))

    async def attribute(self) -> DataAttribute:
        return (await self.database.read(lambda conn: attributes_of(conn, self.app_id, "contact")))["ends"]

    async def change(self, type_: AttributeType) -> None:
        attribute_id, change = (await self.attribute()).id, AttributeChange(type=type_)
        await self.database.write(
            lambda conn: change_attribute(conn, self.app_id, attribute_id, change, actor=CLI, now=NOW)
        )

    async def index(self) -> Counter[Any]:
        """Each value, as it is searched."""
        columns = select(attribute_values.c.number, attribute_values.c.text)
        rows = await self.database.read(lambda conn: conn.execute(columns).all())
        return Counter(row.number if row.text is None else row.text for row in rows)

    async def found(self) -> int:
        def work(conn: Connection) -> int:
            return count_of(conn, search_of(conn, Here(self.app_id, NOW), LATE, Order()), None)

        return await self.database.read(work)

    async def progress(self) -> list[tuple[int, int]]:
        return list((await self.database.read(lambda conn: progress_of(conn, self.app_id))).values())

    async def until_it_waits(self, task: asyncio.Task[Any]) -> None:
        """Until a transaction waits for another, or ``task`` needs not."""
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not (task.done() or await self.database.read(lambda conn: conn.scalar(waiting))):
            pass


@pytest.fixture(params=["sqlite", "postgresql"])
def either_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return str(request.getfixturevalue("database_url"))
    url = str(request.getfixturevalue("postgres_url"))
    migrate(url)
    return url


@pytest.fixture(autouse=True)
def small_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rereading, "LOT", 2)
    monkeypatch.setattr(rereading, "PAGE", 4)


async def shop_of(url: str, people: int) -> Shop:
    database = await open_database(url)
    app_id = (await database.write(lambda conn: create_workspace(conn, "Acme", NOW))).app_id
    shop = Shop(database, app_id)
    for number in range(people):
        await shop.ping(number, str(1_700_000_000 + number * 86_400))
    return shop


async def test_values_of_few_are_read_with_the_change(either_url: str) -> None:
    shop = await shop_of(either_url, 2)
    await shop.change("date")
    assert (await shop.progress(), await shop.found()) == ([], 2)
    await shop.database.close()


@pytest.mark.parametrize("people", [3, 4, 5, 8, 9])
async def test_values_of_many_are_read_lot_by_lot(either_url: str, people: int) -> None:
    shop = await shop_of(either_url, people)
    await shop.change("date")
    assert await shop.progress() == [(0, people)]
    with pytest.raises(AttributeUnread, match="ends was given another type"):
        await shop.found()
    writes = shop.database.committed[0]
    await Rereader(shop.database).finish_all()
    assert shop.database.committed[0] - writes == (people + 1) // 2 + 1
    assert (await shop.progress(), await shop.found()) == ([], people)
    await shop.database.close()


class Crash(Exception):
    """The server is no more."""


async def test_after_a_crash_it_goes_on_behind_the_last_lot(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await shop_of(database_url, 9)
    await shop.change("date")
    lots: list[int] = []

    def read(conn: Connection, attribute: DataAttribute, lot: Any) -> None:
        if len(lots) == 2:
            raise Crash
        lots.append(len(lot))
        original(conn, attribute, lot)

    original = rereading.index.read_anew
    with monkeypatch.context() as patch:
        patch.setattr(rereading.index, "read_anew", read)
        with pytest.raises(Crash):
            await Rereader(shop.database).finish_all()
    assert await shop.progress() == [(4, 9)]
    assert sum(isinstance(value, str) for value in (await shop.index()).elements()) == 5
    await shop.ping(8, 1_600_000_000)
    await Rereader(shop.database).finish_all()
    assert (await shop.progress(), await shop.found()) == ([], 9)
    assert (await shop.index())[1_600_000_000.0] == 1
    await shop.database.close()


async def test_another_change_meanwhile_begins_anew(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await shop_of(database_url, 9)
    await shop.change("date")
    moved: list[str] = []
    original = store.set_mark

    def set_mark(conn: Connection, attribute_id: Any, after: str | None) -> None:
        original(conn, attribute_id, after)
        if len(moved) == 1:
            attribute = store.find_attribute(conn, shop.app_id, attribute_id)
            assert attribute is not None
            store.update_attribute(conn, replace(attribute, type="string"))
            original(conn, attribute_id, "")
        moved.append(str(after))

    monkeypatch.setattr(store, "set_mark", set_mark)
    await Rereader(shop.database).finish_all()
    assert await shop.progress() == []
    assert all(isinstance(value, str) for value in (await shop.index()).elements())
    await shop.database.close()


# On PostgreSQL others write while a type is changed


def pinged(conn: Connection, app_id: AppId) -> None:
    ping(conn, app_id, user_id="late", ends="1700000000")


def made_in_bulk(conn: Connection, app_id: AppId) -> None:
    values = {"ends": "1700000000"}
    late = newcomer(app_id, "user", NOW, external_id="late", custom_attributes=values)
    insert_contacts(conn, app_id, [late])


def imported(conn: Connection, app_id: AppId) -> None:
    line = Line(1, {"role": "user", "external_id": "late", "custom_attributes": {"ends": "1700000000"}})
    assert import_lines(conn, app_id, [line], actor=CLI, now=NOW).created == 1


@pytest.mark.parametrize("people", [1, 4])
@pytest.mark.parametrize("write", [pinged, made_in_bulk, imported])
async def test_a_value_that_is_being_written_when_the_type_changes_is_read_anew(
    postgres_url: str, write: Callable[[Connection, AppId], None], people: int
) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    shop = await shop_of(postgres_url, people)
    is_written, may_end = asyncio.Event(), asyncio.Event()

    def work(conn: Connection) -> None:
        write(conn, shop.app_id)
        is_written.set()
        await_only(may_end.wait())

    writing = asyncio.create_task(shop.database.write(work))
    await is_written.wait()
    changing = asyncio.create_task(shop.change("date"))
    await shop.until_it_waits(changing)
    if changing.done():
        await Rereader(shop.database).finish_all()
    may_end.set()
    await asyncio.gather(writing, changing)
    await Rereader(shop.database).finish_all()
    assert (await shop.progress(), await shop.found()) == ([], people + 1)
    await shop.database.close()


async def test_a_change_of_type_waits_for_nobody_who_may_wait_for_it(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    shop = await shop_of(postgres_url, 2)
    is_held, may_end = asyncio.Event(), asyncio.Event()

    def hold(conn: Connection) -> None:
        [contact_id] = conn.execute(select(contacts.c.id).where(contacts.c.external_id == "0")).scalars()
        find_contact(conn, shop.app_id, ContactId(contact_id))
        is_held.set()
        await_only(may_end.wait())
        ping(conn, shop.app_id, user_id="0", ends=1_600_000_000)

    holding = asyncio.create_task(shop.database.write(hold))
    await is_held.wait()
    changing = asyncio.create_task(shop.change("date"))
    await shop.until_it_waits(changing)
    assert changing.done()
    assert await shop.progress() == [(0, 2)]
    may_end.set()
    await holding
    await Rereader(shop.database).finish_all()
    assert (await shop.progress(), await shop.found()) == ([], 2)
    assert (await shop.index())[1_600_000_000.0] == 1
    await shop.database.close()


async def test_a_ping_makes_all_its_attributes_before_it_keeps_types_as_they_are(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    shop = await shop_of(postgres_url, 1)
    asked: list[str] = []

    def work(conn: Connection) -> None:
        event.listen(conn, "before_cursor_execute", lambda *given: asked.append(given[2]))
        ping(conn, shop.app_id, user_id="7", ends="1", company={"company_id": "6", "shelf": "top"})

    await shop.database.write(work)
    made = [place for place, statement in enumerate(asked) if "INSERT INTO data_attributes" in statement]
    kept = [place for place, statement in enumerate(asked) if "pg_advisory_xact_lock_shared" in statement]
    assert made
    assert kept
    assert max(made) < min(kept)
    await shop.database.close()
