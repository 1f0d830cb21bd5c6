"""The write queue on real files: groups, savepoints, answers, back-pressure, faults."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app.errors import Conflict, StorageUnavailable
from app.storage.checkpoints import Checkpoints
from app.storage.database import SqliteDatabase, open_database
from app.storage.queue import WriteQueue
from app.storage.sqlite import make_engine, open_writer
from app.storage.turns import Turn
from support.queueing import INSERT, Gate, bodies, create, note


async def _hold(queue: WriteQueue) -> tuple[Gate, "asyncio.Task[None]"]:
    gate = Gate()
    task = asyncio.create_task(queue.write(gate))
    assert await asyncio.to_thread(gate.entered.wait, 60)
    return gate, task


async def _queued(queue: WriteQueue, *works: Callable[[Connection], None]) -> "list[asyncio.Task[None]]":
    """Tasks whose writes all wait in the queue."""
    tasks = [asyncio.create_task(queue.write(work)) for work in works]
    await asyncio.sleep(0)
    assert queue.waiting == len(works)
    return tasks


async def test_a_write_returns_what_its_work_returns(empty_database: SqliteDatabase) -> None:
    assert await empty_database.write(lambda conn: conn.scalar(text("SELECT 42"))) == 42


async def test_all_that_waits_is_committed_together(tmp_path: Path) -> None:
    path = tmp_path / "together.db"
    queue = WriteQueue(open_writer(make_engine(path), path), Turn(path), Checkpoints(path), group_seconds=60)
    await queue.write(create)
    gate, held = await _hold(queue)
    tasks = await _queued(queue, *(note(str(n)) for n in range(100)))
    before = queue.committed_groups
    gate.open.set()
    await asyncio.gather(held, *tasks)
    assert queue.committed_groups == before + 2  # the gate's own, then all hundred
    assert await queue.write(bodies) == [str(n) for n in range(100)]
    await queue.close()


async def test_a_group_limit_of_one_commits_each_by_itself(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path / 'one.db'}", group_limit=1)
    assert isinstance(database, SqliteDatabase)
    await database.write(create)
    gate, held = await _hold(database.queue)
    tasks = await _queued(database.queue, *(note(str(n)) for n in range(10)))
    gate.open.set()
    await asyncio.gather(held, *tasks)
    assert database.queue.committed_groups == 12
    await database.close()


async def test_a_group_begins_no_further_write_when_its_time_is_up(tmp_path: Path) -> None:
    path = tmp_path / "slow.db"
    queue = WriteQueue(open_writer(make_engine(path), path), Turn(path), Checkpoints(path), group_seconds=0)
    await queue.write(create)
    await asyncio.gather(*(queue.write(note(str(n))) for n in range(5)))
    assert queue.committed_groups == 6
    await queue.close()


async def test_a_failing_write_takes_back_only_itself(empty_database: SqliteDatabase) -> None:
    await empty_database.write(create)
    gate, held = await _hold(empty_database.queue)

    def half_done(conn: Connection) -> None:
        conn.execute(INSERT, {"body": "half"})
        raise Conflict("no")

    tasks = await _queued(empty_database.queue, note("first"), half_done, note("last"))
    gate.open.set()
    await held
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert outcomes[0] is None
    assert isinstance(outcomes[1], Conflict)
    assert outcomes[2] is None
    assert await empty_database.read(bodies) == ["first", "last"]


async def test_a_write_that_fails_before_it_changes_anything_has_no_other_run_twice(
    empty_database: SqliteDatabase,
) -> None:
    await empty_database.write(create)
    gate, held = await _hold(empty_database.queue)
    runs: list[str] = []

    def refused(conn: Connection) -> None:
        runs.append("refused")
        raise Conflict("no")

    def counted(conn: Connection) -> None:
        runs.append("counted")
        note("counted")(conn)

    tasks = await _queued(empty_database.queue, counted, refused, note("last"))
    gate.open.set()
    await held
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome).__name__ for outcome in outcomes] == ["NoneType", "Conflict", "NoneType"]
    assert runs == ["counted", "refused"]
    assert await empty_database.read(bodies) == ["counted", "last"]


async def test_a_group_that_is_run_again_answers_what_the_second_run_found(
    empty_database: SqliteDatabase,
) -> None:
    await empty_database.write(create)
    gate, held = await _hold(empty_database.queue)
    outcomes: list[bool] = []

    def fails_once(conn: Connection) -> str:
        note("again")(conn)
        outcomes.append(not outcomes)
        if outcomes[-1]:
            raise Conflict("no")
        return "done"

    tasks = await _queued(empty_database.queue, note("first"), fails_once, note("last"))  # type: ignore[arg-type]
    gate.open.set()
    await held
    assert await asyncio.gather(*tasks) == [None, "done", None]
    assert await empty_database.read(bodies) == ["first", "again", "last"]


async def test_a_broken_constraint_reaches_only_its_caller(empty_database: SqliteDatabase) -> None:
    await empty_database.write(create)
    outcomes = await asyncio.gather(
        *(empty_database.write(note(body)) for body in ("a", "a", "b")), return_exceptions=True
    )
    assert [type(outcome).__name__ for outcome in outcomes] == ["NoneType", "IntegrityError", "NoneType"]
    assert await empty_database.read(bodies) == ["a", "b"]


async def test_a_work_that_raises_StopIteration_harms_nobody(empty_database: SqliteDatabase) -> None:
    await empty_database.write(create)
    outcomes = await asyncio.gather(
        empty_database.write(lambda conn: next(iter(()))),
        empty_database.write(note("b")),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], RuntimeError)
    assert outcomes[1] is None


async def test_a_work_that_commits_by_itself_is_refused_and_the_queue_serves_on(
    empty_database: SqliteDatabase,
) -> None:
    await empty_database.write(create)
    with pytest.raises(RuntimeError, match="leave committing"):
        await empty_database.write(lambda conn: conn.commit())
    await empty_database.write(note("after"))
    assert await empty_database.read(bodies) == ["after"]


async def test_a_cancelled_caller_takes_its_unbegun_write_along(empty_database: SqliteDatabase) -> None:
    await empty_database.write(create)
    gate, held = await _hold(empty_database.queue)
    tasks = await _queued(empty_database.queue, note("stays"), note("goes"), note("stays too"))
    tasks[1].cancel()
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.gather(held, tasks[0], tasks[2])
    assert tasks[1].cancelled()
    assert await empty_database.read(bodies) == ["stays", "stays too"]


async def test_a_caller_cancelled_while_its_write_runs_breaks_no_group(
    empty_database: SqliteDatabase,
) -> None:
    await empty_database.write(create)
    gate, held = await _hold(empty_database.queue)
    held.cancel()
    (task,) = await _queued(empty_database.queue, note("next"))
    gate.open.set()
    await task
    assert await empty_database.read(bodies) == ["next"]


async def test_what_waits_beyond_the_limit_is_turned_away(tmp_path: Path) -> None:
    path = tmp_path / "full.db"
    queue = WriteQueue(open_writer(make_engine(path), path), Turn(path), Checkpoints(path), waiting_limit=3)
    gate = Gate()
    held = asyncio.create_task(queue.write(gate))
    assert await asyncio.to_thread(gate.entered.wait, 60)
    waiting = [asyncio.create_task(queue.write(lambda conn: None)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(StorageUnavailable, match="3 writes are waiting"):
        await queue.write(lambda conn: None)
    gate.open.set()
    await asyncio.gather(held, *waiting)
    await queue.close()


async def test_closing_writes_what_waits_and_takes_no_more(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path / 'closing.db'}")
    assert isinstance(database, SqliteDatabase)
    await database.write(create)
    gate, held = await _hold(database.queue)
    (task,) = await _queued(database.queue, note("in time"))
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.gather(held, task, closing)
    with pytest.raises(StorageUnavailable, match="closed"):
        await database.write(note("late"))
    with pytest.raises(StorageUnavailable, match="closed"):
        await database.read(bodies)
    with sqlite3.connect(tmp_path / "closing.db") as plain:
        assert plain.execute("SELECT body FROM notes").fetchall() == [("in time",)]
    plain.close()


async def test_a_hundred_read_then_increment_writes_keep_a_hundred(empty_database: SqliteDatabase) -> None:
    def create(conn: Connection) -> None:
        conn.execute(text("CREATE TABLE counters (n INTEGER)"))
        conn.execute(text("INSERT INTO counters VALUES (0)"))

    def increment(conn: Connection) -> None:
        n = conn.scalar(text("SELECT n FROM counters"))
        conn.execute(text("UPDATE counters SET n = :n"), {"n": n + 1})

    await empty_database.write(create)
    await asyncio.gather(*(empty_database.write(increment) for _ in range(100)))
    assert await empty_database.read(lambda conn: conn.scalar(text("SELECT n FROM counters"))) == 100


async def test_two_processes_worth_of_writers_lose_no_update(tmp_path: Path) -> None:
    """Two queues on one file stand for the server and a command: IMMEDIATE keeps each read true until its write."""
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    server, command = await open_database(url), await open_database(url, checkpoints=False)

    def create(conn: Connection) -> None:
        conn.execute(text("CREATE TABLE counters (n INTEGER)"))
        conn.execute(text("INSERT INTO counters VALUES (0)"))

    def increment(conn: Connection) -> None:
        n = conn.scalar(text("SELECT n FROM counters"))
        conn.execute(text("UPDATE counters SET n = :n"), {"n": n + 1})

    await server.write(create)

    async def increment_many(database: object) -> None:
        assert isinstance(database, SqliteDatabase)
        for _ in range(50):
            await database.write(increment)

    await asyncio.gather(increment_many(server), increment_many(command))
    assert await server.read(lambda conn: conn.scalar(text("SELECT n FROM counters"))) == 100
    await command.close()
    await server.close()
