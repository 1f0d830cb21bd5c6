"""When the journal is folded into the database file.

SQLite appends what is committed to a journal beside the file (``-wal``). A *checkpoint* copies
its pages into the file; then the journal is begun anew, over the old pages. By default whoever
happens to commit pays for that. Here only the writer does it, between two groups and after all
of the first have been answered: early enough that each step is small, and wholly (with the
journal cut to nothing) when there is nothing else to do.

SQLite up to 3.51.2 can damage a file when one connection checkpoints at the very moment in
which another writes, and the commands write while the server runs. So the server alone
checkpoints, and never PASSIVE: the other modes take the writers' lock for as long as they copy.
With a busy timeout of zero they wait for no reader either, and copy what no reader still needs.
"""

import sqlite3
from pathlib import Path
from typing import Final

from app.log import get_logger
from app.storage.faults import is_input_output_error, name_of
from app.storage.sqlite import BUSY_SECONDS

# Overwriting a journal is cheaper than letting it grow, so it keeps its first few megabytes.
FIRST_BYTES: Final = 4 << 20
STEP_BYTES: Final = 1 << 20
# From here on it is cut short when nobody reads; and from there on readers are waited for. A batch of an import is ten
# megabytes and more: where several fit in, the pages that each of them changes are copied once for all.
CUT_BYTES: Final = 32 << 20
WAIT_BYTES: Final = 128 << 20
WAIT_SECONDS: Final = 2.0


class Checkpoints:
    """Decides, from the size of the journal, when to fold it and how far."""

    __slots__ = ("_due_bytes", "_journal", "_log", "is_sound")

    def __init__(self, path: Path) -> None:
        self._journal = path.with_name(path.name + "-wal")
        self._due_bytes = FIRST_BYTES
        self._log = get_logger()
        self.is_sound = True
        """False once the machine failed to write what a checkpoint copied."""

    def after_group(self, driver: sqlite3.Connection) -> None:
        """A step, where the journal has grown enough since the last one."""
        size = self.journal_bytes()
        if size < self._due_bytes:
            return
        if size < CUT_BYTES:
            self._fold(driver, "FULL", wait_seconds=0)
        else:
            self._fold(driver, "TRUNCATE", wait_seconds=WAIT_SECONDS if size >= WAIT_BYTES else 0)
        self._due_bytes = max(FIRST_BYTES, self.journal_bytes() + STEP_BYTES)

    def when_idle(self, driver: sqlite3.Connection) -> None:
        """All of it, unless somebody reads just now."""
        self._fold(driver, "TRUNCATE", wait_seconds=0)
        self._due_bytes = FIRST_BYTES

    def wholly(self, driver: sqlite3.Connection) -> bool:
        """All of it, waiting for whoever reads; returns whether nothing is left in the journal."""
        self._fold(driver, "TRUNCATE", wait_seconds=WAIT_SECONDS)
        self._due_bytes = max(FIRST_BYTES, self.journal_bytes() + STEP_BYTES)
        return self.journal_bytes() == 0

    def before_closing(self, driver: sqlite3.Connection) -> None:
        self._fold(driver, "TRUNCATE", wait_seconds=WAIT_SECONDS)

    def journal_bytes(self) -> int:
        try:
            return self._journal.stat().st_size
        except FileNotFoundError:
            return 0

    def _fold(self, driver: sqlite3.Connection, mode: str, wait_seconds: float) -> None:
        try:
            driver.execute(f"PRAGMA busy_timeout = {int(wait_seconds * 1000)}")
            # While another process writes, the checkpoint would quietly become a PASSIVE one.
            driver.execute("BEGIN IMMEDIATE").execute("ROLLBACK")
            driver.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
        except sqlite3.Error as error:
            # Nothing is lost: the journal still holds it all, and the next step tries again.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                self.is_sound = self.is_sound and not is_input_output_error(error)
                self._log.warning("storage.checkpoint_failed", error=name_of(error))
        finally:
            driver.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
