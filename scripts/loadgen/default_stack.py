"""``porchlight`` with its writes as SQLAlchemy's async engine does them. The benchmark runs it beside the real one.

The same server with the same rules and statements, but each write is a transaction of its own on aiosqlite,
on one connection behind a lock, and SQLAlchemy runs its statements rather than the driver. SQLite is told
what the product tells its writer (WAL, FULL); all else is as SQLAlchemy and aiosqlite come. A pool of
several connections brings nothing: SQLite has one writer at a time, whoever waits for it.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar
from unittest.mock import patch

import msgspec
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from app import lifespan
from app.cli import main
from app.storage.database import READ_SECONDS, Database
from app.storage.readers import Readers
from app.storage.sqlite import BUSY_SECONDS, WRITER_PRAGMAS, file_of, make_engine, open_reader, to_json

T = TypeVar("T")

READERS: Final = 3


class DefaultStack:
    """An SQLite file that aiosqlite writes. It is read as the product reads it: no ping does."""

    def __init__(self, writer: AsyncConnection, readers: Readers) -> None:
        self._writer = writer
        self._readers = readers
        self._turn = asyncio.Lock()
        self._writes = 0

    async def write(self, work: Callable[[Connection], T]) -> T:
        async with self._turn, self._writer.begin():
            result = await self._writer.run_sync(work)
        self._writes += 1
        return result

    async def read(self, work: Callable[[Connection], T], seconds: float = READ_SECONDS) -> T:
        return await self._readers.read(work, seconds)

    async def scrub(self) -> bool:
        """Nothing is deleted while it is measured."""
        return True

    async def close(self) -> None:
        await self._readers.close()
        await self._writer.close()
        await self._writer.engine.dispose()

    @property
    def healthy(self) -> bool:
        return True

    @property
    def waiting_writes(self) -> int:
        return 0

    @property
    def committed(self) -> tuple[int, int]:
        return self._writes, self._writes


async def open_default_stack(url: str) -> Database:
    path = file_of(url)
    reading = make_engine(path)
    readers = Readers([open_reader(reading, path) for _ in range(READERS)])
    return DefaultStack(await _writing(path).connect(), readers)


def _writing(path: Path) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        # As SQLAlchemy's manual has it, where a transaction is to hold from its first read on.
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
        json_serializer=to_json,
        json_deserializer=msgspec.json.decode,
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(driver: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = driver.cursor()
    for pragma in ("journal_mode = WAL", *WRITER_PRAGMAS, "temp_store = MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


if __name__ == "__main__":
    with patch.object(lifespan, "open_database", open_default_stack):
        main()
