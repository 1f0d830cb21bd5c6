"""``check`` names what is wrong with a store, and mends nothing."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.contacts.bulk import insert_contacts, newcomer
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
