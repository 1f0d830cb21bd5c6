"""Bringing a database to the newest revision, in one transaction under a lock.

Of two processes that start at once, one migrates and the other finds it done.
"""

import asyncio
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from app.errors import PorchlightError, SettingError, StorageUnavailable
from app.storage.faults import as_answer, reason_of
from app.storage.sqlite import driver_of, file_of, make_engine, open_writer

_VERSIONS: Final = Path(__file__).with_name("versions")
_REVISION: Final = text("SELECT version_num FROM alembic_version")
# Any number will do that nobody else takes in the same PostgreSQL database.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(7204519)")


def newest_revision() -> str:
    """The revision that this version of the program works with."""
    # Told by the names of the files, ``r0001_presence.py``: each start asks.
    return max(path.name for path in _VERSIONS.glob("r*.py"))[1:5]


def current_revision(conn: Connection) -> str | None:
    """The revision of the database at hand; none where it is empty."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.execute(_REVISION).scalar_one_or_none()


def migrate(url: str) -> str:
    """Bring the database to the newest revision, making it where there is none; returns that revision.

    Raises SettingError for a database that a newer version of the program made, or that no version did;
    or StorageUnavailable.
    """
    try:
        if url.startswith("sqlite"):
            _migrate_sqlite(url)
        else:
            asyncio.run(_migrate_postgres(url))
    except PorchlightError:
        raise
    except Exception as error:
        answer = as_answer(error)
        if answer is None and isinstance(error, DBAPIError):
            raise SettingError(
                f"The database can't be brought to revision {newest_revision()}: {error.orig}. It is not what its own "
                "revision left behind: was it made by a version that was never released?"
            ) from error
        if answer is None:
            raise
        raise StorageUnavailable(f"The database can't be migrated: {reason_of(error, answer)}") from error
    return newest_revision()


def _migrate_sqlite(url: str) -> None:
    path = file_of(url)
    connection = open_writer(make_engine(path), path)
    try:
        with connection.begin():
            if current_revision(connection) == newest_revision():
                return
        # Some revisions build a table anew, and the rows that refer to it must bear its absence.
        driver_of(connection).execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            driver_of(connection).execute("BEGIN IMMEDIATE")
            _upgrade(connection)
    finally:
        connection.close()


async def _migrate_postgres(url: str) -> None:
    from app.storage.postgres import make_async_engine  # noqa: PLC0415  An extra brings its driver.

    engine = make_async_engine(url)
    try:
        async with engine.begin() as connection:
            if await connection.run_sync(current_revision) == newest_revision():
                return
            await connection.execute(_LOCK)
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    from app.storage.migrations.upgrading import upgrade  # noqa: PLC0415  Nearly all starts have nothing to run.

    upgrade(connection)
