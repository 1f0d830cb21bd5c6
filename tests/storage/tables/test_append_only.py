"""What is on the audit log stays as it is, whoever asks. Rule R82."""

import asyncio

import pytest
from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app.ids import AppId
from app.storage.database import open_database
from app.storage.migrations import migrate
from app.storage.tables import audit_log
from app.trail.operations import record
from app.trail.records import CLI, Deed

APP = AppId("uaaaaaaa")
ONLY_ADDED_TO = "audit_log is only added to"


def put(conn: Connection) -> None:
    record(conn, APP, CLI, Deed("contact.viewed", "contact", "c" * 24), 1.0)


def count(conn: Connection) -> int:
    return conn.execute(select(func.count()).select_from(audit_log)).scalar_one()


@pytest.mark.parametrize("columns", [{"at": 2.0}, {"actor_id": "me"}, {"app_id": "ubbbbbbb"}])
async def test_R82_entry_is_not_changed(database_url: str, columns: dict[str, object]) -> None:
    await assert_refused(database_url, lambda conn: conn.execute(update(audit_log).values(columns)))


async def test_R82_entry_is_not_removed(database_url: str) -> None:
    await assert_refused(database_url, lambda conn: conn.execute(delete(audit_log)))


async def test_R82_entry_is_not_replaced(database_url: str) -> None:
    columns = ("id", "app_id", "at", "actor_type", "action", "subject_type", "detail")
    values = (1, APP, 2.0, "cli", "nothing", "contact", {})
    replace = insert(audit_log).prefix_with("OR REPLACE", dialect="sqlite")
    await assert_refused(
        database_url, lambda conn: conn.execute(replace.values(dict(zip(columns, values, strict=True))))
    )


async def test_R82_log_is_not_emptied_on_postgres(postgres_url: str) -> None:
    await assert_refused(postgres_url, lambda conn: conn.execute(text("TRUNCATE audit_log")))


async def test_R82_entries_are_not_changed_on_postgres(postgres_url: str) -> None:
    await assert_refused(postgres_url, lambda conn: conn.execute(delete(audit_log)))
    await assert_refused(postgres_url, lambda conn: conn.execute(update(audit_log).values(at=2.0)))


async def assert_refused(url: str, work) -> None:  # type: ignore[no-untyped-def]
    """``work`` is refused by the database itself, and the log is as it was."""
    await asyncio.to_thread(migrate, url)
    database = await open_database(url)
    try:
        await database.write(put)
        before = await database.read(count)
        with pytest.raises(DBAPIError, match=ONLY_ADDED_TO):
            await database.write(lambda conn: work(conn) and None)
        assert await database.read(count) == before > 0
    finally:
        await database.close()
