"""``check`` names what is wrong with a store, and mends nothing."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.contacts.bulk import insert_contacts, newcomer
from app.storage import bucketing
from app.storage.bucketing import cut_off, grown_buckets
from app.storage.database import Database, open_database
from app.storage.inspection import faults_of
from app.storage.migrations import migrate, newest_revision
from app.workspaces.operations import create_workspace
from support.recording import NOW


def _execute(path: Path, *statements: str) -> None:
    plain = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        plain.execute(statement)
    plain.close()


async def _execute_on_postgres(url: str, statement: str) -> None:
    database = await open_database(url)
    await database.write(lambda conn: conn.exec_driver_sql(statement) and None)
    await database.close()


async def test_a_sound_store_has_no_faults_while_the_server_writes(
    database: Database, database_url: str
) -> None:
    def write(conn: Connection) -> None:
        app_id = create_workspace(conn, "Acme", NOW).app_id
        insert_contacts(conn, app_id, [newcomer(app_id, role, NOW) for role in ("lead", "visitor")])

    await database.write(write)
    assert await asyncio.to_thread(faults_of, database_url) == []


def test_a_database_that_is_missing_is_not_made(tmp_path: Path) -> None:
    (fault,) = faults_of(f"sqlite:///{tmp_path / 'nothing.db'}")
    assert fault.startswith(f"there is no database at {tmp_path}/nothing.db")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "porchlight.db"
    path.write_text("not a database, by far " * 100)
    (fault,) = faults_of(f"sqlite:///{path}")
    assert "SQLITE_NOTADB" in fault
    assert path.read_text().startswith("not a database")


@pytest.mark.parametrize("closed", ["porchlight.db", "."])
def test_a_place_where_a_server_could_not_write_is_named(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    # Whoever runs the tests may be root, to whom no place is closed.
    monkeypatch.setattr("os.access", lambda place, mode: place != tmp_path / closed)
    assert faults_of(database_url) == [f"{tmp_path / closed} can't be written by this user"]


def test_an_empty_database_lacks_its_schema(tmp_path: Path) -> None:
    _execute(tmp_path / "empty.db", "PRAGMA user_version = 1")
    assert faults_of(f"sqlite:///{tmp_path / 'empty.db'}") == [
        "the database has no schema: porchlight migrate makes it"
    ]


@pytest.mark.parametrize(
    ("statements", "faults"),
    [
        (["DROP TABLE events"], ["table events is missing"]),
        (["DROP INDEX contacts_email"], ["index contacts_email is missing"]),
        (["DROP TRIGGER contacts_count_leavers"], ["trigger contacts_count_leavers is missing"]),
        (["DROP TRIGGER contacts_histogram_of_os"], ["trigger contacts_histogram_of_os is missing"]),
        (
            ["DROP TRIGGER people_counts_begin_histograms"],
            ["trigger people_counts_begin_histograms is missing"],
        ),
        (["DROP TRIGGER audit_log_keeps_rows"], ["trigger audit_log_keeps_rows is missing"]),
        (["ALTER TABLE admins RENAME COLUMN name TO title"], ["column admins.name is missing"]),
        (
            ["UPDATE alembic_version SET version_num = '0000'"],
            [f"the schema is at revision 0000, and this version works with {newest_revision()}"],
        ),
        (
            [
                "INSERT INTO api_tokens (app_id, name, prefix, token_hash, created_at)"
                " VALUES ('u0000000', 'ci', 'pl_', 'x', 0)"
            ],
            ["a row of api_tokens refers to a row of workspaces that is not there"],
        ),
        (
            ["INSERT INTO people_counts VALUES ('u0000000', 'lead', 0, 3), ('u0000000', 'lead', 1, -3)"],
            [],
        ),
        (
            ["INSERT INTO people_counts VALUES ('u0000000', 'lead', 0, 3)"],
            ["workspace u0000000 lists 0 contacts of the role lead, and counts 3"],
        ),
    ],
)
def test_what_is_wrong_is_named(
    database_url: str, tmp_path: Path, statements: list[str], faults: list[str]
) -> None:
    _execute(tmp_path / "porchlight.db", *statements)
    assert faults_of(database_url) == faults


async def _with_histograms(database: Database) -> str:
    """Four leads, of whom two were seen, in several buckets of when they were made."""

    def write(conn: Connection) -> str:
        app_id = create_workspace(conn, "Acme", NOW).app_id
        people = [newcomer(app_id, "lead", NOW + number) for number in range(4)]
        insert_contacts(conn, app_id, people)
        plain = conn.exec_driver_sql
        plain(
            "UPDATE contacts SET last_seen_at = 10.0 * (created_at - ?) WHERE created_at > ?", (NOW, NOW + 1)
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bucketing, "SIZE", 1)
            for grown in grown_buckets(conn):
                cut_off(conn, grown)
        return app_id

    return await database.write(write)


_IN_SECOND = "field = 'created_at' AND bound = 1700000001.0"


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (
            f"UPDATE histograms SET count = 3 WHERE {_IN_SECOND}",
            "2 contacts of the role lead whose created_at is from 1700000001.0 on, and its histogram says 3",
        ),
        (
            "UPDATE histograms SET count = 1 WHERE field = 'last_seen_at'",
            "2 contacts of the role lead whose last_seen_at is from -9e+99 on, and its histogram says 1",
        ),
        (
            f"UPDATE histograms SET newest = 1700000001.5 WHERE {_IN_SECOND}",
            "contacts of the role lead made until 1700000002.0 whose created_at is from 1700000001.0 on, "
            "and its histogram says 1700000001.5",
        ),
        (
            "UPDATE histograms SET newest = NULL WHERE field = 'last_seen_at'",
            "contacts of the role lead made until 1700000003.0 whose last_seen_at is from -9e+99 on, "
            "and its histogram says None",
        ),
        (
            "DELETE FROM histograms WHERE field = 'last_seen_at'",
            "2 contacts of the role lead whose last_seen_at is from -9e+99 on, and its histogram says None",
        ),
        (
            "DELETE FROM histograms WHERE field = 'country'",
            "0 contacts of the role lead whose country is from '' on, and its histogram says None",
        ),
        (f"UPDATE histograms SET newest = 1800000000.0 WHERE {_IN_SECOND}", None),
        ("UPDATE histograms SET newest = NULL WHERE field = 'country'", None),
    ],
)
async def test_what_a_histogram_says_wrongly_is_named(
    database: Database, database_url: str, statement: str, fault: str | None
) -> None:
    app_id = await _with_histograms(database)
    assert await asyncio.to_thread(faults_of, database_url) == []
    await database.write(lambda conn: conn.exec_driver_sql(statement) and None)
    named = [] if fault is None else [f"workspace {app_id} has {fault}"]
    assert await asyncio.to_thread(faults_of, database_url) == named


async def test_contacts_of_whom_a_histogram_was_not_told_are_named(
    database: Database, database_url: str
) -> None:
    app_id = await _with_histograms(database)

    def silently(conn: Connection) -> None:
        trigger = "contacts_histogram_of_country"
        made = conn.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = ?", (trigger,)).scalar_one()
        conn.exec_driver_sql(f"DROP TRIGGER {trigger}")
        conn.exec_driver_sql("UPDATE contacts SET country = 'Peru' WHERE last_seen_at IS NULL")
        conn.exec_driver_sql(made)

    await database.write(silently)
    assert await asyncio.to_thread(faults_of, database_url) == [
        f"workspace {app_id} has 2 contacts of the role lead whose country is from '' on, and its histogram says 0"
    ]


def test_a_damaged_file_is_named(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "porchlight.db"
    damaged = bytearray(path.read_bytes())
    damaged[4096 * 3 : 4096 * 6] = b"\xff" * (4096 * 3)
    path.write_bytes(damaged)
    faults = faults_of(database_url)
    assert faults
    assert all("damaged" in fault or "SQLITE_CORRUPT" in fault for fault in faults)
    assert path.read_bytes() == bytes(damaged)


def test_a_postgres_database_is_looked_over_too(postgres_url: str) -> None:
    assert faults_of(postgres_url) == ["the database has no schema: porchlight migrate makes it"]
    migrate(postgres_url)
    assert faults_of(postgres_url) == []
    asyncio.run(
        _execute_on_postgres(postgres_url, "INSERT INTO people_counts VALUES ('u0000000', 'lead', 5, 3)")
    )
    fault = "workspace u0000000 lists 0 contacts of the role lead, and counts 3"
    assert faults_of(postgres_url) == [fault]
    asyncio.run(
        _execute_on_postgres(postgres_url, "ALTER TABLE contacts DISABLE TRIGGER contacts_count_leavers")
    )
    assert faults_of(postgres_url) == ["trigger contacts_count_leavers is missing"]


def test_a_postgres_server_that_lets_nobody_in_is_told_with_the_setting_at_fault(postgres_url: str) -> None:
    (fault,) = faults_of(postgres_url.replace("porchlight@", "nobody@"))
    assert fault == "The database does not let the user of PORCHLIGHT_DATABASE_URL in"


def test_a_postgres_server_that_is_not_there_is_named() -> None:
    (fault,) = faults_of("postgresql+asyncpg://porchlight@127.0.0.1:1/nowhere")
    assert "can't be reached" in fault
