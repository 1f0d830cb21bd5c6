"""Reads: snapshots that stop no writer, that can't write, and that end in time."""

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from app.errors import NotFound, ReadTooSlow, StorageUnavailable
from app.storage.database import SqliteDatabase
from app.storage.readers import Readers
from app.storage.sqlite import make_engine, open_reader

_ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")


def _create(conn: Connection) -> None:
    conn.execute(text("CREATE TABLE counters (n INTEGER)"))
    conn.execute(text("INSERT INTO counters VALUES (0)"))


def _count(conn: Connection) -> int:
    return int(conn.scalar(text("SELECT n FROM counters")) or 0)


def _increment(conn: Connection) -> None:
    conn.execute(text("UPDATE counters SET n = n + 1"))


async def test_a_read_sees_one_snapshot_while_writing_goes_on(empty_database: SqliteDatabase) -> None:
    await empty_database.write(_create)
    seen, go_on = threading.Event(), threading.Event()

    def twice(conn: Connection) -> tuple[int, int]:
        first = _count(conn)
        seen.set()
        assert go_on.wait(60)
        return first, _count(conn)

    reading = asyncio.create_task(empty_database.read(twice))
    assert await asyncio.to_thread(seen.wait, 60)
    await empty_database.write(_increment)  # not held up by the reader
    go_on.set()
    assert await reading == (0, 0)
    assert await empty_database.read(_count) == 1


async def test_a_reader_can_not_write(empty_database: SqliteDatabase) -> None:
    await empty_database.write(_create)
    with pytest.raises(StorageUnavailable, match="SQLITE_READONLY"):
        await empty_database.read(_increment)
    assert await empty_database.read(_count) == 0


async def test_a_read_that_takes_too_long_is_stopped_and_the_reader_serves_on(
    empty_database: SqliteDatabase,
) -> None:
    await empty_database.write(_create)
    outcomes = await asyncio.gather(
        *(empty_database.read(lambda conn: conn.scalar(_ENDLESS), seconds=0.05) for _ in range(5)),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [ReadTooSlow] * 5
    for _ in range(5):
        assert await empty_database.read(_count, seconds=60) == 0


async def test_an_error_of_the_work_reaches_the_caller_as_it_is(empty_database: SqliteDatabase) -> None:
    def work(conn: Connection) -> None:
        raise NotFound

    with pytest.raises(NotFound):
        await empty_database.read(work)


async def test_a_misspelt_statement_stays_a_fault_of_ours(empty_database: SqliteDatabase) -> None:
    with pytest.raises(OperationalError, match="no such table"):
        await empty_database.read(lambda conn: conn.execute(text("SELECT * FROM nowhere")))
    with pytest.raises(OperationalError, match="no such table"):
        await empty_database.write(lambda conn: conn.execute(text("DELETE FROM nowhere")))


async def test_reads_beyond_the_limit_are_turned_away(tmp_path: Path) -> None:
    path = tmp_path / "limit.db"
    readers = Readers([open_reader(make_engine(path), path)], waiting_limit=2)
    go_on = threading.Event()
    held = [asyncio.create_task(readers.read(lambda conn: go_on.wait(60), 60)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(StorageUnavailable, match="2 reads are waiting"):
        await readers.read(lambda conn: None, 60)
    go_on.set()
    assert await asyncio.gather(*held) == [True, True]
    assert await readers.read(lambda conn: 1, 60) == 1
    await readers.close()
