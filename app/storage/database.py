"""The database: work goes in, what it returns comes out.

*Work* is a plain function of a SQLAlchemy ``Connection``. It runs as one transaction, whole or
not at all, and never commits by itself. The same functions serve SQLite and PostgreSQL. A
write is answered when it is on the disk; a read sees one moment's state throughout.

Work may be run a second time (PostgreSQL ends one of two transactions that stand in each
other's way), so it keeps to the database and returns the rest. What it read and means to
change it reads ``FOR UPDATE`` (``select(…).with_for_update()``), which SQLite, with its one
writer, has no need of and leaves out.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from sqlalchemy import Connection

from app.errors import SettingError
from app.storage.checkpoints import Checkpoints
from app.storage.queue import GROUP_LIMIT, WriteQueue
from app.storage.readers import Readers
from app.storage.sqlite import file_of, make_engine, open_reader, open_writer
from app.storage.turns import Turn
from app.storage.wiping import Wiper

T = TypeVar("T")

READ_SECONDS: Final = 10.0


class Database(Protocol):
    """Either kind of database, as the rest of the program sees it."""

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a transaction; returns its result once that is on the disk.

        Raises what ``work`` raises, with nothing recorded, or StorageFull or StorageUnavailable.
        """
        ...

    async def read(self, work: Callable[[Connection], T], seconds: float = READ_SECONDS) -> T:
        """Run ``work`` on one snapshot; raises ReadTooSlow after ``seconds`` of real time."""
        ...

    async def scrub(self) -> bool:
        """See that what was deleted is in no file of ours any more; returns whether that is so by now.

        Where it is not, because somebody reads for long, ask again later.
        """
        ...

    async def close(self) -> None:
        """Finish the writes that wait, then let go of every connection and thread."""
        ...

    @property
    def healthy(self) -> bool:
        """False where writing has failed in a way that only a restart mends."""
        ...

    @property
    def waiting_writes(self) -> int:
        """How many writes wait to be begun."""
        ...

    @property
    def committed(self) -> tuple[int, int]:
        """How many writes were committed so far, and in how many commits."""
        ...


async def open_database(
    url: str, *, readers: int = 3, group_limit: int = GROUP_LIMIT, checkpoints: bool = True
) -> Database:
    """Open the database that ``url`` names; its schema is ``migrations``' affair.

    For SQLite: ``readers`` is how many reads run side by side, ``group_limit`` how many writes may
    share a commit, and ``checkpoints`` is for the server alone (see ``checkpoints``).
    Raises SettingError or StorageUnavailable.
    """
    if url.startswith("sqlite"):
        return await asyncio.to_thread(
            SqliteDatabase, url, readers=readers, group_limit=group_limit, checkpoints=checkpoints
        )
    if url.startswith("postgresql"):
        from app.storage.postgres import PostgresDatabase  # noqa: PLC0415  An extra brings its driver.

        return PostgresDatabase(url)
    raise SettingError(
        "PORCHLIGHT_DATABASE_URL must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://"
    )


class SqliteDatabase:
    """An SQLite file behind one write queue and a few readers."""

    def __init__(self, url: str, *, readers: int, group_limit: int, checkpoints: bool) -> None:
        path = file_of(url)
        engine = make_engine(path)
        writer = open_writer(engine, path)
        self._readers = Readers([open_reader(engine, path) for _ in range(readers)])
        folding = Checkpoints(path) if checkpoints else None
        wiper = Wiper(path, folding) if folding is not None else None
        self.queue = WriteQueue(writer, Turn(path), folding, wiper=wiper, group_limit=group_limit)

    async def write(self, work: Callable[[Connection], T]) -> T:
        return await self.queue.write(work)

    async def read(self, work: Callable[[Connection], T], seconds: float = READ_SECONDS) -> T:
        return await self._readers.read(work, seconds)

    async def scrub(self) -> bool:
        return await self.queue.scrub()

    async def close(self) -> None:
        # Readers first: the journal is folded wholly only when nobody reads.
        await self._readers.close()
        await self.queue.close()

    @property
    def healthy(self) -> bool:
        return self.queue.healthy

    @property
    def waiting_writes(self) -> int:
        return self.queue.waiting

    @property
    def committed(self) -> tuple[int, int]:
        return self.queue.committed_writes, self.queue.committed_groups
