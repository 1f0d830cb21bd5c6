"""Turns: how the server and the commands share the one place of SQLite's writer.

Whoever finds SQLite's lock taken looks again after a while, up to a tenth of a second later. A
busy server lets go of it for microseconds only, so a command could look in vain for minutes.
Therefore whoever wants to write first takes the *turn*, a lock on a small file beside the
database, and gives it back once its transaction has begun. A command that holds the turn and
waits for the server's commit keeps the server from beginning another: they alternate.

It is a courtesy, not a guard. SQLite's own lock keeps writers apart; where the turn can't be had
(a disk without locks, a stopped process that holds it), writing goes on without.
"""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from app.clock import monotonic

_LOOK_SECONDS: Final = 0.001
_PATIENCE_SECONDS: Final = 5.0


class Turn:
    """The turn to begin a transaction, as a context manager. One for each writer."""

    __slots__ = ("_file",)

    def __init__(self, database: Path) -> None:
        path = database.with_name(database.name + "-turn")
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> Self:
        give_up_at = monotonic() + _PATIENCE_SECONDS
        while not self._take() and monotonic() < give_up_at:
            time.sleep(_LOOK_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        except OSError:
            return  # A disk without locks.

    def close(self) -> None:
        os.close(self._file)

    def _take(self) -> bool:
        """False where somebody else has it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # A disk without locks.
        return True
