"""Reading from SQLite: a few threads, a connection for each, every read one snapshot.

Readers see what was committed before they began, wait for no writer and stop none. A read that
takes too long is stopped at its deadline: SQLite asks every few thousand steps whether to go on, and
no statement is begun after it.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import LifoQueue
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, event

from app.clock import monotonic
from app.errors import StorageUnavailable
from app.storage.abreast import LENDER
from app.storage.deadlines import DEADLINE, hold_to_deadline
from app.storage.faults import as_answer
from app.storage.sqlite import driver_of

T = TypeVar("T")

WAITING_LIMIT: Final = 2_000
_STEPS_BETWEEN_LOOKS: Final = 10_000


class Readers:
    """``connections`` are its own from here on: as many reads run side by side."""

    def __init__(self, connections: Sequence[Connection], *, waiting_limit: int = WAITING_LIMIT) -> None:
        self._connections = connections
        for connection in connections:
            event.listen(connection, "before_cursor_execute", hold_to_deadline)
        # The last one used has the warmest cache.
        self._idle: LifoQueue[Connection] = LifoQueue()
        for connection in connections:
            self._idle.put(connection)
        self._threads = ThreadPoolExecutor(len(connections), thread_name_prefix="porchlight-reader")
        self._waiting_limit = waiting_limit
        self._under_way = 0
        self._closing = False

    async def read(self, work: Callable[[Connection], T], seconds: float) -> T:
        """Run ``work`` on a snapshot; raises what it raises, ReadTooSlow or StorageUnavailable."""
        if self._closing:
            raise StorageUnavailable("The database is closed")
        if self._under_way >= self._waiting_limit:
            raise StorageUnavailable(f"{self._waiting_limit} reads are waiting already: try again later")
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, work, seconds)
        finally:
            self._under_way -= 1

    async def close(self) -> None:
        """End what runs, drop what waits, close the connections."""
        self._closing = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._threads.shutdown, wait=True)
        for connection in self._connections:
            connection.close()

    def _read(self, work: Callable[[Connection], T], seconds: float) -> T:
        connection = self._idle.get_nowait()
        driver = driver_of(connection)
        deadline = monotonic() + seconds
        driver.set_progress_handler(lambda: monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
        connection.info[DEADLINE] = deadline
        connection.info[LENDER] = partial(self._lend, deadline)
        try:
            with connection.begin():
                driver.execute("BEGIN")
                return work(connection)
        except Exception as error:
            answer = as_answer(error)
            if answer is None or answer is error:
                raise
            raise answer from error
        finally:
            driver.set_progress_handler(None, 0)
            del connection.info[DEADLINE], connection.info[LENDER]
            self._idle.put(connection)

    def _lend(self, deadline: float, work: Callable[[Connection], Any]) -> Future[Any] | None:
        """Have another reader do it, by the same deadline; none where there will be none."""
        try:
            return self._threads.submit(lambda: self._read(work, deadline - monotonic()))
        except RuntimeError:  # They are being closed.
            return None
