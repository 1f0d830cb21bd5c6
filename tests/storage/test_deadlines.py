"""A read ends in time, however it shares its time out among statements and its own work."""

import pytest
from sqlalchemy import Connection, text

from app.errors import ReadTooSlow
from app.storage import deadlines
from app.storage.database import Database, SqliteDatabase, open_database

_SHORT = text("SELECT 1")


async def begins_late(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read whose own work takes so long that its next statement would begin too late."""

    def work(conn: Connection) -> None:
        conn.execute(_SHORT).close()
        with monkeypatch.context() as patch:
            patch.setattr(deadlines, "monotonic", lambda: float("inf"))
            conn.execute(_SHORT).close()

    await database.read(work, seconds=60)


async def test_no_statement_begins_after_the_deadline(
    empty_database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ReadTooSlow):
        await begins_late(empty_database, monkeypatch)
    assert await empty_database.read(lambda conn: conn.scalar(_SHORT)) == 1


async def test_none_begins_after_it_on_postgresql(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = await open_database(postgres_url)
    with pytest.raises(ReadTooSlow):
        await begins_late(database, monkeypatch)
    assert await database.read(lambda conn: conn.scalar(_SHORT)) == 1
    assert await database.write(lambda conn: conn.scalar(_SHORT)) == 1
    await database.close()
