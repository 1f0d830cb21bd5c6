"""PostgreSQL: a pool of connections. It groups commits by itself, and needs no queue of ours."""

import asyncio
from collections.abc import Awaitable, Callable
from random import uniform
from typing import Final, TypeVar

import msgspec
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.clock import monotonic
from app.errors import SettingError, StorageUnavailable
from app.log import get_logger
from app.storage.deadlines import DEADLINE, hold_to_deadline
from app.storage.faults import as_answer, reason_of, sqlstate_of
from app.storage.sqlite import to_json

T = TypeVar("T")

POOL_SIZE: Final = 20
POOL_SECONDS: Final = 10.0
PAUSES: Final = (0.02, 0.04, 0.08, 0.16)
"""How long, at most, whoever was in the way of others waits before each further try; in seconds."""
# What may stand after the ``?`` of the address: what the driver takes as text.
_OPTIONS: Final = frozenset(
    {"host", "port", "user", "password", "database", "passfile", "ssl", "target_session_attrs"}
    | {"prepared_statement_cache_size"}
)
_IN_THE_WAY: Final = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: what was asked is well, but others are in its way."""
# And two that made the same row at once: the second finds it when it looks again.
_AGAIN: Final = _IN_THE_WAY | {"23505"}
_TIMEOUT: Final = text("SELECT set_config('statement_timeout', :milliseconds, true)")


def make_async_engine(url: str) -> AsyncEngine:
    """An engine on asyncpg; raises SettingError where that is missing, or takes not what ``url`` asks."""
    address = make_url(url).set(drivername="postgresql+asyncpg")
    for name in address.query.keys() - _OPTIONS:
        raise SettingError(
            f"PORCHLIGHT_DATABASE_URL has {name!r}: after the ? it takes {', '.join(sorted(_OPTIONS))}"
        )
    try:
        address.get_dialect()().create_connect_args(address)
        return create_async_engine(
            address,
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            json_serializer=to_json,
            json_deserializer=msgspec.json.decode,
            # An error's text goes to the log, and what was written belongs to people.
            hide_parameters=True,
        )
    except (ArgumentError, ValueError) as error:
        raise SettingError(f"PORCHLIGHT_DATABASE_URL can't be used: {error}") from error
    except ModuleNotFoundError as error:
        raise SettingError(
            "PORCHLIGHT_DATABASE_URL names PostgreSQL, whose driver is missing: pip install 'porchlight[postgres]'"
        ) from error


async def pause_up_to(seconds: float) -> None:
    """A pause of any length up to ``seconds``: two that were in each other's way don't meet again."""
    await asyncio.sleep(uniform(0, seconds))


class PostgresDatabase:
    """A PostgreSQL database behind a pool. The pool belongs to the event loop that uses it first."""

    def __init__(self, url: str, pause: Callable[[float], Awaitable[None]] = pause_up_to) -> None:
        self._pause = pause
        self._engine = make_async_engine(url)
        self._reading = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        event.listen(self._reading.sync_engine, "before_cursor_execute", hold_to_deadline)
        self._reachable = True
        self._writes = 0

    async def write(self, work: Callable[[Connection], T]) -> T:
        for seconds in PAUSES:
            try:
                return await self._answering(self._write_once(work))
            except DBAPIError as error:
                state = sqlstate_of(error)
                if state not in _AGAIN:
                    raise
            if state in _IN_THE_WAY:
                await self._pause(seconds)
        try:
            return await self._answering(self._write_once(work))
        except DBAPIError as error:
            if sqlstate_of(error) not in _IN_THE_WAY:
                raise
            raise StorageUnavailable("The database has too much to do at once now") from error

    async def read(self, work: Callable[[Connection], T], seconds: float = 10.0) -> T:
        return await self._answering(self._read_once(work, seconds))

    async def scrub(self) -> bool:
        """Its files are the server's own affair: vacuum overwrites what was deleted."""
        return True

    async def close(self) -> None:
        await self._engine.dispose()

    @property
    def healthy(self) -> bool:
        """Whether the last piece of work reached the database."""
        return self._reachable

    @property
    def waiting_writes(self) -> int:
        """None: whoever waits, waits for a connection of the pool."""
        return 0

    @property
    def committed(self) -> tuple[int, int]:
        """Each write is a commit of its own here; the server groups them on its way to the disk."""
        return self._writes, self._writes

    async def _write_once(self, work: Callable[[Connection], T]) -> T:
        async with self._engine.begin() as connection:
            result = await connection.run_sync(work)
        self._writes += 1
        return result

    async def _read_once(self, work: Callable[[Connection], T], seconds: float) -> T:
        async with self._reading.begin() as connection:
            await connection.execute(_TIMEOUT, {"milliseconds": str(max(1, int(seconds * 1000)))})
            info = (await connection.get_raw_connection()).info
            info[DEADLINE] = monotonic() + seconds
            try:
                return await connection.run_sync(work)
            finally:
                info.pop(DEADLINE)

    async def _answering(self, transaction: Awaitable[T]) -> T:
        try:
            result = await transaction
        except Exception as error:
            answer = as_answer(error)
            if answer is None or answer is error:
                raise
            was_reachable = self._reachable
            self._reachable = answer.status != 503 or answer.code == "query_timeout"
            if was_reachable and not self._reachable:
                get_logger().error("database.lost", reason=reason_of(error, answer))
            raise answer from error
        self._reachable = True
        return result
