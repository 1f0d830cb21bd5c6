"""The journal is folded in steps, cut when idle, and never grows without end."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.storage.checkpoints import CUT_BYTES, Checkpoints
from app.storage.sqlite import driver_of, make_engine, open_reader, open_writer

_PAGE = b"x" * 4000


class _Store:
    """A writer with its checkpoints, driven by hand, and a reader beside it."""

    def __init__(self, path: Path) -> None:
        engine = make_engine(path)
        self.path = path
        self.writer: Connection = open_writer(engine, path)
        self.driver = driver_of(self.writer)
        self.driver.execute("CREATE TABLE pages (id INTEGER PRIMARY KEY, body BLOB)")
        self.reader: Connection = open_reader(engine, path)
        self.checkpoints = Checkpoints(path)

    def write(self, megabytes: float) -> None:
        self.driver.execute("BEGIN IMMEDIATE")
        for _ in range(int(megabytes * 250)):
            self.driver.execute("INSERT INTO pages (body) VALUES (?)", (_PAGE,))
        self.driver.execute("COMMIT")

    def file_bytes(self) -> int:
        return self.path.stat().st_size

    def journal_bytes(self) -> int:
        return self.checkpoints.journal_bytes()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[_Store]:
    opened = _Store(tmp_path / "store.db")
    yield opened
    opened.reader.close()
    opened.writer.close()


def test_a_small_journal_is_left_alone(store: _Store) -> None:
    store.write(3)
    store.checkpoints.after_group(store.driver)
    assert store.file_bytes() < 1 << 20


def test_a_journal_of_four_megabytes_is_folded_and_written_over(store: _Store) -> None:
    store.write(4.5)
    store.checkpoints.after_group(store.driver)
    assert store.file_bytes() > 4 << 20
    size = store.journal_bytes()
    store.write(3)
    assert store.journal_bytes() == size  # over the old pages: no growth


def test_the_next_step_is_due_when_the_journal_has_grown_by_one(store: _Store) -> None:
    store.write(4.5)
    store.checkpoints.after_group(store.driver)
    store.write(4.6)  # fills what there was, and less than a step beyond
    before = store.file_bytes()
    store.checkpoints.after_group(store.driver)
    assert store.file_bytes() == before
    store.write(1.5)
    store.checkpoints.after_group(store.driver)
    assert store.file_bytes() > before


def test_a_journal_of_32_megabytes_is_cut(store: _Store) -> None:
    store.write(33)
    store.checkpoints.after_group(store.driver)
    assert store.journal_bytes() == 0
    assert store.file_bytes() > CUT_BYTES


def test_what_two_large_writes_change_is_copied_once_for_both(store: _Store) -> None:
    store.write(10)
    store.checkpoints.after_group(store.driver)
    before = store.file_bytes()
    store.write(10)
    store.checkpoints.after_group(store.driver)
    assert store.file_bytes() == before
    store.write(10)
    store.checkpoints.after_group(store.driver)
    assert store.file_bytes() > 2.9 * before


def test_an_idle_moment_cuts_all_of_it(store: _Store) -> None:
    store.write(0.5)
    assert store.journal_bytes() > 0
    store.checkpoints.when_idle(store.driver)
    assert store.journal_bytes() == 0


def test_a_reader_is_neither_waited_for_nor_disturbed(store: _Store) -> None:
    reader = driver_of(store.reader)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM pages").fetchone() == (0,)
    store.write(33)
    store.checkpoints.after_group(store.driver)  # would take two seconds if it waited
    assert store.journal_bytes() > CUT_BYTES
    assert reader.execute("SELECT count(*) FROM pages").fetchone() == (0,)
    reader.execute("COMMIT")
    store.checkpoints.when_idle(store.driver)
    assert store.journal_bytes() == 0


def test_another_process_that_writes_puts_the_step_off(store: _Store) -> None:
    """Else SQLite would checkpoint while it writes, which versions before 3.51.3 must not."""
    command = sqlite3.connect(store.path, isolation_level=None, timeout=0)
    store.write(4.5)
    command.execute("BEGIN IMMEDIATE")
    before = store.file_bytes()
    store.checkpoints.after_group(store.driver)
    assert store.file_bytes() == before
    assert store.checkpoints.is_sound
    command.execute("ROLLBACK")
    command.close()
    store.write(1.5)
    store.checkpoints.after_group(store.driver)
    assert store.file_bytes() > before


def test_the_busy_timeout_is_back_in_its_place_afterwards(store: _Store) -> None:
    store.checkpoints.when_idle(store.driver)
    assert store.driver.execute("PRAGMA busy_timeout").fetchone() == (10_000,)


def test_a_checkpoint_that_fails_on_the_disk_is_remembered(store: _Store) -> None:
    class Failing:
        def execute(self, statement: str) -> "Failing":
            if "wal_checkpoint" in statement:
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
                error.sqlite_errorname = "SQLITE_IOERR_FSYNC"
                raise error
            return self

    store.checkpoints.when_idle(Failing())  # type: ignore[arg-type]
    assert not store.checkpoints.is_sound


def test_wholly_leaves_nothing_in_the_journal(store: _Store) -> None:
    store.write(1)
    assert store.checkpoints.wholly(store.driver)
    assert store.journal_bytes() == 0


def test_wholly_says_so_where_somebody_still_reads(store: _Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.storage.checkpoints.WAIT_SECONDS", 0.01)
    reading = driver_of(store.reader)
    reading.execute("BEGIN")
    reading.execute("SELECT count(*) FROM pages").fetchall()
    store.write(1)
    assert not store.checkpoints.wholly(store.driver)
    reading.execute("COMMIT")
    assert store.checkpoints.wholly(store.driver)
