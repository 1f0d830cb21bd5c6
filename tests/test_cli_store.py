"""``porchlight migrate``, ``backup`` and ``check``, and a store that others use meanwhile."""

import asyncio
import os
import re
import sqlite3
import sys
from pathlib import Path

import pytest

from app import cli
from app.storage.database import Database, open_database
from app.storage.migrations import newest_revision
from app.workspaces import operations, store
from support.shell import Shell, assert_refused, shell

__all__ = ["shell"]


def test_migrate_prints_the_revision(shell: Shell) -> None:
    assert shell.run("migrate").out == f"revision: {newest_revision()}\n"
    assert shell.run("migrate").out == f"revision: {newest_revision()}\n"


def test_backup_copies_the_store_without_the_secret_key(shell: Shell) -> None:
    app_id = shell.made("workspace", "create", "Acme")["app_id"]
    assert shell.made("backup", "copy.db") == {"backup": "copy.db"}
    plain = sqlite3.connect(shell.folder / "copy.db")
    assert plain.execute("SELECT app_id FROM workspaces").fetchall() == [(app_id,)]
    plain.close()
    key = (shell.folder / "data" / "secret.key").read_bytes().strip()
    assert len(key) >= 32
    assert key not in (shell.folder / "copy.db").read_bytes()
    assert_refused(shell.run("backup", "copy.db"), r"copy\.db exists already")


def test_a_backup_put_in_place_of_the_store_serves_on(shell: Shell) -> None:
    app_id = shell.made("workspace", "create", "Acme")["app_id"]
    shell.made("backup", "copy.db")
    (shell.folder / "data" / "porchlight.db").unlink()
    (shell.folder / "copy.db").rename(shell.folder / "data" / "porchlight.db")
    assert shell.made("check") == {"settings": "ok", "store": "ok"}
    assert shell.made("workspace", "set", app_id, "--timezone", "Asia/Tokyo")["timezone"] == "Asia/Tokyo"


def test_check_finds_nothing_wrong_with_a_sound_store(shell: Shell) -> None:
    shell.made("migrate")
    assert shell.run("check").out == "settings: ok\nstore: ok\n"


def test_check_names_each_fault_of_the_store(shell: Shell) -> None:
    shell.made("migrate")
    plain = sqlite3.connect(shell.folder / "data" / "porchlight.db", isolation_level=None)
    plain.execute("DROP TABLE events")
    plain.execute("DROP INDEX contacts_email")
    plain.close()
    outcome = shell.run("check")
    assert outcome.status == 1
    assert outcome.out == "settings: ok\n"
    assert sorted(outcome.err.splitlines()) == [
        "fault: index contacts_email is missing",
        "fault: table events is missing",
    ]


def test_check_makes_no_store_where_there_is_none(shell: Shell) -> None:
    outcome = shell.run("check")
    assert outcome.status == 1
    assert "there is no database" in outcome.err
    assert not (shell.folder / "data" / "porchlight.db").exists()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORCHLIGHT_OFFLINE_SECONDS", "10", "PORCHLIGHT_OFFLINE_SECONDS is 10: it must be at least twice"),
        ("PORCHLIGHT_GEOIP_MMDB", "pyproject.toml", "PORCHLIGHT_GEOIP_MMDB is"),
        ("PORCHLIGHT_DATABASE_URL", "sqlite+aiosqlite://", "names no file"),
        ("PORCHLIGHT_DATABASE_URL", "mysql://localhost/x", "PORCHLIGHT_DATABASE_URL begins with 'mysql'"),
    ],
)
def test_check_names_a_setting_that_can_not_be_right(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    (shell.folder / "pyproject.toml").write_text("not a city database")
    monkeypatch.setenv(name, value)
    outcome = shell.run("check")
    assert outcome.status == 1
    assert re.search(sentence, outcome.err)
    assert outcome.err.count("\n") == 1


def test_a_store_that_another_holds_is_named_in_one_sentence(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.storage.sqlite.BUSY_SECONDS", 0.05)
    shell.made("migrate")
    other = sqlite3.connect(shell.folder / "data" / "porchlight.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert_refused(shell.run("workspace", "create", "Acme"), "SQLITE_BUSY")
    other.execute("ROLLBACK")
    other.close()


def test_commands_work_while_the_server_writes(shell: Shell) -> None:
    """Another process writes all the while; every workspace it and the command make is there."""

    async def serve_and_run() -> int:
        server = await open_database(shell.url)
        going = True

        async def keep_writing() -> int:
            written = 0
            while going:
                await server.write(lambda conn: operations.create_workspace(conn, "Server", 0.0))
                written += 1
            return written

        writing = [asyncio.create_task(keep_writing()) for _ in range(2)]
        for number in range(2):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "app.cli", "workspace", "create", f"Command {number}"),
                cwd=shell.folder,
                env={**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])},
            )
            assert await process.wait() == 0
        going = False
        written = sum(await asyncio.gather(*writing))
        assert await _count(server) == written + 2
        await server.close()
        return written

    shell.made("migrate")
    assert asyncio.run(serve_and_run()) > 2
    assert shell.made("check") == {"settings": "ok", "store": "ok"}


async def _count(database: Database) -> int:
    return len(await database.read(store.all_workspaces))
