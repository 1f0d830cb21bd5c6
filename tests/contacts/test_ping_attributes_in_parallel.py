"""Attributes that come at once, on both databases: none is made twice, none is one too many, and all are found."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Connection, RowMapping, select

from app.attributes.operations import AttributeChange, attributes_of, change_attribute
from app.attributes.records import DataAttribute
from app.contacts.bulk import insert_contacts, newcomer
from app.contacts.custom import written
from app.contacts.pings import PingContext, Recorded, record_ping
from app.contacts.records import Ping
from app.contacts.saving import save
from app.contacts.store import find_contact, with_facts
from app.contacts.user_data import read_user_data
from app.ids import AppId, ContactId
from app.storage.database import Database, open_database
from app.storage.migrations import migrate
from app.storage.tables import attribute_values, data_attributes
from app.trail.records import CLI
from app.workspaces.operations import create_workspace
from support.recording import NOW, OWN


class Shop:
    """A workspace that is pinged."""

    def __init__(self, database: Database, app_id: AppId) -> None:
        self.database = database
        self.app_id = app_id

    def ping(self, at: float = NOW, **told: Any) -> Awaitable[Recorded]:
        ping = Ping(self.app_id, read_user_data(told))
        context = PingContext(own_origin=OWN)
        return self.database.write(lambda conn: record_ping(conn, ping, context, at))

    async def known(self) -> dict[str, DataAttribute]:
        return dict(await self.database.read(lambda conn: attributes_of(conn, self.app_id, "contact")))

    async def index(self, name: str) -> list[RowMapping]:
        statement = (
            select(attribute_values)
            .join(data_attributes, data_attributes.c.id == attribute_values.c.attribute_id)
            .where(data_attributes.c.name == name)
        )
        return await self.database.read(lambda conn: list(conn.execute(statement).mappings()))


@pytest.fixture(params=["database_url", "postgres_url"])
def either_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    migrate(url)
    return url


@pytest_asyncio.fixture
async def shop(either_url: str) -> AsyncIterator[Shop]:
    database = await open_database(either_url)
    workspace = await database.write(lambda conn: create_workspace(conn, "Acme", NOW))
    yield Shop(database, workspace.app_id)
    await database.close()


async def test_R40_a_key_that_many_bring_at_once_is_made_once(shop: Shop) -> None:
    answers = await asyncio.gather(
        *(shop.ping(user_id=str(n), plan="pro", seats=n, **{f"own_{n}": n}) for n in range(20))
    )
    assert all(answer.problems == () for answer in answers)
    known = await shop.known()
    assert {known["plan"].type, known["seats"].type} == {"string", "integer"}
    assert len(known) == 4 + 2 + 20
    assert {row["number"] for row in await shop.index("seats")} == {float(n) for n in range(20)}
    assert Counter(row["text"] for row in await shop.index("plan")) == {"pro": 20}


async def test_R40_no_more_than_250_are_made_however_many_come_at_once(shop: Shop) -> None:
    answers = await asyncio.gather(
        *(shop.ping(user_id=str(n), **{f"a{n}_{key}": key for key in range(30)}) for n in range(10))
    )
    refused = [problem.name for answer in answers for problem in answer.problems]
    assert (len(await shop.known()), len(refused)) == (4 + 250, 50)


async def test_R41_a_change_of_type_reads_all_values_anew(shop: Shop) -> None:
    await asyncio.gather(*(shop.ping(user_id=str(n), ends=str(1_700_000_000 + n)) for n in range(3)))
    await shop.ping(user_id="x", ends="soon")
    attribute_id = (await shop.known())["ends"].id

    def to_date(conn: Connection) -> None:
        change_attribute(conn, shop.app_id, attribute_id, AttributeChange(type="date"), actor=CLI, now=NOW)

    await shop.database.write(to_date)
    assert Counter(row["number"] for row in await shop.index("ends")) == {
        1_700_000_000.0: 1,
        1_700_000_001.0: 1,
        1_700_000_002.0: 1,
        None: 1,
    }
    assert (await shop.ping(user_id="x", ends=5)).contact.custom_attributes == {"ends": 5}


async def test_what_is_written_cleared_and_made_in_bulk_is_found(shop: Shop) -> None:
    contact_id = (await shop.ping(user_id="1", seats=3, beta=True, plan="pro")).contact.id

    def work(conn: Connection) -> ContactId:
        before = find_contact(conn, shop.app_id, contact_id)
        assert before is not None
        given = {"seats": None, "beta": "false"}
        save(conn, before, with_facts(before, written(conn, before, given, source="rest", by="x", now=NOW)))
        people = [
            newcomer(
                shop.app_id, "user", NOW, external_id="2", custom_attributes={"seats": 7}, provenance={}
            ),
            newcomer(shop.app_id, "lead", NOW),
        ]
        insert_contacts(conn, shop.app_id, people)
        return people[0].id

    bulk_id = await shop.database.write(work)
    assert [(row["contact_id"], row["number"]) for row in await shop.index("seats")] == [(bulk_id, 7.0)]
    assert [row["number"] for row in await shop.index("beta")] == [0.0]
    assert [row["text"] for row in await shop.index("plan")] == ["pro"]
