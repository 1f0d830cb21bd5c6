"""Two reads side by side: one of them elsewhere where a reader is free, and nobody waits for one that is not."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app.errors import NotFound, ReadTooSlow
from app.storage.abreast import abreast
from app.storage.readers import Readers
from app.storage.sqlite import make_engine, open_reader, open_writer

_ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")

MakeReaders = Callable[[int], Readers]


@pytest.fixture
async def readers_of(tmp_path: Path) -> AsyncIterator[MakeReaders]:
    """Makes as many readers as asked for; they are closed at the end."""
    path = tmp_path / "porchlight.db"
    engine = make_engine(path)
    open_writer(engine, path).close()
    made: list[Readers] = []

    def make(count: int) -> Readers:
        made.append(Readers([open_reader(engine, path) for _ in range(count)]))
        return made[-1]

    yield make
    for readers in made:
        await readers.close()


def _thread(conn: Connection) -> str:
    assert conn.scalar(text("SELECT 1")) == 1
    return threading.current_thread().name


async def test_both_are_under_way_at_once_where_two_readers_are_free(readers_of: MakeReaders) -> None:
    meeting = threading.Barrier(2, timeout=60)

    def meet(conn: Connection) -> str:
        meeting.wait()  # for the other one: alone it would never get on
        return _thread(conn)

    first, second = await readers_of(2).read(lambda conn: abreast(conn, meet, meet), 60)
    assert first != second


async def test_a_single_reader_does_one_after_the_other(readers_of: MakeReaders) -> None:
    first, second = await readers_of(1).read(lambda conn: abreast(conn, _thread, _thread), 60)
    assert first == second


async def test_nobody_waits_for_readers_that_wait_too(readers_of: MakeReaders) -> None:
    readers = readers_of(2)
    meeting = threading.Barrier(2, timeout=60)

    def both(conn: Connection) -> tuple[str, str]:
        meeting.wait()  # every reader is taken from here on, and wants another
        return abreast(conn, _thread, _thread)

    pairs = await asyncio.gather(readers.read(both, 60), readers.read(both, 60))
    assert all(len(pair) == 2 for pair in pairs)


async def test_a_connection_without_other_readers_serves_too(tmp_path: Path) -> None:
    path = tmp_path / "porchlight.db"
    conn = open_writer(make_engine(path), path)
    assert abreast(conn, _thread, _thread) == (threading.current_thread().name,) * 2
    conn.close()


@pytest.mark.parametrize("place", [0, 1])
async def test_an_error_of_either_is_the_answer(readers_of: MakeReaders, place: int) -> None:
    def fail(conn: Connection) -> str:
        raise NotFound

    works = [_thread, _thread]
    works[place] = fail
    readers = readers_of(2)
    with pytest.raises(NotFound):
        await readers.read(lambda conn: abreast(conn, *works), 60)
    assert await readers.read(_thread, 60)


async def test_both_keep_to_the_one_deadline(readers_of: MakeReaders) -> None:
    begun = threading.Event()

    def endless(conn: Connection) -> None:
        begun.set()
        conn.scalar(_ENDLESS)

    def waits(conn: Connection) -> None:
        assert begun.wait(60)

    with pytest.raises(ReadTooSlow):
        await readers_of(2).read(lambda conn: abreast(conn, waits, endless), 0.2)


async def test_readers_that_are_being_closed_lend_nobody(readers_of: MakeReaders) -> None:
    readers = readers_of(2)
    reading, closing = threading.Event(), threading.Event()

    def late(conn: Connection) -> tuple[str, str]:
        reading.set()
        assert closing.wait(60)
        return abreast(conn, _thread, _thread)

    answer = asyncio.create_task(readers.read(late, 60))
    assert await asyncio.to_thread(reading.wait, 60)
    closed = asyncio.create_task(readers.close())
    await asyncio.sleep(0)  # from here on no work is taken
    closing.set()
    first, second = await answer
    assert first == second
    await closed
