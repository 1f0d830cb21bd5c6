"""The count of people follows whatever is done to contacts, on both databases."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Connection, bindparam, delete, func, insert, literal, select, text, update

from app.ids import AppId
from app.storage.database import Database, open_database
from app.storage.migrations import migrate
from app.storage.postgres import make_async_engine
from app.storage.tables import contacts, people_counts, workspaces
from support.searching import crowd, row_of, workspace_row

APPS = (AppId("uaaaaaaa"), AppId("ubbbbbbb"))
ROLES = ("lead", "user", "visitor")
ROWS = [row_of(APPS[0], person, external_id=None, email_key=None) for person in crowd(200)]


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


def fresh(rng: random.Random, count: int, **values: Any) -> list[dict[str, Any]]:
    return [
        rng.choice(ROWS)
        | {"id": f"{rng.getrandbits(96):024x}", "role": rng.choice(ROLES), "listed": rng.random() < 0.7}
        | values
        for _ in range(count)
    ]


def some(rng: random.Random) -> Any:
    """A condition on contacts that holds for a few of them."""
    return func.substr(contacts.c.id, 3, 1).in_(rng.sample("0123456789abcdef", 4))


def add(conn: Connection, rng: random.Random) -> None:
    conn.execute(insert(contacts), fresh(rng, rng.randrange(1, 30)))


def copy_some(conn: Connection, rng: random.Random) -> None:
    copied = [column for column in contacts.c if column.name not in ("app_id", "id", "anonymous_id")]
    # Never copies of copies, which might bear the same id.
    new_id = literal(f"f{rng.getrandbits(28):07x}").concat(func.substr(contacts.c.id, 9))
    rows = select(literal(rng.choice(APPS)), new_id, *copied).where(some(rng), contacts.c.id < "f")
    names = ["app_id", "id", *(column.name for column in copied)]
    conn.execute(insert(contacts).from_select(names, rows))


def add_again(conn: Connection, rng: random.Random) -> None:
    """Rows that are there already are left alone, and so is the count; the new one is counted."""
    given = fresh(rng, 2)
    names = ", ".join(given[0])
    there = f"INSERT INTO contacts ({names}) SELECT {names} FROM contacts WHERE true ON CONFLICT DO NOTHING"
    conn.execute(insert(contacts), given)
    conn.execute(text(there))
    if conn.dialect.name == "sqlite":
        conn.execute(insert(contacts).prefix_with("OR IGNORE"), [*given, *fresh(rng, 1)])


def give_roles(conn: Connection, rng: random.Random) -> None:
    conn.execute(update(contacts).where(some(rng)).values(role=rng.choice(ROLES)))


def hide_or_show(conn: Connection, rng: random.Random) -> None:
    conn.execute(update(contacts).where(some(rng)).values(listed=rng.random() < 0.5))


def change_all_at_once(conn: Connection, rng: random.Random) -> None:
    values = {"app_id": rng.choice(APPS), "role": rng.choice(ROLES), "listed": rng.random() < 0.5}
    conn.execute(update(contacts).where(some(rng)).values(values))


def change_one_by_one(conn: Connection, rng: random.Random) -> None:
    ids = conn.execute(select(contacts.c.id).where(some(rng))).scalars().all()
    rows = [{"of_id": id_, "role": rng.choice(ROLES), "listed": rng.random() < 0.5} for id_ in ids]
    of_id = contacts.c.id == bindparam("of_id")
    if rows:
        conn.execute(
            update(contacts).where(of_id).values(role=bindparam("role"), listed=bindparam("listed")), rows
        )


def change_something_else(conn: Connection, rng: random.Random) -> None:
    conn.execute(update(contacts).where(some(rng)).values(name="Ada", role=contacts.c.role))


def remove(conn: Connection, rng: random.Random) -> None:
    conn.execute(delete(contacts).where(some(rng)))


def think_better_of_it(conn: Connection, rng: random.Random) -> None:
    with conn.begin_nested() as savepoint:
        rng.choice(DEEDS[:-1])(conn, rng)
        savepoint.rollback()


DEEDS: tuple[Callable[[Connection, random.Random], None], ...] = (
    add,
    copy_some,
    add_again,
    give_roles,
    hide_or_show,
    change_all_at_once,
    change_one_by_one,
    change_something_else,
    remove,
    think_better_of_it,
)


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
