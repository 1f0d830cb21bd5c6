"""What a database's own error amounts to."""

import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import Conflict, PorchlightError, ReadTooSlow, StorageFull, StorageUnavailable
from app.storage.faults import as_answer, is_input_output_error, name_of, reason_of, sqlstate_of


def _sqlite(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("says SQLite")
    error.sqlite_errorcode = getattr(sqlite3, name)
    error.sqlite_errorname = name
    return error


class _Postgres(Exception):
    """An error as asyncpg's adapter shows it."""

    def __init__(self, state: str) -> None:
        super().__init__("says PostgreSQL")
        self.sqlstate = state


def _wrapped(cause: Exception) -> DBAPIError:
    return OperationalError("SELECT 1", {}, cause)


@pytest.mark.parametrize("state", ["28000", "28P01", "3D000"])
def test_an_address_that_postgresql_refuses_is_named_to_whoever_runs_the_server_alone(state: str) -> None:
    error = _wrapped(_Postgres(state))
    answer = as_answer(error)
    assert isinstance(answer, StorageUnavailable)
    assert answer.message == f"The database can't be reached now ({state})"
    assert "PORCHLIGHT_DATABASE_URL" in reason_of(error, answer)


def test_what_the_driver_says_of_an_address_is_told_to_whoever_runs_the_server_alone() -> None:
    class ClientConfigurationError(ValueError):
        pass

    cause = ValueError("the secret path of a key")
    cause.__cause__ = ClientConfigurationError()
    error = _wrapped(cause)
    answer = as_answer(error)
    assert isinstance(answer, StorageUnavailable)
    assert answer.message == "The database can't be reached now (ValueError)"
    assert "the secret path" in reason_of(error, answer)


def test_any_other_fault_has_the_reason_that_is_answered() -> None:
    error = _wrapped(_Postgres("57P01"))
    answer = as_answer(error)
    assert answer is not None
    assert reason_of(error, answer) == answer.message


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("SQLITE_FULL", StorageFull),
        ("SQLITE_IOERR_SHMSIZE", StorageFull),
        ("SQLITE_IOERR", StorageUnavailable),
        ("SQLITE_IOERR_FSYNC", StorageUnavailable),
        ("SQLITE_BUSY", StorageUnavailable),
        ("SQLITE_BUSY_SNAPSHOT", StorageUnavailable),
        ("SQLITE_LOCKED", StorageUnavailable),
        ("SQLITE_READONLY", StorageUnavailable),
        ("SQLITE_CORRUPT", StorageUnavailable),
        ("SQLITE_CANTOPEN", StorageUnavailable),
        ("SQLITE_NOTADB", StorageUnavailable),
        ("SQLITE_INTERRUPT", ReadTooSlow),
        ("SQLITE_ERROR", None),  # a misspelt statement
        ("SQLITE_CONSTRAINT_UNIQUE", None),
        ("SQLITE_MISMATCH", None),
    ],
)
def test_an_error_of_sqlite_is_named(name: str, answer: type[PorchlightError] | None, wrapped: bool) -> None:
    error = _wrapped(_sqlite(name)) if wrapped else _sqlite(name)
    assert type(as_answer(error)) is (answer or type(None))
    assert name_of(error) == name


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("SQLITE_IOERR", True),
        ("SQLITE_IOERR_FSYNC", True),
        ("SQLITE_IOERR_WRITE", True),
        ("SQLITE_IOERR_READ", True),
        ("SQLITE_IOERR_SHMSIZE", False),  # a full disk, by another name
        ("SQLITE_FULL", False),
        ("SQLITE_BUSY", False),
    ],
)
def test_only_what_the_machine_could_not_read_or_write_is_an_input_output_error(
    name: str, is_one: bool
) -> None:
    assert is_input_output_error(_sqlite(name)) is is_one
    assert is_input_output_error(_wrapped(_sqlite(name))) is is_one
    assert not is_input_output_error(ValueError())


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("53100", StorageFull),
        ("53300", StorageUnavailable),  # too many connections
        ("57P01", StorageUnavailable),  # the server goes down
        ("08006", StorageUnavailable),
        ("58030", StorageUnavailable),
        ("57014", ReadTooSlow),
        ("23505", None),
        ("40001", None),
        ("42601", None),
    ],
)
def test_an_error_of_postgres_is_named(state: str, answer: type[PorchlightError] | None) -> None:
    error = _wrapped(_Postgres(state))
    assert type(as_answer(error)) is (answer or type(None))
    assert sqlstate_of(error) == name_of(error) == state


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError(), PoolTimeout()])
def test_a_server_that_can_not_be_reached_is_unavailable(error: Exception) -> None:
    assert type(as_answer(error)) is StorageUnavailable


def test_a_named_error_stays_itself_and_a_fault_of_ours_is_none() -> None:
    conflict = Conflict("taken")
    assert as_answer(conflict) is conflict
    assert as_answer(ValueError("ours")) is None
    assert name_of(ValueError("ours")) == "ValueError"
