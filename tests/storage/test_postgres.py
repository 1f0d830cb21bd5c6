"""The same work on PostgreSQL, on a private server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from importlib import import_module
from pkgutil import walk_packages

import asyncpg
import pytest
import pytest_asyncio
import structlog
from sqlalchemy import (
    Connection,
    Delete,
    Insert,
    Select,
    TextClause,
    Update,
    column,
    select,
    table,
    text,
    update,
)
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.util import await_only

import app
from app import log
from app.errors import Conflict, ReadTooSlow, SettingError, StorageUnavailable
from app.storage.database import Database, open_database
from app.storage.hot import Hot
from app.storage.migrations import migrate
from app.storage.postgres import PAUSES, PostgresDatabase, pause_up_to

_LOCK = text("UPDATE counters SET n = n + 1 WHERE name = :name")
_counters = table("counters", column("name"), column("n"))


def _create(conn: Connection) -> None:
    conn.execute(text("CREATE TABLE counters (name TEXT PRIMARY KEY, n INTEGER)"))
    conn.execute(text("INSERT INTO counters VALUES ('a', 0), ('b', 0)"))


def _increment(conn: Connection) -> int:
    n = conn.scalar(select(_counters.c.n).where(_counters.c.name == "a").with_for_update())
    conn.execute(update(_counters).where(_counters.c.name == "a").values(n=n + 1))
    return int(n) + 1


def _count(conn: Connection) -> int:
    return int(conn.scalar(select(_counters.c.n).where(_counters.c.name == "a")) or 0)


@pytest.fixture
def pauses() -> list[float]:
    """How long each pause of ``postgres`` may be at most; it makes none."""
    return []


@pytest_asyncio.fixture
async def postgres(postgres_url: str, pauses: list[float]) -> AsyncIterator[Database]:
    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    opened = PostgresDatabase(postgres_url, pause)
    await opened.write(_create)
    yield opened
    await opened.close()


async def test_a_hundred_read_then_increment_writes_keep_a_hundred(postgres: Database) -> None:
    results = await asyncio.gather(*(postgres.write(_increment) for _ in range(100)))
    assert sorted(results) == list(range(1, 101))
    assert await postgres.read(_count) == 100


async def test_a_failing_write_is_taken_back(postgres: Database) -> None:
    def work(conn: Connection) -> None:
        _increment(conn)
        raise Conflict("no")

    with pytest.raises(Conflict):
        await postgres.write(work)
    assert await postgres.read(_count) == 0


async def test_two_that_make_the_same_row_at_once_both_succeed(postgres: Database) -> None:
    """Find or make: whoever comes second fails on the unique key, looks again and finds it."""

    def find_or_make(conn: Connection) -> None:
        if conn.scalar(text("SELECT n FROM counters WHERE name = 'new'")) is None:
            conn.execute(text("SELECT pg_sleep(0.05)"))
            conn.execute(text("INSERT INTO counters VALUES ('new', 0)"))

    await asyncio.gather(*(postgres.write(find_or_make) for _ in range(5)))


async def test_a_row_that_is_there_already_stays_an_error(postgres: Database, pauses: list[float]) -> None:
    with pytest.raises(IntegrityError):
        await postgres.write(lambda conn: conn.execute(text("INSERT INTO counters VALUES ('a', 0)")).close())
    assert pauses == []  # who looks again finds it at once


async def test_a_deadlock_is_tried_again(postgres: Database) -> None:
    runs: list[str] = []
    each_has_one, one_is_done = asyncio.Barrier(2), asyncio.Event()

    def both(first: str, second: str) -> Callable[[Connection], None]:
        def work(conn: Connection) -> None:
            is_first_run = first not in runs
            runs.append(first)
            if not is_first_run:  # or it might get in the other's way once more
                await_only(one_is_done.wait())
            conn.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
            conn.execute(_LOCK, {"name": first})
            if is_first_run:
                await_only(each_has_one.wait())
            conn.execute(_LOCK, {"name": second})

        return work

    async def write(first: str, second: str) -> None:
        await postgres.write(both(first, second))
        one_is_done.set()

    await asyncio.gather(write("a", "b"), write("b", "a"))
    assert len(runs) == 3  # one of them was ended, and ran again
    assert await postgres.read(_count) == 2


@pytest.mark.parametrize("state", ["40001", "40P01"])
async def test_writes_that_stay_in_each_others_way_pause_longer_each_time_and_are_to_be_asked_again(
    postgres: Database, pauses: list[float], state: str
) -> None:
    runs: list[str] = []

    def work(conn: Connection) -> None:
        runs.append(state)
        conn.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"))

    with pytest.raises(StorageUnavailable, match="too much to do"):
        await postgres.write(work)
    assert len(runs) == len(PAUSES) + 1
    assert pauses == list(PAUSES) == sorted(PAUSES)


async def test_a_pause_is_of_any_length_up_to_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("app.storage.postgres.asyncio.sleep", sleep)
    for _ in range(100):
        await pause_up_to(0.02)
    assert len(set(slept)) > 90
    assert 0 <= min(slept) < 0.01 < max(slept) <= 0.02


async def test_an_address_that_is_refused_while_serving_is_named_in_the_log_alone(
    postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure(json_lines=True)
    database = await open_database(postgres_url.replace("porchlight@", "nobody@"))
    for _ in range(2):
        with pytest.raises(StorageUnavailable, match=r"^The database can't be reached now \(28000\)$"):
            await database.read(_count)
    [line] = capsys.readouterr().err.splitlines()
    structlog.reset_defaults()
    assert "PORCHLIGHT_DATABASE_URL" in line
    await database.close()


async def test_a_read_can_not_write(postgres: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        await postgres.read(_increment)


async def test_a_read_sees_one_snapshot(postgres: Database) -> None:
    """The second look of a transaction sees what the first saw, though another has committed between them."""
    has_looked, has_changed = asyncio.Event(), asyncio.Event()

    def twice(conn: Connection) -> tuple[int, int, str]:
        first = _count(conn)
        has_looked.set()
        await_only(has_changed.wait())
        return first, _count(conn), str(conn.scalar(text("SHOW transaction_isolation")))

    reading = asyncio.create_task(postgres.read(twice, seconds=60))
    await has_looked.wait()
    await postgres.write(_increment)
    has_changed.set()
    assert await reading == (0, 0, "repeatable read")
    assert await postgres.read(_count) == 1


async def test_a_read_that_takes_too_long_is_stopped(postgres: Database) -> None:
    with pytest.raises(ReadTooSlow):
        await postgres.read(lambda conn: conn.execute(text("SELECT pg_sleep(10)")).close(), seconds=0.05)
    assert await postgres.read(_count) == 0
    assert postgres.healthy


async def test_a_server_that_is_not_there_is_named_and_unhealthy() -> None:
    database = await open_database("postgresql+asyncpg://porchlight@127.0.0.1:1/nowhere")
    with pytest.raises(StorageUnavailable, match="can't be reached"):
        await database.write(_count)
    assert not database.healthy
    await database.close()


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("sslmode=require", "has 'sslmode'"),
        ("timeout=5", "has 'timeout'"),
        ("prepared_statement_cache_size=few", "can't be used"),
        ("host=a&port=b", "can't be used"),
    ],
)
async def test_option_that_the_driver_does_not_take_is_told_in_a_sentence(option: str, why: str) -> None:
    with pytest.raises(SettingError, match=f"PORCHLIGHT_DATABASE_URL {why}"):
        await open_database(f"postgresql+asyncpg://porchlight@127.0.0.1:1/db?{option}")


@pytest.mark.parametrize(
    ("part", "instead", "why"),
    [
        ("/test_", "/no_test_", "no database of the name"),
        ("porchlight@", "nobody@", "does not let the user"),
        ("", "?ssl=nonsense", "can't be used: `sslmode` parameter must be one of"),
    ],
)
def test_address_that_postgresql_refuses_is_told_in_a_sentence(
    postgres_url: str, part: str, instead: str, why: str
) -> None:
    url = postgres_url.replace(part, instead) if part else postgres_url + instead
    with pytest.raises(StorageUnavailable, match=why):
        migrate(url)


async def test_options_that_the_driver_takes_are_taken(postgres_url: str) -> None:
    database = await open_database(f"{postgres_url}?prepared_statement_cache_size=0&ssl=disable")
    await database.write(_create)
    assert await database.read(_count) == 0
    await database.close()


def _statements() -> Iterator[tuple[str, str]]:
    """Every statement that stands whole in a module, by its name, as PostgreSQL is sent it."""
    written_for_sqlite = ("app.storage.sqlite", "app.storage.migrations")
    for module in walk_packages(app.__path__, "app."):
        if module.name.startswith(written_for_sqlite):
            continue
        for name, value in vars(import_module(module.name)).items():
            statement = value._core if isinstance(value, Hot) else value
            if isinstance(statement, Delete | Insert | Select | TextClause | Update):
                sql = str(statement.compile(dialect=dialect()))
                # What is no statement is a condition; a list without end is no statement yet.
                if (
                    sql.split(maxsplit=1)[0] in {"DELETE", "INSERT", "SELECT", "UPDATE"}
                    and "POSTCOMPILE" not in sql
                ):
                    yield f"{module.name}.{name}", sql


async def test_every_statement_in_a_module_is_one_that_it_understands(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    not_understood, count = [], 0
    try:
        for name, sql in _statements():
            count += 1
            try:
                await connection.prepare(sql)
            except asyncpg.PostgresError as error:
                not_understood.append(f"{name}: {error}")
    finally:
        await connection.close()
    assert not_understood == []
    assert count > 100
