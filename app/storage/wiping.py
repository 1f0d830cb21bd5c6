"""Wipe what SQLite leaves behind between the rows of a page. Rule R61.

With ``secure_delete`` it overwrites what is deleted, where that stands. But when a page gets full, some of its
rows move to a new one, and their old bytes stay on the old page, in the gap between its directory and
its rows, until something is written over them. So of an email that was moved and then deleted a copy
may remain. Nothing reads a gap; but whoever opens the file with an editor does.

A page of a b-tree is laid out so (https://sqlite.org/fileformat2.html, 1.6)::

    header   type (1)  first free block (2)  rows (2)  start of the rows (2)  …
    directory of the rows (2 each)
    the gap
    the rows

A gap can be overwritten in the file itself: torn or whole, the page says the same. What must not happen is that SQLite
writes an older image of the page over it. So it is done by the one thread that writes, while no other
process may, with the journal empty and nothing cached.
"""

import os
import sqlite3
from pathlib import Path
from typing import Final

from app.clock import monotonic
from app.log import get_logger
from app.storage.checkpoints import Checkpoints

# Leaves and inner nodes, of indexes and of tables. Any other page (overflow, free list) begins with the number of
# another page, so with 0 as long as there are no more than sixteen million pages.
_HEADER_BYTES: Final = {2: 12, 5: 12, 10: 8, 13: 8}
MOST_PAGES: Final = 1 << 24
CHUNK_BYTES: Final = 1 << 20
STEP_SECONDS: Final = 0.01
"""So long other writes wait for a step at most, beside the folding of the journal."""


class Wiper:
    """Goes through the whole file, some megabytes at a step. Belongs to the writer's thread."""

    def __init__(self, path: Path, checkpoints: Checkpoints) -> None:
        self._path = path
        self._checkpoints = checkpoints
        self._next_byte = 0
        # Kept open until the last connection is closed: POSIX takes away all locks that a process has on a file when it
        # closes any descriptor of it, and SQLite relies on them.
        self._descriptor: int | None = None

    def begin(self) -> None:
        """Start with the first page."""
        self._next_byte = 0

    def step(self, driver: sqlite3.Connection) -> bool | None:
        """Fold the journal, then wipe some more; returns none where there is more to do.

        Else returns whether nothing is left of what was deleted, in the file or its journal: not so where somebody
        reads for so long that the journal can't be folded.
        """
        try:
            if not self._checkpoints.wholly(driver):
                return False
            driver.execute("PRAGMA shrink_memory")  # no page with a gap of old stays in the cache
            if self._wipe_some(driver):
                return None
            return self._checkpoints.wholly(driver)
        except (sqlite3.Error, OSError) as error:
            get_logger().warning("storage.wipe_failed", error=type(error).__name__)
            return False

    def close(self) -> None:
        """Let go of the file; only when no connection of this process has it open any more."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _wipe_some(self, driver: sqlite3.Connection) -> bool:
        """Wipe for a while; returns whether there is more."""
        driver.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have written between the folding and here; then the next step does it.
            more = self._wipe_until(monotonic() + STEP_SECONDS) if self._is_folded() else True
            # A change, however small, makes every other process read its pages anew.
            [version] = driver.execute("PRAGMA user_version").fetchone()
            driver.execute(f"PRAGMA user_version = {int(version)}")
            driver.execute("COMMIT")
        except BaseException:
            driver.execute("ROLLBACK")
            raise
        return more

    def _is_folded(self) -> bool:
        return self._checkpoints.journal_bytes() == 0

    def _wipe_until(self, until: float) -> bool:
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        head = os.pread(self._descriptor, 100, 0)
        page_bytes = int.from_bytes(head[16:18]) if head[16:18] != b"\0\1" else 65_536
        end = os.fstat(self._descriptor).st_size
        # A file that big, or one with a map of its pages (auto_vacuum), has pages that can't be told apart.
        if end // page_bytes >= MOST_PAGES or head[52:56] != bytes(4):
            return False
        while self._next_byte < end and monotonic() < until:
            self._wipe_chunk(self._descriptor, page_bytes)
        if self._next_byte < end:
            return True
        os.fsync(self._descriptor)
        return False

    def _wipe_chunk(self, descriptor: int, page_bytes: int) -> None:
        start = self._next_byte
        chunk = bytearray(os.pread(descriptor, CHUNK_BYTES, start))
        for at in range(0, len(chunk) - page_bytes + 1, page_bytes):
            # The first page describes the tables, and tells of nobody.
            if start + at > 0 and wipe(chunk, at, page_bytes):
                os.pwrite(descriptor, chunk[at : at + page_bytes], start + at)
        self._next_byte += CHUNK_BYTES


def wipe(chunk: bytearray, at: int, page_bytes: int) -> bool:
    """Overwrite the gap of the page at ``at``, if it is one of a b-tree; returns whether that changed it."""
    header_bytes = _HEADER_BYTES.get(chunk[at])
    if header_bytes is None:
        return False
    rows = int.from_bytes(chunk[at + 3 : at + 5])
    gap_start = at + header_bytes + 2 * rows
    gap_end = at + (int.from_bytes(chunk[at + 5 : at + 7]) or 65_536)
    # A page that is laid out otherwise is none of ours to touch.
    if not gap_start <= gap_end <= at + page_bytes:
        return False
    if chunk.count(0, gap_start, gap_end) == gap_end - gap_start:
        return False
    chunk[gap_start:gap_end] = bytes(gap_end - gap_start)
    return True
