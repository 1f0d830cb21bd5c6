"""Either kind of database behind one door."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app.errors import SettingError
from app.storage.database import Database, SqliteDatabase, open_database
from app.storage.postgres import PostgresDatabase


def _create(conn: Connection) -> None:
    conn.execute(text("CREATE TABLE notes (body TEXT)"))


def _note(conn: Connection) -> None:
    conn.execute(text("INSERT INTO notes VALUES ('x')"))


def _count(conn: Connection) -> int:
    return int(conn.scalar(text("SELECT count(*) FROM notes")) or 0)


async def _use(database: Database) -> None:
    await database.write(_create)
    for _ in range(3):
        await database.write(_note)
    assert await database.read(_count) == 3
    assert database.healthy
    assert database.waiting_writes == 0
    writes, groups = database.committed
    assert writes == 4
    assert 1 <= groups <= 4
    with pytest.raises(Exception, match="notes"):
        await database.write(_create)
    assert await database.read(_count) == 3
    await database.close()


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+aiosqlite"])
async def test_a_sqlite_url_opens_a_file(tmp_path: Path, scheme: str) -> None:
    database = await open_database(f"{scheme}:///{tmp_path / 'store.db'}")
    assert isinstance(database, SqliteDatabase)
    await _use(database)
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith("-wal")] == []


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+asyncpg"])
async def test_a_postgres_url_opens_a_pool(postgres_url: str, scheme: str) -> None:
    database = await open_database(f"{scheme}://{postgres_url.partition('://')[2]}")
    assert isinstance(database, PostgresDatabase)
    await _use(database)


async def test_any_other_url_is_refused() -> None:
    with pytest.raises(SettingError, match="must begin with"):
        await open_database("mysql://localhost/porchlight")
