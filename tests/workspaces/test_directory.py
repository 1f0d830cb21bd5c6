import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection

from app.errors import StorageUnavailable
from app.ids import AppId
from app.storage.database import Database, open_database
from app.workspaces import directory as directories
from app.workspaces import operations
from app.workspaces.directory import Directory, keep_fresh
from app.workspaces.records import Workspace

T = TypeVar("T")


def _create(conn: Connection) -> Workspace:
    return operations.create_workspace(conn, "Acme", 1_700_000_000.0)


async def test_a_directory_knows_what_it_has_read(database: Database) -> None:
    directory = Directory(database)
    made = await database.write(_create)
    assert directory.get(made.app_id) is None
    await directory.refresh()
    assert directory.get(made.app_id) == made
    assert directory.get(AppId("u0000000")) is None


async def test_a_change_from_another_process_is_known_after_a_refresh(
    database: Database, database_url: str
) -> None:
    made = await database.write(_create)
    directory = Directory(database)
    await directory.refresh()
    command = await open_database(database_url, checkpoints=False)
    changed = await command.write(
        lambda conn: operations.change_workspace(conn, made.app_id, allowed_origins=["http://a.example"])
    )
    await command.close()
    await directory.refresh()
    assert directory.get(made.app_id) == changed


async def test_a_row_put_during_a_refresh_outlives_it(database: Database) -> None:
    made = await database.write(_create)
    directory = Directory(database)
    newer = replace(made, timezone="Asia/Tokyo")
    refreshing = asyncio.create_task(directory.refresh())
    await asyncio.sleep(0)
    directory.put(newer)
    await refreshing
    assert directory.get(made.app_id) == newer
    await directory.refresh()
    assert directory.get(made.app_id) == made


class _Unreliable:
    """A database whose reads fail as often as the test says."""

    def __init__(self, database: Database, failures: int) -> None:
        self._database = database
        self._failures = failures
        self.reads: asyncio.Queue[str] = asyncio.Queue()

    async def read(self, work: Callable[[Connection], T], seconds: float = 1.0) -> T:
        if self._failures:
            self._failures -= 1
            self.reads.put_nowait("failed")
            raise StorageUnavailable("not now")
        result = await self._database.read(work, seconds)
        self.reads.put_nowait("read")
        return result


async def test_the_task_goes_on_when_the_database_does_not(database: Database, monkeypatch: Any) -> None:
    monkeypatch.setattr(directories, "REFRESH_SECONDS", 0)
    made = await database.write(_create)
    unreliable = _Unreliable(database, failures=2)
    directory = Directory(unreliable)  # type: ignore[arg-type]
    task = asyncio.create_task(keep_fresh(directory))
    async with asyncio.timeout(60):
        assert [await unreliable.reads.get() for _ in range(4)] == ["failed", "failed", "read", "read"]
    task.cancel()
    assert directory.get(made.app_id) == made
