"""SQLite's connections: one that writes and checkpoints, and a few that read.

All are SQLAlchemy connections over the standard library's driver, used from plain threads. The
driver is told to begin no transaction by itself; ``queue`` and ``readers`` begin theirs in so
many words.
"""

import os
import sqlite3
import time
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from app.errors import SettingError, StorageUnavailable
from app.storage.faults import as_answer

BUSY_SECONDS: Final = 10.0
WRITER_PRAGMAS: Final = (
    "synchronous = FULL",
    "foreign_keys = ON",
    # What is deleted is overwritten with zeros.
    "secure_delete = ON",
    f"cache_size = -{64 * 1024}",
)
_READER_CACHE_KIB: Final = 4 * 1024


def file_of(url: str) -> Path:
    """The file that an SQLite URL names; raises SettingError where it names none."""
    path = make_url(url).database
    if not path or path == ":memory:" or path.startswith("file:"):
        raise SettingError(
            "PORCHLIGHT_DATABASE_URL names no file: write sqlite+aiosqlite:///folder/porchlight.db"
        )
    return Path(path).absolute()


def make_engine(path: Path) -> Engine:
    """An engine without a pool: each ``connect()`` opens the file, and whoever asked keeps it."""
    return create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": BUSY_SECONDS},
        json_serializer=to_json,
        json_deserializer=msgspec.json.decode,
        # An error's text goes to the log, and what was written belongs to people.
        hide_parameters=True,
    )


def open_writer(engine: Engine, path: Path) -> Connection:
    """The connection that writes: what it commits is on the disk before ``COMMIT`` returns.

    It makes the file where there is none, readable by its owner alone. Raises StorageUnavailable.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StorageUnavailable(f"The database file {path} can't be opened: {error.strerror}") from error
    connection = _open(engine, path)
    driver = driver_of(connection)
    try:
        _enter_wal(driver)
        for pragma in WRITER_PRAGMAS:
            driver.execute(f"PRAGMA {pragma}")
        driver.execute("PRAGMA wal_autocheckpoint = 0")
    except sqlite3.Error as error:
        connection.close()
        raise _unusable(path, error) from error
    return connection


def open_reader(engine: Engine, path: Path) -> Connection:
    """A connection that can only read. Raises StorageUnavailable."""
    connection = _open(engine, path)
    driver = driver_of(connection)
    driver.execute("PRAGMA wal_autocheckpoint = 0")
    driver.execute("PRAGMA query_only = ON")
    driver.execute(f"PRAGMA cache_size = -{_READER_CACHE_KIB}")
    return connection


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection under SQLAlchemy's."""
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _open(engine: Engine, path: Path) -> Connection:
    try:
        connection = engine.connect()
        # Sorting must leave no names or emails in the machine's folder for temporary files.
        driver_of(connection).execute("PRAGMA temp_store = MEMORY")
    except Exception as error:
        raise _unusable(path, error) from error
    return connection


def _enter_wal(driver: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; the file remembers it.

    The switch needs the file to itself and doesn't wait for it as other statements do, so of
    two processes that open a new file at once one has to try again.
    """
    give_up_at = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            driver.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)
        else:
            return


def _unusable(path: Path, error: Exception) -> Exception:
    answer = as_answer(error)
    if answer is None:
        return error
    return StorageUnavailable(f"The database file {path} can't be used: {answer.message}")
