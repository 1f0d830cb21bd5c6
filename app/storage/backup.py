"""Backups: a consistent copy of the SQLite file, taken while the server runs.

SQLite's own backup copies one snapshot, page by page, while writing goes on. The copy is one
file that needs no journal beside it; it is checked before it gets its name, and never takes
the place of another file. The secret key lies elsewhere, and is not in it.
"""

import contextlib
import os
import secrets
import sqlite3
from pathlib import Path

from app.errors import Conflict, NotFound, PorchlightError, SettingError, StorageUnavailable
from app.storage.faults import as_answer
from app.storage.sqlite import driver_of, file_of, make_engine, open_reader


def back_up(url: str, target: Path) -> None:
    """Copy the database that ``url`` names to the new file ``target``.

    Raises Conflict where that exists, SettingError for PostgreSQL, which has its own tool,
    NotFound where there is no database yet, StorageUnavailable where copying fails.
    """
    if not url.startswith("sqlite"):
        raise SettingError("PORCHLIGHT_DATABASE_URL names PostgreSQL: back it up by its own pg_dump")
    source = file_of(url)
    if not source.is_file():
        raise NotFound(f"There is no database at {source}")
    if os.path.lexists(target):
        raise Conflict(f"{target} exists already: a backup takes no other file's place")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(source, draft)
        _put_in_place(draft, target)
    except (OSError, sqlite3.Error) as error:
        raise _failure(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def _copy(source: Path, draft: Path) -> None:
    reader = open_reader(make_engine(source), source)
    copy = sqlite3.connect(draft, isolation_level=None)
    try:
        # All pages in one step: in several, every write to the source would begin the copy anew.
        driver_of(reader).backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode = DELETE")
        faults = [row[0] for row in copy.execute("PRAGMA quick_check") if row[0] != "ok"]
    finally:
        copy.close()
        reader.close()
    if faults:
        raise StorageUnavailable(f"The database is damaged, and was not backed up: {faults[0]}")
    _sync(draft)


def _put_in_place(draft: Path, target: Path) -> None:
    """Give the draft its name, which nobody else has taken meanwhile."""
    try:
        target.hardlink_to(draft)
    except FileExistsError:
        raise Conflict(f"{target} exists already: a backup takes no other file's place") from None
    except OSError:
        # A disk without hard links, such as a memory stick's.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        draft.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _failure(target: Path, error: Exception) -> PorchlightError:
    answer = as_answer(error) if isinstance(error, sqlite3.Error) else None
    reason = answer.message if answer else getattr(error, "strerror", None) or str(error)
    return StorageUnavailable(f"The backup {target} can't be written: {reason}")
