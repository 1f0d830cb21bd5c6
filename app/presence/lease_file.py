"""The lease file: every online contact's timestamps, in memory that outlives the process.

Each online contact has a slot of 56 bytes in a file mapped into memory. A heartbeat is one
eight-byte store; nothing is written and nothing is waited for, yet after a ``kill -9`` the
next process finds each timestamp as it was, to the last heartbeat, because mapped pages
belong to the kernel. Where the machine itself stops, the last few seconds may not have reached
the disk; a note of which boot of it wrote the file tells the next process so. A slot is seven
doubles wide::

    seen_at  active_at  since  until  contact id (12 bytes)  app_id (8 bytes)  unused (4)

A free slot has ``seen_at`` 0. One whose interval has ended has ``until`` set, and negative once
that interval is in the database. The id is written before the times, so a slot is never half
a contact.

The file grows by segments whose blocks are really allocated: a store into a hole of a
sparse file on a full disk would kill the process. Where no room can be had, a segment of
plain memory takes its place, which works as well but forgets at a crash.
"""

import asyncio
import fcntl
import mmap
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.errors import SettingError
from app.ids import AppId, ContactId, is_app_id
from app.log import get_logger

SYNC_SECONDS: Final = 4.0
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
"""Another one each time that the machine starts; not there on every system."""
SLOT_DOUBLES: Final = 7
SLOT_BYTES: Final = SLOT_DOUBLES * 8
SLOTS_PER_SEGMENT: Final = 4096
_SEGMENT_BYTES: Final = SLOTS_PER_SEGMENT * SLOT_BYTES
_ID_OFFSET: Final = 32
_ID_BYTES: Final = 20
_VERSION: Final = 1
_NOTE: Final = "boot"


SEEN: Final = 0
ACTIVE: Final = 1
SINCE: Final = 2
UNTIL: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A place in the file: ``times[at]`` is seen_at, the others follow it; ``raw`` is the same memory as bytes."""

    times: "memoryview[float]"
    raw: "memoryview[int]"
    at: int


NO_SLOT: Final = Slot(memoryview(bytes(SLOT_BYTES)).cast("d"), memoryview(b""), 0)
"""Stands for a contact of which nothing is known here: all its times are 0."""


@dataclass(frozen=True, slots=True)
class StoredLease:
    """What a former process left: ``until`` is 0 for a contact that was online to the end,
    negative where the ended interval is in the database already."""

    app_id: AppId
    contact_id: ContactId
    slot: Slot
    seen_at: float
    active_at: float
    since: float
    until: float


class LeaseFile:
    """Slots in ``folder``, or in plain memory where ``folder`` is none (tests, other tools)."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock: int | None = None
        self._paths: list[Path] = []
        self._free: list[Slot] = []
        self._next_number = 0
        self._note: Path | None = None
        self.may_be_behind = False
        """Whether the machine stopped under the former process, whose last stores may not be on the disk."""
        if folder is not None:
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._lock = _lock(folder / "lock")
            except OSError as error:
                where = f"PORCHLIGHT_DATA_DIR is {str(folder.parent)!r}: {folder.name} in it"
                raise SettingError(f"{where} can't be used: {error.strerror}") from error

    def read(self) -> Iterator[StoredLease]:
        """What a former process left; slots that hold nothing sensible are freed. Call once, first."""
        if self._folder is None:
            return
        self.may_be_behind = self._another_boot_wrote_it()
        for path in sorted(self._folder.glob(f"leases-{_VERSION}-{'[0-9]' * 5}")):
            self._next_number = int(path.name.rpartition("-")[2]) + 1
            for slot in self._open_segment(path):
                stored = _stored(slot)
                if stored is None:
                    self.free(slot)
                else:
                    yield stored

    def take(self, app_id: AppId, contact_id: ContactId, seen_at: float, active_at: float) -> Slot:
        """A slot for a contact that comes online at ``seen_at``."""
        if not self._free:
            self._grow()
        slot = self._free.pop()
        times, at = slot.times, slot.at
        start = at * 8 + _ID_OFFSET
        slot.raw[start : start + _ID_BYTES] = bytes.fromhex(contact_id) + app_id.encode()
        times[at + UNTIL] = 0.0
        times[at + SINCE] = seen_at
        times[at + ACTIVE] = active_at
        times[at + SEEN] = seen_at
        return slot

    def free(self, slot: Slot) -> None:
        slot.times[slot.at] = 0.0
        self._free.append(slot)

    def sync(self) -> None:
        """Have the kernel write it down, against a crash of the machine. Blocking: call it off the loop."""
        for path in list(self._paths):
            # Not mmap's flush, which holds the interpreter while the disk is busy: all would stand still.
            descriptor = os.open(path, os.O_RDWR)
            try:
                getattr(os, "fdatasync", os.fsync)(descriptor)  # macOS has the second alone
            finally:
                os.close(descriptor)

    def close(self) -> None:
        """Let go of the file, which is on the disk whole. The slots stay readable for those who still hold one."""
        if self._note is not None:
            try:
                self.sync()
                self._note.unlink(missing_ok=True)
            except OSError as error:
                get_logger().warning("presence.leases_not_synced", reason=error.strerror)
            self._note = None
        self._paths.clear()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def note_boot(self) -> None:
        """Leave a note of which boot of the machine writes the file, until it is closed. Call it once all is back."""
        if self._folder is None or not BOOT_ID.exists():
            return
        self._note = self._folder / _NOTE
        draft = self._note.with_suffix(".new")
        try:
            with draft.open("w") as file:
                file.write(BOOT_ID.read_text())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._note)
        except OSError as error:
            get_logger().warning("presence.boot_not_noted", reason=error.strerror)

    def _another_boot_wrote_it(self) -> bool:
        """Whether there is the note of a process that was never closed, from before the machine last started."""
        if self._folder is None or not BOOT_ID.exists():
            return False
        note = self._folder / _NOTE
        return note.exists() and note.read_text() != BOOT_ID.read_text()

    def _grow(self) -> None:
        path = None
        if self._folder is not None:
            path = self._folder / f"leases-{_VERSION}-{self._next_number:05d}"
            self._next_number += 1
        self._free.extend(reversed(list(self._open_segment(path))))

    def _open_segment(self, path: Path | None) -> Iterator[Slot]:
        mapped = _map_file(path) if path is not None else None
        if path is not None and mapped is not None:
            self._paths.append(path)
        raw = memoryview(mapped) if mapped is not None else memoryview(bytearray(_SEGMENT_BYTES))
        times = raw.cast("d")
        for at in range(0, SLOTS_PER_SEGMENT * SLOT_DOUBLES, SLOT_DOUBLES):
            yield Slot(times, raw, at)


def owner(slot: Slot) -> tuple[AppId, ContactId]:
    """Whose slot it is; what stands in a slot that was never taken means nothing."""
    start = slot.at * 8 + _ID_OFFSET
    identity = bytes(slot.raw[start : start + _ID_BYTES])
    return AppId(identity[12:].decode("ascii", "replace")), ContactId(identity[:12].hex())


def _stored(slot: Slot) -> StoredLease | None:
    times, at = slot.times, slot.at
    seen_at = times[at + SEEN]
    app_id, contact_id = owner(slot)
    if not seen_at > 0 or not is_app_id(app_id):
        return None
    return StoredLease(
        app_id, contact_id, slot, seen_at, times[at + ACTIVE], times[at + SINCE], times[at + UNTIL]
    )


def _map_file(path: Path) -> mmap.mmap | None:
    is_new = not path.exists()
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _allocate(descriptor)
            return mmap.mmap(descriptor, _SEGMENT_BYTES)
        finally:
            os.close(descriptor)
    except OSError as error:
        get_logger().warning("presence.leases_in_memory_only", reason=error.strerror)
        if is_new:  # what a former process left is read at the next start, if it can't be now
            with suppress(OSError):
                path.unlink(missing_ok=True)
        return None


def _allocate(descriptor: int) -> None:
    """Have the disk set room aside for a whole segment; what is in the file stays."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, _SEGMENT_BYTES)
        return
    # macOS has no such call; zeros that are really written take their room too.
    while (size := os.fstat(descriptor).st_size) < _SEGMENT_BYTES:
        os.pwrite(descriptor, bytes(_SEGMENT_BYTES - size), size)


def _lock(path: Path) -> int:
    """One server a data folder: two would each believe their own timestamps."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise SettingError(
            f"PORCHLIGHT_DATA_DIR is {str(path.parent.parent)!r}: another server is running on it"
        ) from None
    return descriptor


async def keep_synced(leases: LeaseFile) -> None:
    """Have the file written down every few seconds, for as long as the server runs."""
    while True:
        await asyncio.sleep(SYNC_SECONDS)
        await asyncio.to_thread(leases.sync)
