"""Pings that come at once, on both databases: nothing is made twice, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Connection, RowMapping, select

from app.contacts.bulk import insert_contacts, newcomer
from app.contacts.pings import PingContext, Recorded, record_ping
from app.contacts.records import Ping
from app.contacts.user_data import read_user_data
from app.ids import AppId
from app.places.cities import Place
from app.storage.database import Database, open_database
from app.storage.migrations import migrate
from app.storage.tables import companies, contacts, search_words
from app.workspaces.operations import create_workspace
from support.recording import NOW, OWN

CONTEXT = PingContext(own_origin=OWN, place=Place("Atlanta"))


class Crowd:
    """Many who ping one workspace."""

    def __init__(self, database: Database, app_id: AppId) -> None:
        self.database = database
        self.app_id = app_id

    def ping(self, user_data: dict[str, Any], at: float = NOW) -> Awaitable[Recorded]:
        ping = Ping(self.app_id, read_user_data(user_data))
        return self.database.write(lambda conn: record_ping(conn, ping, CONTEXT, at))

    async def rows(self, table: Any = contacts) -> list[RowMapping]:
        return await self.database.read(lambda conn: list(conn.execute(select(table)).mappings()))


@pytest.fixture(params=["database_url", "postgres_url"])
def either_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    migrate(url)
    return url


@pytest_asyncio.fixture
async def crowd(either_url: str) -> AsyncIterator[Crowd]:
    database = await open_database(either_url)
    workspace = await database.write(lambda conn: create_workspace(conn, "Acme", NOW))
    yield Crowd(database, workspace.app_id)
    await database.close()


async def test_first_pings_of_one_user_make_one_contact(crowd: Crowd) -> None:
    told = {"user_id": "42", "email": "joe@example.com", "name": "Joe", "anonymous_id": "a1"}
    recorded = await asyncio.gather(*(crowd.ping(told) for _ in range(20)))
    assert len({answer.contact.id for answer in recorded}) == 1
    assert [answer.new_session for answer in recorded].count(True) == 1
    [row] = await crowd.rows()
    assert row["session_count"] == 1
    assert {word["word"] for word in await crowd.rows(search_words)} == {
        "joe",
        "42",
        "joe@example.com",
        "example.com",
    }


async def test_no_session_and_no_company_session_is_lost(crowd: Crowd) -> None:
    told = {"user_id": "42", "company": {"company_id": "6"}}
    for day in range(5):
        await asyncio.gather(*(crowd.ping(told, NOW + day * 86_400) for _ in range(8)))
    [row] = await crowd.rows()
    assert row["session_count"] == 5
    [company] = await crowd.rows(companies)
    assert company["session_count"] == 5


async def test_many_newcomers_of_one_place_are_called_differently(crowd: Crowd) -> None:
    recorded = await asyncio.gather(*(crowd.ping({"anonymous_id": f"a{n}"}) for n in range(40)))
    assert len({answer.contact.pseudonym for answer in recorded}) == 40


async def test_two_tabs_that_sign_in_at_once_absorb_one_visitor_once(crowd: Crowd) -> None:
    user = await crowd.ping({"user_id": "42"})
    visitor = await crowd.ping({"anonymous_id": "a1"})
    signed_in = await asyncio.gather(
        *(crowd.ping({"user_id": "42", "anonymous_id": "a1"}) for _ in range(10))
    )
    assert {answer.contact.id for answer in signed_in} == {user.contact.id}
    assert [answer.absorbed for answer in signed_in if answer.absorbed] == [visitor.contact.id]
    [row] = await crowd.rows()
    assert row["anonymous_id"] == "a1"


async def test_a_browser_that_changes_hands_at_once_belongs_to_one_of_them(crowd: Crowd) -> None:
    claims = [{"user_id": f"u{n % 2}", "anonymous_id": "a1"} for n in range(4)]
    await asyncio.gather(*map(crowd.ping, claims))
    rows = await crowd.rows()
    assert len(rows) == 2
    assert [row["anonymous_id"] for row in rows if row["anonymous_id"]] == ["a1"]


async def test_pings_in_bulk_and_one_by_one_go_side_by_side(crowd: Crowd) -> None:
    def import_people(conn: Connection) -> None:
        people = (
            newcomer(
                crowd.app_id, "user", NOW, external_id=f"i{n}", city="Atlanta", custom_attributes={"n": n}
            )
            for n in range(300)
        )
        insert_contacts(conn, crowd.app_id, people)

    pings = [crowd.ping({"user_id": f"p{n}"}) for n in range(20)]
    await asyncio.gather(*pings, crowd.database.write(import_people))
    rows = await crowd.rows()
    assert len({row["pseudonym"] for row in rows}) == len(rows) == 320
    assert {row["external_id"]: row["custom_attributes"] for row in rows}["i7"] == {"n": 7}
