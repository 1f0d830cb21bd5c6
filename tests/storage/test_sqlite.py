"""SQLite's connections: where the file is, what writes and what reads."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.errors import SettingError, StorageUnavailable
from app.storage import sqlite
from app.storage.sqlite import driver_of, file_of, make_engine, open_reader, open_writer


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite+aiosqlite:////srv/data/porchlight.db", Path("/srv/data/porchlight.db")),
        ("sqlite:////srv/data/porchlight.db", Path("/srv/data/porchlight.db")),
        ("sqlite+aiosqlite:///data/porchlight.db", Path.cwd() / "data" / "porchlight.db"),
        ("sqlite+aiosqlite:////srv/with space/ü.db", Path("/srv/with space/ü.db")),
    ],
)
def test_a_url_names_a_file(url: str, path: Path) -> None:
    assert file_of(url) == path


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite+aiosqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory"]
)
def test_a_url_that_names_no_file_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match="names no file"):
        file_of(url)


def test_a_reader_reads_what_the_writer_commits_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "store?x=1.db"
    path.parent.mkdir()
    engine = make_engine(path)
    writer, reader = open_writer(engine, path), open_reader(engine, path)
    driver_of(writer).execute("CREATE TABLE notes (body TEXT)")
    driver_of(writer).execute("INSERT INTO notes VALUES ('x')")
    assert driver_of(reader).execute("SELECT body FROM notes").fetchall() == [("x",)]
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        driver_of(reader).execute("INSERT INTO notes VALUES ('y')")
    for driver in (driver_of(writer), driver_of(reader)):
        assert driver.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)
        assert driver.execute("PRAGMA temp_store").fetchone() == (2,)  # memory
        assert driver.execute("PRAGMA busy_timeout").fetchone() == (10_000,)
    reader.close()
    writer.close()
    assert sorted(file.name for file in path.parent.iterdir()) == ["store?x=1.db"]


def test_json_is_written_and_read_as_it_was(tmp_path: Path) -> None:
    engine = make_engine(tmp_path / "store.db")
    assert sqlite.to_json({"ü": [1, None, True]}) == '{"ü":[1,null,true]}'
    assert engine.dialect._json_deserializer('{"ü":[1,null,true]}') == {"ü": [1, None, True]}


def test_a_new_file_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    """The switch to write-ahead logging wants the file to itself, and is tried again until it has it."""
    path = tmp_path / "store.db"
    together, modes, failures = threading.Barrier(8), [], []

    def open_it() -> None:
        together.wait(60)
        try:
            connection = open_writer(make_engine(path), path)
            modes.append(connection.scalar(text("PRAGMA journal_mode")))
            connection.close()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    assert modes == ["wal"] * 8


def test_a_file_that_stays_locked_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.02)
    path = tmp_path / "store.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageUnavailable, match=r"store\.db can't be used: .*SQLITE_BUSY"):
        open_writer(make_engine(path), path)
    other.execute("ROLLBACK")
    other.close()


def test_the_text_of_an_error_tells_nothing_of_what_was_written(tmp_path: Path) -> None:
    connection = open_writer(make_engine(tmp_path / "store.db"), tmp_path / "store.db")
    with pytest.raises(DBAPIError) as error:
        connection.execute(text("INSERT INTO nowhere VALUES (:email)"), {"email": "joe@example.com"})
    connection.close()
    assert "joe@example.com" not in str(error.value)
