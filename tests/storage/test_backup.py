"""Backups: whole, alone in their file, and never in another's place."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from app.errors import Conflict, NotFound, SettingError, StorageUnavailable
from app.storage import backup
from app.storage.backup import back_up
from app.storage.database import Database
from app.storage.inspection import faults_of
from app.workspaces.operations import create_workspace
from app.workspaces.store import all_workspaces

NOW = 1_700_000_000.0


def _names(path: Path) -> list[str]:
    plain = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return [name for (name,) in plain.execute("SELECT name FROM workspaces ORDER BY name")]
    finally:
        plain.close()


async def test_a_backup_holds_what_was_committed_while_the_server_runs(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await database.write(lambda conn: create_workspace(conn, "Acme", NOW))
    target = tmp_path / "backup.db"
    await asyncio.to_thread(back_up, database_url, target)
    await database.write(lambda conn: create_workspace(conn, "Later", NOW))
    assert _names(target) == ["Acme"]
    assert len(await database.read(all_workspaces)) == 2


async def test_a_backup_is_one_file_for_its_owners_eyes(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    await asyncio.to_thread(back_up, database_url, folder / "backup.db")
    assert [path.name for path in folder.iterdir()] == ["backup.db"]
    assert (folder / "backup.db").stat().st_mode & 0o777 == 0o600
    _names(folder / "backup.db")
    assert [path.name for path in folder.iterdir()] == ["backup.db"]
    assert faults_of(f"sqlite:///{folder / 'backup.db'}") == []


async def test_a_backup_taken_in_the_midst_of_writing_is_of_one_moment(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Pairs are written together, in one transaction each; no backup may hold half of one."""
    await database.write(
        lambda conn: conn.execute(text("CREATE TABLE pairs (id INTEGER, half TEXT)")).close()
    )
    insert = text("INSERT INTO pairs VALUES (:id, :half)")
    going = True

    async def keep_writing() -> int:
        written = 0
        while going or written < 50:
            written += 1
            rows = [{"id": written, "half": half} for half in ("left" * 500, "right" * 500)]
            await database.write(lambda conn, rows=rows: conn.execute(insert, rows).close())
        return written

    writing = asyncio.create_task(keep_writing())
    for number in range(5):
        await asyncio.to_thread(back_up, database_url, tmp_path / f"{number}.db")
    going = False
    assert await writing >= 50
    for number in range(5):
        plain = sqlite3.connect(tmp_path / f"{number}.db")
        counts = plain.execute("SELECT count(*), count(DISTINCT id) FROM pairs").fetchone()
        plain.close()
        assert counts[0] == 2 * counts[1]


@pytest.mark.parametrize("kind", ["file", "folder", "dangling link"])
async def test_a_backup_takes_no_other_files_place(database_url: str, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "taken"
    if kind == "file":
        target.write_text("mine")
    elif kind == "folder":
        target.mkdir()
    else:
        target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(Conflict, match="exists already"):
        back_up(database_url, target)
    assert kind != "file" or target.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("links", [True, False])
async def test_a_file_that_appears_meanwhile_keeps_its_place(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    target = tmp_path / "backup.db"
    copy = backup._copy

    def copy_slowly(source: Path, draft: Path) -> None:
        copy(source, draft)
        target.write_text("mine")

    monkeypatch.setattr(backup, "_copy", copy_slowly)
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", _no_links)
    with pytest.raises((Conflict, StorageUnavailable), match=r"backup\.db"):
        back_up(database_url, target)
    assert target.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def _no_links(path: Path, target: Path) -> None:
    raise PermissionError(1, "Operation not permitted")


async def test_a_disk_without_hard_links_will_do(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.write(lambda conn: create_workspace(conn, "Acme", NOW))
    monkeypatch.setattr(Path, "hardlink_to", _no_links)
    await asyncio.to_thread(back_up, database_url, tmp_path / "backup.db")
    assert _names(tmp_path / "backup.db") == ["Acme"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


async def test_a_folder_that_is_missing_is_named(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="No such file or directory"):
        back_up(database_url, tmp_path / "missing" / "backup.db")


async def test_a_database_that_is_missing_is_named_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no database at .*nothing\.db"):
        back_up(f"sqlite:///{tmp_path / 'nothing.db'}", tmp_path / "backup.db")
    assert list(tmp_path.iterdir()) == []


async def test_a_damaged_database_is_not_passed_off_as_a_backup(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "porchlight.db"
    damaged = bytearray(path.read_bytes())
    damaged[4096 * 3 : 4096 * 6] = b"\xff" * (4096 * 3)
    path.write_bytes(damaged)
    with pytest.raises(StorageUnavailable):
        back_up(database_url, tmp_path / "backup.db")
    assert not (tmp_path / "backup.db").exists()


async def test_postgres_has_its_own_tool() -> None:
    with pytest.raises(SettingError, match="pg_dump"):
        back_up("postgresql+asyncpg://localhost/porchlight", Path("backup.db"))
