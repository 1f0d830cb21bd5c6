"""The write queue on real files: groups, savepoints, answers, back-pressure, faults."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app.errors import Conflict, StorageFull, StorageUnavailable
from app.storage.checkpoints import Checkpoints
from app.storage.database import SqliteDatabase, open_database
from app.storage.queue import WriteQueue
from app.storage.sqlite import driver_of, make_engine, open_writer
from app.storage.turns import Turn

_INSERT = text("INSERT INTO notes (body) VALUES (:body)")


def _create(conn: Connection) -> None:
    conn.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT UNIQUE)"))


def _note(body: str) -> Callable[[Connection], None]:
    def work(conn: Connection) -> None:
        conn.execute(_INSERT, {"body": body})

    return work


def _bodies(conn: Connection) -> list[str]:
    return list(conn.scalars(text("SELECT body FROM notes ORDER BY id")))


class _Gate:
    """A write that holds the writer's thread until the test lets it go on."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(self, conn: Connection) -> None:
        self.entered.set()
        assert self.open.wait(10)


async def _hold(database: SqliteDatabase) -> tuple[_Gate, "asyncio.Task[None]"]:
    gate = _Gate()
    task = asyncio.create_task(database.write(gate))
    assert await asyncio.to_thread(gate.entered.wait, 10)
    return gate, task


async def _queued(
    database: SqliteDatabase, *works: Callable[[Connection], None]
) -> "list[asyncio.Task[None]]":
    """Tasks whose writes all wait in the queue."""
    tasks = [asyncio.create_task(database.write(work)) for work in works]
    await asyncio.sleep(0)
    assert database.waiting_writes == len(works)
    return tasks


async def test_a_write_returns_what_its_work_returns(empty_database: SqliteDatabase) -> None:
    assert await empty_database.write(lambda conn: conn.scalar(text("SELECT 42"))) == 42


async def test_all_that_waits_is_committed_together(empty_database: SqliteDatabase) -> None:
    await empty_database.write(_create)
    gate, held = await _hold(empty_database)
    tasks = await _queued(empty_database, *(_note(str(n)) for n in range(100)))
    before = empty_database.queue.committed_groups
    gate.open.set()
    await asyncio.gather(held, *tasks)
    assert empty_database.queue.committed_groups == before + 2  # the gate's own, then all hundred
    assert await empty_database.read(_bodies) == [str(n) for n in range(100)]


async def test_a_group_limit_of_one_commits_each_by_itself(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path / 'one.db'}", group_limit=1)
    assert isinstance(database, SqliteDatabase)
    await database.write(_create)
    gate, held = await _hold(database)
    tasks = await _queued(database, *(_note(str(n)) for n in range(10)))
    gate.open.set()
    await asyncio.gather(held, *tasks)
    assert database.queue.committed_groups == 12
    await database.close()


async def test_a_group_begins_no_further_write_when_its_time_is_up(tmp_path: Path) -> None:
    path = tmp_path / "slow.db"
    queue = WriteQueue(open_writer(make_engine(path), path), Turn(path), Checkpoints(path), group_seconds=0)
    await queue.write(_create)
    await asyncio.gather(*(queue.write(_note(str(n))) for n in range(5)))
    assert queue.committed_groups == 6
    await queue.close()


async def test_a_failing_write_takes_back_only_itself(empty_database: SqliteDatabase) -> None:
    await empty_database.write(_create)
    gate, held = await _hold(empty_database)

    def half_done(conn: Connection) -> None:
        conn.execute(_INSERT, {"body": "half"})
        raise Conflict("no")

    tasks = await _queued(empty_database, _note("first"), half_done, _note("last"))
    gate.open.set()
    await held
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert outcomes[0] is None
    assert isinstance(outcomes[1], Conflict)
    assert outcomes[2] is None
    assert await empty_database.read(_bodies) == ["first", "last"]


async def test_a_write_that_fails_before_it_changes_anything_has_no_other_run_twice(
    empty_database: SqliteDatabase,
) -> None:
    await empty_database.write(_create)
    gate, held = await _hold(empty_database)
    runs: list[str] = []

    def refused(conn: Connection) -> None:
        runs.append("refused")
        raise Conflict("no")

    def counted(conn: Connection) -> None:
        runs.append("counted")
        _note("counted")(conn)

    tasks = await _queued(empty_database, counted, refused, _note("last"))
    gate.open.set()
    await held
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome).__name__ for outcome in outcomes] == ["NoneType", "Conflict", "NoneType"]
    assert runs == ["counted", "refused"]
    assert await empty_database.read(_bodies) == ["counted", "last"]


async def test_a_group_that_is_run_again_answers_what_the_second_run_found(
    empty_database: SqliteDatabase,
) -> None:
    await empty_database.write(_create)
    gate, held = await _hold(empty_database)
    outcomes: list[bool] = []

    def fails_once(conn: Connection) -> str:
        _note("again")(conn)
        outcomes.append(not outcomes)
        if outcomes[-1]:
            raise Conflict("no")
        return "done"

    tasks = await _queued(empty_database, _note("first"), fails_once, _note("last"))  # type: ignore[arg-type]
    gate.open.set()
    await held
    assert await asyncio.gather(*tasks) == [None, "done", None]
    assert await empty_database.read(_bodies) == ["first", "again", "last"]


async def test_a_broken_constraint_reaches_only_its_caller(empty_database: SqliteDatabase) -> None:
    await empty_database.write(_create)
    outcomes = await asyncio.gather(
        *(empty_database.write(_note(body)) for body in ("a", "a", "b")), return_exceptions=True
    )
    assert [type(outcome).__name__ for outcome in outcomes] == ["NoneType", "IntegrityError", "NoneType"]
    assert await empty_database.read(_bodies) == ["a", "b"]


async def test_a_work_that_raises_StopIteration_harms_nobody(empty_database: SqliteDatabase) -> None:
    await empty_database.write(_create)
    outcomes = await asyncio.gather(
        empty_database.write(lambda conn: next(iter(()))),
        empty_database.write(_note("b")),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], RuntimeError)
    assert outcomes[1] is None


async def test_a_work_that_commits_by_itself_is_refused_and_the_queue_serves_on(
    empty_database: SqliteDatabase,
) -> None:
    await empty_database.write(_create)
    with pytest.raises(RuntimeError, match="leave committing"):
        await empty_database.write(lambda conn: conn.commit())
    await empty_database.write(_note("after"))
    assert await empty_database.read(_bodies) == ["after"]


async def test_a_cancelled_caller_takes_its_unbegun_write_along(empty_database: SqliteDatabase) -> None:
    await empty_database.write(_create)
    gate, held = await _hold(empty_database)
    tasks = await _queued(empty_database, _note("stays"), _note("goes"), _note("stays too"))
    tasks[1].cancel()
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.gather(held, tasks[0], tasks[2])
    assert tasks[1].cancelled()
    assert await empty_database.read(_bodies) == ["stays", "stays too"]


async def test_a_caller_cancelled_while_its_write_runs_breaks_no_group(
    empty_database: SqliteDatabase,
) -> None:
    await empty_database.write(_create)
    gate, held = await _hold(empty_database)
    held.cancel()
    (task,) = await _queued(empty_database, _note("next"))
    gate.open.set()
    await task
    assert await empty_database.read(_bodies) == ["next"]


async def test_what_waits_beyond_the_limit_is_turned_away(tmp_path: Path) -> None:
    path = tmp_path / "full.db"
    queue = WriteQueue(open_writer(make_engine(path), path), Turn(path), Checkpoints(path), waiting_limit=3)
    gate = _Gate()
    held = asyncio.create_task(queue.write(gate))
    assert await asyncio.to_thread(gate.entered.wait, 10)
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
    await database.write(_create)
    gate, held = await _hold(database)
    (task,) = await _queued(database, _note("in time"))
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.gather(held, task, closing)
    with pytest.raises(StorageUnavailable, match="closed"):
        await database.write(_note("late"))
    with pytest.raises(StorageUnavailable, match="closed"):
        await database.read(_bodies)
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


async def test_commits_are_on_the_disk_before_they_are_answered(empty_database: SqliteDatabase) -> None:
    def settings(conn: Connection) -> dict[str, object]:
        names = ("synchronous", "journal_mode", "foreign_keys", "secure_delete", "wal_autocheckpoint")
        return {name: conn.scalar(text(f"PRAGMA {name}")) for name in names}

    assert await empty_database.write(settings) == {
        "synchronous": 2,  # FULL
        "journal_mode": "wal",
        "foreign_keys": 1,
        "secure_delete": 1,
        "wal_autocheckpoint": 0,
    }


async def test_a_full_disk_is_named_and_writing_resumes_when_there_is_room(
    empty_database: SqliteDatabase,
) -> None:
    await empty_database.write(_create)

    def limit(pages: int) -> Callable[[Connection], None]:
        return lambda conn: conn.execute(text(f"PRAGMA max_page_count = {pages}")).close()

    await empty_database.write(limit(1))  # SQLite rounds this up to what the file has already
    with pytest.raises(StorageFull) as caught:
        await empty_database.write(_note("x" * 100_000))
    assert caught.value.status == 507
    assert await empty_database.read(_bodies) == []
    assert empty_database.healthy
    await empty_database.write(limit(1_000_000))
    await empty_database.write(_note("room"))
    assert await empty_database.read(_bodies) == ["room"]


class _FailingDriver(sqlite3.Connection):
    """The driver, with a disk below it that fails at the commits the test chooses."""

    failures: "list[str]"

    def commit(self) -> None:
        if getattr(self, "failures", None):
            code = self.failures.pop()
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = getattr(sqlite3, code)
            error.sqlite_errorname = code
            raise error
        super().commit()


def _failing_queue(path: Path) -> tuple[WriteQueue, _FailingDriver]:
    engine = make_engine(path)

    def connect(*_: object) -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=_FailingDriver)

    engine.pool._creator = connect  # the one seam below SQLAlchemy
    connection = open_writer(engine, path)
    driver = driver_of(connection)
    assert isinstance(driver, _FailingDriver)
    return WriteQueue(connection, Turn(path), None), driver


@pytest.mark.parametrize(
    ("code", "error", "healthy"),
    [
        ("SQLITE_IOERR_FSYNC", StorageUnavailable, False),
        ("SQLITE_FULL", StorageFull, True),
        ("SQLITE_BUSY", StorageUnavailable, True),
    ],
)
async def test_a_commit_that_fails_is_nobodys_success(
    tmp_path: Path, code: str, error: type[StorageUnavailable], healthy: bool
) -> None:
    queue, driver = _failing_queue(tmp_path / "failing.db")
    await queue.write(_create)
    gate = _Gate()
    held = asyncio.create_task(queue.write(gate))
    assert await asyncio.to_thread(gate.entered.wait, 10)
    tasks = [asyncio.create_task(queue.write(_note(body))) for body in "abc"]
    await asyncio.sleep(0)
    driver.failures = [code]
    gate.open.set()
    outcomes = await asyncio.gather(held, return_exceptions=True)
    assert type(outcomes[0]) is error
    # The next group is served again, and what the database says of itself stays true.
    await asyncio.gather(*tasks)
    assert await queue.write(_bodies) == ["a", "b", "c"]
    assert queue.healthy is healthy
    driver.failures = [code]
    failed = await asyncio.gather(*(queue.write(_note(body)) for body in "de"), return_exceptions=True)
    assert [type(one) for one in failed] == [error, error]
    assert failed[0] is not failed[1]
    assert await queue.write(_bodies) == ["a", "b", "c"]
    await queue.close()


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "porchlight.db"
    path.write_text("not a database, by far " * 100)
    with pytest.raises(StorageUnavailable, match=r"porchlight\.db"):
        await open_database(f"sqlite:///{path}")


async def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="No such file or directory"):
        await open_database(f"sqlite:///{tmp_path / 'missing' / 'porchlight.db'}")


async def test_the_file_is_its_owners_alone(empty_database: SqliteDatabase, tmp_path: Path) -> None:
    await empty_database.write(_create)
    for name in ("empty.db", "empty.db-wal"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
