"""The turn to write: whoever waits with it is next."""

import asyncio
import errno
import fcntl
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from app.storage import turns
from app.storage.database import SqliteDatabase
from app.storage.turns import Turn


def test_one_has_the_turn_at_a_time(tmp_path: Path) -> None:
    mine, theirs = Turn(tmp_path / "store.db"), Turn(tmp_path / "store.db")
    wants, has = threading.Event(), threading.Event()

    def take() -> None:
        wants.set()
        with theirs:
            has.set()

    with mine:
        waiting = threading.Thread(target=take)
        waiting.start()
        assert wants.wait(60)
        assert not has.wait(0.05)
    assert has.wait(60)
    waiting.join()
    mine.close()
    theirs.close()


async def test_a_server_begins_no_write_while_a_command_has_the_turn(
    empty_database: SqliteDatabase, tmp_path: Path
) -> None:
    await empty_database.write(lambda conn: conn.execute(text("CREATE TABLE notes (body TEXT)")).close())
    command = Turn(tmp_path / "empty.db")
    with command:
        writing = asyncio.create_task(
            empty_database.write(lambda conn: conn.execute(text("INSERT INTO notes VALUES ('x')")).close())
        )
        done, _ = await asyncio.wait([writing], timeout=0.05)
        assert done == set()
    await asyncio.wait_for(writing, 60)
    command.close()


def test_a_turn_that_does_not_come_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_PATIENCE_SECONDS", 0.01)
    stopped, mine = Turn(tmp_path / "store.db"), Turn(tmp_path / "store.db")
    with stopped, mine:
        pass
    mine.close()
    stopped.close()


def test_a_disk_without_locks_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    turn = Turn(tmp_path / "store.db")
    with turn:
        pass
    turn.close()


def test_the_file_is_its_owners_alone_and_holds_nothing(tmp_path: Path) -> None:
    turn = Turn(tmp_path / "store.db")
    with turn:
        file = (tmp_path / "store.db-turn").stat()
    assert file.st_mode & 0o777 == 0o600
    assert file.st_size == 0
    turn.close()
