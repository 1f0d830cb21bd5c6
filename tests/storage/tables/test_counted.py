"""The count of people follows whatever is done to contacts, on both databases."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from sqlalchemy import Connection, delete, func, insert, select, text

from app.storage.database import Database, open_database
from app.storage.migrations import migrate
from app.storage.postgres import make_async_engine
from app.storage.tables import contacts, people_counts, workspaces
from support.deeds import APPS, DEEDS, ROLES, add, fresh
from support.searching import workspace_row


@pytest.fixture(params=["database_url", "postgres_url"])
def url(request: pytest.FixtureRequest) -> str:
    address: str = request.getfixturevalue(request.param)
    return address


@pytest_asyncio.fixture
async def store(url: str) -> AsyncIterator[Database]:
    await asyncio.to_thread(migrate, url)
    opened = await open_database(url)
    await opened.write(lambda conn: conn.execute(insert(workspaces), list(map(workspace_row, APPS))) and None)
    yield opened
    await opened.close()


def kept(conn: Connection) -> dict[tuple[str, str], int]:
    """The counts that the database keeps, without those of nobody."""
    key = people_counts.c.app_id, people_counts.c.role
    rows = conn.execute(select(*key, func.sum(people_counts.c.count)).group_by(*key))
    return {(app_id, role): count for app_id, role, count in rows if count}


def counted(conn: Connection) -> dict[tuple[str, str], int]:
    key = contacts.c.app_id, contacts.c.role
    rows = conn.execute(select(*key, func.count()).where(contacts.c.listed.is_(True)).group_by(*key))
    return {(app_id, role): count for app_id, role, count in rows}


@pytest.mark.parametrize("seed", range(3))
async def test_the_count_is_right_after_whatever_was_done(store: Database, seed: int) -> None:
    rng = random.Random(seed)

    def some_deeds(conn: Connection) -> None:
        for deed in (add, *rng.choices(DEEDS, k=4)):
            deed(conn, rng)
            assert kept(conn) == counted(conn), deed

    for _ in range(12):
        await store.write(some_deeds)
    assert await store.read(kept) == await store.read(counted) != {}


async def test_what_failed_is_not_counted(store: Database) -> None:
    def fail(conn: Connection) -> None:
        add(conn, random.Random(1))
        raise LookupError

    with pytest.raises(LookupError):
        await store.write(fail)
    assert await store.read(kept) == {}


async def test_transactions_on_postgres_wait_for_no_other_to_count(postgres_url: str) -> None:
    """Six at a time, each of which changes two counts, half of them in the other order."""
    await asyncio.to_thread(migrate, postgres_url)
    database, engine, rng = (
        await open_database(postgres_url),
        make_async_engine(postgres_url),
        random.Random(1),
    )
    await database.write(
        lambda conn: conn.execute(insert(workspaces), list(map(workspace_row, APPS))) and None
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        stack.push_async_callback(engine.dispose)
        writers = [await stack.enter_async_context(engine.connect()) for _ in range(6)]
        for role in ROLES:
            for number, writer in enumerate(writers):
                # Whoever had to wait would be refused.
                await writer.execute(text("SET LOCAL lock_timeout = 1"))
                await writer.execute(insert(contacts), fresh(rng, 40, role=role, listed=True))
                of_own = select(contacts.c.id).where(contacts.c.role == role).limit(number)
                await writer.execute(delete(contacts).where(contacts.c.id.in_(of_own)))
            writers.reverse()
        for writer in writers:
            await writer.commit()
        assert await database.read(kept) == await database.read(counted)
        assert set((await database.read(kept)).values()) == {6 * 40 - sum(range(6))}
