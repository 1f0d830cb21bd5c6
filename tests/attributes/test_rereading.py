"""A change of type reads all values anew, lot by lot, while all else goes on. Rule R41."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.attributes import rereading, store
from app.attributes.operations import AttributeChange, attributes_of, change_attribute
from app.attributes.records import AttributeType, DataAttribute
from app.attributes.rereading import Rereader, progress_of
from app.contacts.pings import PingContext, record_ping
from app.contacts.records import Ping
from app.contacts.searching import Here, search_of
from app.contacts.user_data import read_user_data
from app.errors import AttributeUnread
from app.ids import AppId
from app.search.asking import Order
from app.search.finding import count_of
from app.storage.database import Database, open_database
from app.storage.migrations import migrate
from app.storage.tables import attribute_values
from app.trail.records import CLI
from app.workspaces.operations import create_workspace
from support.recording import NOW, OWN

LATE = {"field": "custom_attributes.ends", "operator": ">", "value": 1}


class Shop:
    """A workspace whose people have a number as text, in a database of either kind."""

    def __init__(self, database: Database, app_id: AppId) -> None:
        self.database = database
        self.app_id = app_id

    async def ping(self, user_id: int, ends: object) -> None:
        person = read_user_data({"user_id": str(user_id), "ends": ends})
        context = PingContext(own_origin=OWN)
        await self.database.write(
            lambda conn: record_ping(conn, Ping(self.app_id, person), context, NOW) and None
        )

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
