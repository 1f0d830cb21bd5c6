"""What a database's own error means to us: full, unavailable, too slow, or a fault of ours.

Faults of ours (a misspelt statement, a broken constraint) are no answer to anybody; they stay
what they are.
"""

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import PorchlightError, ReadTooSlow, StorageFull, StorageUnavailable

_PRIMARY: Final = 0xFF
_UNAVAILABLE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
# PostgreSQL's own codes, by class: connection, resources, operator's intervention, system.
_POSTGRES_UNAVAILABLE: Final = ("08", "53", "57", "58")
_POSTGRES_FULL: Final = "53100"
_POSTGRES_CANCELED: Final = "57014"
# What is wrong with the address we were given, by class.
_POSTGRES_REFUSED: Final = {
    "28": "The database does not let the user of PORCHLIGHT_DATABASE_URL in",
    "3D": "There is no database of the name that PORCHLIGHT_DATABASE_URL gives",
}
# By its name: the driver is an extra.
_MISCONFIGURED: Final = "ClientConfigurationError"


def as_answer(error: BaseException) -> PorchlightError | None:
    """The named error that ``error`` amounts to; none where it is a fault of ours."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(cause, PorchlightError):
        return cause
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    if isinstance(error, DBAPIError | OSError | PoolTimeout):
        return _of_postgres(error, cause)
    return None


def reason_of(error: BaseException, answer: PorchlightError) -> str:
    """What whoever runs the server is told of ``error``: more than its answer where the address is at fault."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if type(cause.__cause__).__name__ == _MISCONFIGURED:
        return f"PORCHLIGHT_DATABASE_URL can't be used: {cause}"
    state = sqlstate_of(error) if isinstance(error, DBAPIError) else ""
    return _POSTGRES_REFUSED.get(state[:2], answer.message)


def is_input_output_error(error: BaseException) -> bool:
    """Whether the machine failed to read or write: nothing in the file's cache can be trusted since."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = _code(cause) if isinstance(cause, sqlite3.Error) else 0
    return code & _PRIMARY == sqlite3.SQLITE_IOERR and code != sqlite3.SQLITE_IOERR_SHMSIZE


def name_of(error: BaseException) -> str:
    """A short name for logs: SQLite's name, PostgreSQL's code, else the class."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return str(name or type(cause).__name__)


def sqlstate_of(error: DBAPIError) -> str:
    """PostgreSQL's five-character code, empty where the error carries none."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def _of_sqlite(error: sqlite3.Error) -> PorchlightError | None:
    code = _code(error)
    # The index of the journal can't grow on a full disk, and SQLite calls that an I/O error.
    if code & _PRIMARY == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_SHMSIZE:
        return StorageFull("The disk is full: nothing was recorded")
    if code & _PRIMARY == sqlite3.SQLITE_INTERRUPT:
        return ReadTooSlow()
    if code & _PRIMARY in _UNAVAILABLE:
        return StorageUnavailable(f"The database can't be used now ({name_of(error)})")
    return None


def _of_postgres(error: BaseException, cause: BaseException) -> PorchlightError | None:
    state = sqlstate_of(error) if isinstance(error, DBAPIError) else ""
    if state == _POSTGRES_FULL:
        return StorageFull("The database's disk is full: nothing was recorded")
    if state == _POSTGRES_CANCELED:
        return ReadTooSlow()
    lost = isinstance(error, OSError | PoolTimeout) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
    misconfigured = type(cause.__cause__).__name__ == _MISCONFIGURED
    if lost or misconfigured or state.startswith((*_POSTGRES_UNAVAILABLE, *_POSTGRES_REFUSED)):
        return StorageUnavailable(f"The database can't be reached now ({name_of(cause)})")
    return None


def _code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0) or 0)
