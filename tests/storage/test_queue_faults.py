"""The write queue and the disk: what is safe, what is full, and what is broken."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app.errors import StorageFull, StorageUnavailable
from app.storage.database import SqliteDatabase, open_database
from app.storage.queue import WriteQueue
from app.storage.sqlite import driver_of, make_engine, open_writer
from app.storage.turns import Turn
from support.queueing import Gate, bodies, create, note


class _FailingDriver(sqlite3.Connection):
    """The driver, with a disk below it that fails at the commits the test chooses."""

    failures: "list[str]"
    """What the next commits fail with, the last one first; an empty one lets a commit pass."""

    def commit(self) -> None:
        code = self.failures.pop() if getattr(self, "failures", None) else ""
        if code:
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
    return WriteQueue(connection, Turn(path), None, group_seconds=60), driver


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
    await empty_database.write(create)

    def limit(pages: int) -> Callable[[Connection], None]:
        return lambda conn: conn.execute(text(f"PRAGMA max_page_count = {pages}")).close()

    await empty_database.write(limit(1))  # SQLite rounds this up to what the file has already
    with pytest.raises(StorageFull) as caught:
        await empty_database.write(note("x" * 100_000))
    assert caught.value.status == 507
    assert await empty_database.read(bodies) == []
    assert empty_database.healthy
    await empty_database.write(limit(1_000_000))
    await empty_database.write(note("room"))
    assert await empty_database.read(bodies) == ["room"]


async def test_a_full_disk_is_named_from_within_a_savepoint(empty_database: SqliteDatabase) -> None:
    """SQLite has taken back the savepoint with all the rest, and knows nothing of it when it is gone back to."""

    def note_much(conn: Connection) -> None:
        with conn.begin_nested():
            note("x" * 100_000)(conn)

    await empty_database.write(create)
    await empty_database.write(lambda conn: conn.execute(text("PRAGMA max_page_count = 1")).close())
    with pytest.raises(StorageFull):
        await empty_database.write(note_much)
    assert await empty_database.read(bodies) == []


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
    await queue.write(create)
    gate = Gate()
    held = asyncio.create_task(queue.write(gate))
    assert await asyncio.to_thread(gate.entered.wait, 60)
    tasks = [asyncio.create_task(queue.write(note(body))) for body in "abc"]
    await asyncio.sleep(0)
    driver.failures = [code]
    gate.open.set()
    outcomes = await asyncio.gather(held, return_exceptions=True)
    assert type(outcomes[0]) is error
    # The next group is served again, and what the database says of itself stays true.
    await asyncio.gather(*tasks)
    assert await queue.write(bodies) == ["a", "b", "c"]
    assert queue.healthy is healthy
    # The writer is held, so that both are in one group.
    gate = Gate()
    held = asyncio.create_task(queue.write(gate))
    assert await asyncio.to_thread(gate.entered.wait, 60)
    tasks = [asyncio.create_task(queue.write(note(body))) for body in "de"]
    await asyncio.sleep(0)
    driver.failures = [code, ""]
    gate.open.set()
    await held
    failed = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in failed] == [error, error]
    assert failed[0] is not failed[1]
    assert await queue.write(bodies) == ["a", "b", "c"]
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
    await empty_database.write(create)
    for name in ("empty.db", "empty.db-wal"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
