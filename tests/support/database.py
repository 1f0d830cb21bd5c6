"""Databases for tests: real files, real servers.

``database`` is an SQLite file with the whole schema, ``empty_database`` one without any,
``database_url`` names the former before it is opened.
"""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from app.storage.database import Database, SqliteDatabase, open_database
from app.storage.migrations import migrate


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once; each test gets a copy."""
    path = tmp_path_factory.mktemp("migrated") / "porchlight.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def database_url(tmp_path: Path, _migrated_file: Path) -> str:
    path = tmp_path / "porchlight.db"
    shutil.copyfile(_migrated_file, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(database_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def empty_database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = await open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert isinstance(opened, SqliteDatabase)
    yield opened
    await opened.close()
