"""The write queue: all writes of a process go to SQLite one after the other, in groups.

SQLite has one writer at a time, and a commit that is on the disk costs most of a millisecond
whether it carries one write or five hundred. So one thread owns the one connection that writes.
It takes all operations that wait, runs one after the other, commits them together, and only then lets
each be answered. While that commit is under way the next group gathers; nobody lingers for it.

An operation that fails takes back only itself. Nearly all that fail do so before they change
anything, and cost the others nothing. Where one fails later, its group is taken back and run again, each
operation in a savepoint of its own: for these SQLite copies every page that it changes, so that a group
without them is a tenth faster.

An answer therefore means: it is on the disk. When the commit itself fails, all of its group
are told so, and none of them was recorded.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import RootTransaction

from app.clock import monotonic
from app.errors import PorchlightError, StorageUnavailable
from app.log import get_logger
from app.storage.checkpoints import Checkpoints
from app.storage.faults import as_answer, is_input_output_error, name_of
from app.storage.sqlite import driver_of
from app.storage.turns import Turn
from app.storage.wiping import Wiper

T = TypeVar("T")

GROUP_LIMIT: Final = 512
GROUP_SECONDS: Final = 0.05
WAITING_LIMIT: Final = 20_000
IDLE_SECONDS: Final = 1.0


class _Operation:
    """One piece of work and whoever waits for it."""

    __slots__ = ("error", "future", "result", "work")

    def __init__(self, work: Callable[[Connection], Any], future: asyncio.Future[Any]) -> None:
        self.work = work
        self.future = future
        self.result: Any = None
        self.error: BaseException | None = None


class _Spoilt(Exception):
    """An operation has failed that may have changed something, with no savepoint to go back to."""


class WriteQueue:
    """The thread that writes, and the queue before it.

    ``connection`` and ``turn`` are its own from here on; without ``checkpoints`` it never folds the
    journal, and without a ``wiper`` it scrubs nothing. At most ``group_limit`` operations share a commit,
    and no further one is begun ``group_seconds`` after the first.
    """

    def __init__(
        self,
        connection: Connection,
        turn: Turn,
        checkpoints: Checkpoints | None,
        *,
        wiper: Wiper | None = None,
        group_limit: int = GROUP_LIMIT,
        group_seconds: float = GROUP_SECONDS,
        waiting_limit: int = WAITING_LIMIT,
    ) -> None:
        self.committed_groups = 0
        self.committed_writes = 0
        self._connection = connection
        self._driver = driver_of(connection)
        self._turn = turn
        self._checkpoints = checkpoints
        self._group_limit = group_limit
        self._group_seconds = group_seconds
        self._waiting_limit = waiting_limit
        self._waiting: deque[_Operation] = deque()
        self._wiper = wiper
        self._scrubs_asked: list[asyncio.Future[bool]] = []
        self._scrubs_begun: list[asyncio.Future[bool]] = []
        self._wake = threading.Condition()
        self._closing = False
        self._sound = True
        self._failing_with: str | None = None
        self._log = get_logger()
        self._thread = threading.Thread(target=self._run, name="porchlight-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many writes wait for their group to begin."""
        return len(self._waiting)

    @property
    def healthy(self) -> bool:
        """False once the machine failed to write to the disk: what it holds in memory is in doubt then."""
        folds = self._checkpoints is None or self._checkpoints.is_sound
        return self._sound and folds and self._thread.is_alive()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a transaction; returns its result when that is on the disk.

        Raises what ``work`` raises (nothing of it is recorded then), StorageFull or StorageUnavailable.
        Where the caller is cancelled meanwhile, the write is dropped if it has not begun, else done.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        with self._wake:
            if self._closing:
                raise StorageUnavailable("The database is closed")
            if len(self._waiting) >= self._waiting_limit:
                raise StorageUnavailable(f"{self._waiting_limit} writes are waiting already: try again later")
            self._waiting.append(_Operation(work, future))
            self._wake.notify()
        return await future

    async def scrub(self) -> bool:
        """See that nothing of what was deleted is left in the file or its journal, between the writes of others.

        Returns whether that is so: not where somebody reads for long, nor where there is no ``wiper``.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        with self._wake:
            if self._closing or self._wiper is None:
                return False
            self._scrubs_asked.append(future)
            self._wake.notify()
        return await future

    async def close(self) -> None:
        """Write what waits, fold the journal, close the connection."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)

    # What follows runs in the writer's thread.

    def _run(self) -> None:
        try:
            while not (self._closing and not self._waiting):
                if self._wait():
                    self._write_group()
                self._scrub_some()
            if self._checkpoints is not None:
                self._checkpoints.before_closing(self._driver)
        except BaseException as error:
            self._log.error("storage.writer_died", error=name_of(error), exc_info=True)
            raise
        finally:
            self._turn_away()
            self._connection.close()
            self._turn.close()
            if self._wiper is not None:
                self._wiper.close()

    def _wait(self) -> bool:
        """Wait for work; without any for a second, fold the journal and wait on."""
        with self._wake:
            if self._waiting or self._closing or self._scrubs_asked or self._scrubs_begun:
                return bool(self._waiting)
            unfolded = self._checkpoints is not None and self._checkpoints.journal_bytes() > 0
            woken = self._wake.wait(IDLE_SECONDS if unfolded else None)
        if not woken and self._checkpoints is not None:
            self._checkpoints.when_idle(self._driver)
        return bool(self._waiting)

    def _write_group(self) -> None:
        group: list[_Operation] = []
        try:
            try:
                with self._transaction() as transaction:
                    self._run_waiting(group, transaction)
            except _Spoilt:
                with self._transaction() as transaction:
                    self._run_apart(group, transaction)
            self._note_success(len(group))
        except Exception as error:
            if self._driver.in_transaction:
                self._driver.rollback()
            if not group:
                group.extend(self._take(len(self._waiting)))
            self._fail(group, error)
        _answer(group)
        if self._checkpoints is not None:
            self._checkpoints.after_group(self._driver)

    def _scrub_some(self) -> None:
        """A step of what was asked for; whoever asks while it is under way waits for the next round."""
        if self._wiper is None:
            return
        if not self._scrubs_begun:
            with self._wake:
                self._scrubs_begun, self._scrubs_asked = self._scrubs_asked, []
            if not self._scrubs_begun:
                return
            self._wiper.begin()
        outcome = self._wiper.step(self._driver)
        if outcome is not None:
            _tell(self._scrubs_begun, outcome)
            self._scrubs_begun = []

    @contextmanager
    def _transaction(self) -> Iterator[RootTransaction]:
        with self._connection.begin() as transaction:
            # IMMEDIATE: what a write reads, no other process can change before it commits.
            with self._turn:
                self._driver.execute("BEGIN IMMEDIATE")
            yield transaction

    def _run_waiting(self, group: list[_Operation], transaction: RootTransaction) -> None:
        """Run what waits, and note it in ``group``; raises _Spoilt where a failure can't be taken back alone."""
        until = monotonic() + self._group_seconds
        for operation in self._take(min(len(self._waiting), self._group_limit)):
            group.append(operation)
            changes = self._driver.total_changes
            self._run_one(operation, transaction)
            if operation.error is not None and self._may_have_changed(operation.error, changes):
                raise _Spoilt
            if monotonic() > until:
                return

    def _run_apart(self, group: list[_Operation], transaction: RootTransaction) -> None:
        """Run a group once more, so that whatever fails takes back itself."""
        for operation in group:
            operation.result = operation.error = None
            self._driver.execute("SAVEPOINT one")
            self._run_one(operation, transaction)
            if operation.error is not None:
                self._driver.execute("ROLLBACK TO one")
            self._driver.execute("RELEASE one")

    def _run_one(self, operation: _Operation, transaction: RootTransaction) -> None:
        try:
            operation.result = operation.work(self._connection)
            if not transaction.is_active:
                raise RuntimeError("a write must leave committing to the queue")
        except BaseException as error:
            operation.error = self._named(error if self._driver.in_transaction else _beneath(error))
        # Some errors (a full disk, a failed read) make SQLite take back the whole transaction.
        if not self._driver.in_transaction:
            raise operation.error or RuntimeError("a write ended the transaction of its group")

    def _may_have_changed(self, error: BaseException, changes_before: int) -> bool:
        """Whether more than nothing was done before ``error``. Only rows are counted, so only refusals are trusted."""
        return self._driver.total_changes != changes_before or not isinstance(error, PorchlightError)

    def _take(self, count: int) -> Iterable[_Operation]:
        """The next ``count`` operations, one by one, without those whose callers have gone."""
        for _ in range(count):
            operation = self._waiting.popleft()
            if not operation.future.cancelled():
                yield operation

    def _fail(self, group: list[_Operation], error: BaseException) -> None:
        """Tell all of a group that nothing was recorded, each by an error of its own."""
        answer = self._named(error)
        self._note_failure(name_of(error))
        for operation in group:
            if operation.error is not None:
                continue
            if isinstance(answer, StorageUnavailable):
                operation.error = type(answer)(answer.message)
            else:
                operation.error = StorageUnavailable("The database could not record this")
            operation.error.__cause__ = error

    def _note_success(self, writes: int) -> None:
        self.committed_groups += 1
        self.committed_writes += writes
        if self._failing_with is not None:
            self._failing_with = None
            self._log.info("storage.writes_again")

    def _note_failure(self, name: str) -> None:
        """One line for a fault, not one for each write that meets it."""
        if self._failing_with != name:
            self._failing_with = name
            self._log.error("storage.write_failed", error=name)

    def _named(self, error: BaseException) -> BaseException:
        if is_input_output_error(error):
            self._sound = False
        if isinstance(error, StopIteration):
            # A future refuses to carry this one.
            return RuntimeError("a write raised StopIteration")
        answer = as_answer(error)
        if answer is None or answer is error:
            return error
        answer.__cause__ = error
        return answer

    def _turn_away(self) -> None:
        with self._wake:
            self._closing = True
            left = list(self._waiting)
            self._waiting.clear()
            asked, self._scrubs_asked = self._scrubs_asked, []
        _tell([*asked, *self._scrubs_begun], False)
        for operation in left:
            operation.error = StorageUnavailable("The database is closed")
        _answer(left)


def _beneath(error: BaseException) -> BaseException:
    """What the database failed with, where going back to a savepoint failed after it: there was none any more."""
    cause: BaseException | None = error
    while cause is not None and as_answer(cause) is None:
        cause = cause.__context__
    return cause or error


def _answer(operations: list[_Operation]) -> None:
    """Hand the outcomes to the event loops that wait for them: one call for each loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Operation]] = {}
    for operation in operations:
        by_loop.setdefault(operation.future.get_loop(), []).append(operation)
    for loop, theirs in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, theirs)


def _settle(operations: list[_Operation]) -> None:
    for operation in operations:
        if operation.future.done():
            continue  # The caller was cancelled.
        if operation.error is not None:
            operation.future.set_exception(operation.error)
        else:
            operation.future.set_result(operation.result)


def _tell(asked: list[asyncio.Future[bool]], is_clean: bool) -> None:
    """Tell whoever asked for a scrub what came of it."""
    for future in asked:
        loop = future.get_loop()
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle_scrub, future, is_clean)


def _settle_scrub(future: asyncio.Future[bool], is_clean: bool) -> None:
    if not future.done():
        future.set_result(is_clean)
