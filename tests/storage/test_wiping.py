"""Nothing of what was deleted is left between the rows of a page, and nothing else is touched. Rule R61."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Connection, text

from app.storage.checkpoints import Checkpoints
from app.storage.database import SqliteDatabase, open_database
from app.storage.sqlite import driver_of, make_engine, open_writer
from app.storage.wiping import Wiper, wipe

PEOPLE = 1_500


def _words(seed: int) -> list[str]:
    chance = random.Random(seed)
    return [f"{chance.randbytes(12).hex()}@example.com" for _ in range(PEOPLE)]


def _page(kind: int, rows: int, start: int, size: int = 512) -> bytearray:
    """A page full of old bytes, with a directory of ``rows`` and its rows from ``start`` on."""
    header = {2: 12, 5: 12, 10: 8, 13: 8}.get(kind, 8)
    page = bytearray(b"\xee" * size)
    page[:header] = bytes([kind, 0, 0, *rows.to_bytes(2), *start.to_bytes(2), 0, 0, 0, 0, 0])[:header]
    return page


@pytest.mark.parametrize(("kind", "header"), [(2, 12), (5, 12), (10, 8), (13, 8)])
def test_the_gap_of_a_page_is_wiped_and_nothing_beside_it(kind: int, header: int) -> None:
    page = _page(kind, rows=3, start=400)
    before = bytes(page)
    assert wipe(page, 0, 512)
    gap = slice(header + 6, 400)
    assert page[gap] == bytes(400 - header - 6)
    page[gap] = before[gap]
    assert page == before
    assert wipe(page, 0, 512)
    assert not wipe(page, 0, 512)


@pytest.mark.parametrize(
    "page",
    [
        _page(0, rows=3, start=400),  # overflow, or free
        _page(1, rows=3, start=400),
        _page(13, rows=300, start=400),  # the directory would reach into the rows
        _page(13, rows=3, start=600),  # the rows would begin behind the page
    ],
)
def test_what_is_no_page_of_a_b_tree_is_left_alone(page: bytearray) -> None:
    before = bytes(page)
    assert not wipe(page, 0, 512)
    assert page == before


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = await open_database(f"sqlite:///{tmp_path / 'store.db'}")
    assert isinstance(opened, SqliteDatabase)
    await opened.write(_create)
    yield opened
    await opened.close()


def _create(conn: Connection) -> None:
    conn.execute(text("CREATE TABLE people (email TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID"))
    conn.execute(text("CREATE INDEX people_by_body ON people (body)"))


def _insert(conn: Connection, emails: list[str]) -> None:
    rows = [{"email": email, "body": email[::-1]} for email in emails]
    conn.execute(text("INSERT INTO people (email, body) VALUES (:email, :body)"), rows)


def _delete(conn: Connection, emails: list[str]) -> None:
    conn.execute(text("DELETE FROM people WHERE email = :email"), [{"email": email} for email in emails])


def _left(folder: Path, emails: list[str]) -> set[str]:
    """Which of the emails stand in any of the files, forwards or backwards."""
    everything = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    return {email for email in emails if email.encode() in everything or email[::-1].encode() in everything}


def test_R61_what_secure_delete_leaves_behind_is_wiped(tmp_path: Path) -> None:
    path, emails = tmp_path / "store.db", _words(1)
    connection = open_writer(make_engine(path), path)
    driver, checkpoints = driver_of(connection), Checkpoints(path)
    chance = random.Random(1)
    driver.execute("CREATE TABLE people (email TEXT PRIMARY KEY, body TEXT)")
    rows = [(email, "b" * chance.randint(0, 700)) for email in emails]
    driver.executemany("INSERT INTO people VALUES (?, ?)", rows)
    # Rows that grow move to other pages, and leave themselves behind.
    grown = [("c" * chance.randint(0, 1_400), email) for email in emails[::3]]
    driver.executemany("UPDATE people SET body = ? WHERE email = ?", grown)
    gone = chance.sample(emails, PEOPLE // 5)
    driver.executemany("DELETE FROM people WHERE email = ?", [(email,) for email in gone])
    assert checkpoints.wholly(driver)
    assert _left(tmp_path, gone)
    wiper = Wiper(path, checkpoints)
    wiper.begin()
    outcomes = [wiper.step(driver) for _ in range(100)]
    assert True in outcomes
    assert _left(tmp_path, emails) == set(emails) - set(gone)
    connection.close()
    wiper.close()


async def test_R61_a_scrub_leaves_no_byte_of_what_was_deleted(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    emails = _words(1)
    for start in range(0, PEOPLE, 100):
        await database.write(lambda conn, lot=emails[start : start + 100]: _insert(conn, lot))
    gone, kept = emails[::3], [email for number, email in enumerate(emails) if number % 3]
    await database.write(lambda conn: _delete(conn, gone))
    assert await database.scrub()
    assert _left(tmp_path, gone) == set()
    assert _left(tmp_path, kept) == set(kept)
    with sqlite3.connect(tmp_path / "store.db") as other:
        assert other.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert other.execute("SELECT count(*) FROM people").fetchone() == (len(kept),)
    other.close()


async def test_R61_what_is_written_after_a_scrub_brings_nothing_back(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    emails, more = _words(2), _words(3)
    await database.write(lambda conn: _insert(conn, emails))
    gone = emails[::2]
    await database.write(lambda conn: _delete(conn, gone))
    assert await database.scrub()
    await database.write(lambda conn: _insert(conn, more))
    await database.write(lambda conn: _delete(conn, more[::7]))
    assert await database.scrub()
    assert _left(tmp_path, gone + more[::7]) == set()


async def test_others_write_while_the_file_is_scrubbed_and_lose_nothing(
    database: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.storage.wiping.CHUNK_BYTES", 4_096)
    monkeypatch.setattr("app.storage.wiping.STEP_SECONDS", 0.0005)
    emails, more = _words(4), _words(5)
    await database.write(lambda conn: _insert(conn, emails))
    gone = emails[::2]
    await database.write(lambda conn: _delete(conn, gone))
    scrub = asyncio.create_task(database.scrub())
    for start in range(0, PEOPLE, 10):
        await database.write(lambda conn, lot=more[start : start + 10]: _insert(conn, lot))
    assert await scrub
    assert await database.scrub()
    assert _left(tmp_path, gone) == set()
    rows = await database.read(lambda conn: set(conn.scalars(text("SELECT email FROM people"))))
    assert rows == set(emails[1::2]) | set(more)
    check = await database.read(lambda conn: conn.scalars(text("PRAGMA integrity_check")).all())
    assert check == ["ok"]


async def test_whoever_asks_while_it_is_under_way_waits_for_the_next_round(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    await database.write(lambda conn: _insert(conn, _words(6)))
    first = asyncio.create_task(database.scrub())
    await database.write(lambda conn: _delete(conn, _words(6)))
    assert await asyncio.gather(first, database.scrub()) == [True, True]
    assert _left(tmp_path, _words(6)) == set()


async def test_a_scrub_says_so_where_somebody_reads_for_long(
    database: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.storage.checkpoints.WAIT_SECONDS", 0.01)
    reader = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM people").fetchall()
    await database.write(lambda conn: _insert(conn, _words(7)))
    assert not await database.scrub()
    reader.execute("COMMIT")
    reader.close()
    assert await database.scrub()


async def test_a_database_that_is_no_server_s_own_is_not_scrubbed(tmp_path: Path) -> None:
    guest = await open_database(f"sqlite:///{tmp_path / 'guest.db'}", checkpoints=False)
    assert not await guest.scrub()
    await guest.close()
    assert not await guest.scrub()


def test_a_file_with_a_map_of_its_pages_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mapped.db"
    with sqlite3.connect(path) as maker:
        maker.execute("PRAGMA auto_vacuum = FULL")
        maker.execute("CREATE TABLE people (email TEXT PRIMARY KEY)")
    maker.close()
    connection = open_writer(make_engine(path), path)
    driver, before = driver_of(connection), path.read_bytes()
    wiper = Wiper(path, Checkpoints(path))
    wiper.begin()
    assert wiper.step(driver)
    connection.close()
    wiper.close()
    assert path.read_bytes()[4_096:] == before[4_096:]
