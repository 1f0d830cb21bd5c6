"""Hot statements: the same rows and the same errors as by SQLAlchemy's own road, in the same transaction."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    event,
    insert,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError, OperationalError

from app.storage.faults import as_answer
from app.storage.hot import Hot
from app.storage.sqlite import make_engine, open_writer

_metadata = MetaData()
_notes = Table(
    "notes",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("body", Text, unique=True),
    Column("is_read", Boolean),
    Column("tags", JSON),
)
_SELECT = select(_notes).where(_notes.c.body == bindparam("body"))
FIND = Hot(_SELECT)
INSERT = Hot(insert(_notes))
READ = Hot(text("UPDATE notes SET is_read = 1 WHERE body = :body"))
COUNT = Hot(text("SELECT count(*) FROM notes"))
NOTE = {"id": 1, "body": "hello", "is_read": True, "tags": {"plan": "pro", "seats": [1, 2.5, None]}}


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    path = tmp_path / "notes.db"
    with open_writer(make_engine(path), path) as conn:
        _metadata.create_all(conn)
        conn.commit()
        yield conn


def test_rows_are_as_SQLAlchemy_reads_them(conn: Connection) -> None:
    INSERT.run(conn, NOTE)
    (row,) = FIND.rows(conn, {"body": "hello"})
    assert tuple(row) == tuple(NOTE.values()) == tuple(conn.execute(_SELECT, {"body": "hello"}).one())
    assert row[2] is True


def test_another_driver_of_SQLite_is_left_to_SQLAlchemy(conn: Connection) -> None:
    by_sqlalchemy: list[str] = []
    event.listen(
        conn, "before_cursor_execute", lambda _, __, statement, *___: by_sqlalchemy.append(statement)
    )
    INSERT.run(conn, NOTE)
    assert by_sqlalchemy == []
    conn.dialect.driver = "aiosqlite"
    (row,) = FIND.rows(conn, {"body": "hello"})
    READ.run(conn, {"body": "hello"})
    assert READ.run_many(conn, [{"body": "hello"}]) == 1
    assert tuple(row) == tuple(NOTE.values())
    assert len(by_sqlalchemy) == 3


def test_rows_are_as_SQLAlchemy_writes_them(conn: Connection) -> None:
    conn.execute(insert(_notes), NOTE)
    (row,) = FIND.rows(conn, {"body": "hello"})
    assert tuple(row) == tuple(NOTE.values())


def test_nothing_is_read_as_nothing(conn: Connection) -> None:
    conn.execute(text("INSERT INTO notes (id, body) VALUES (1, 'hello')"))
    assert [tuple(row) for row in FIND.rows(conn, {"body": "hello"})] == [(1, "hello", None, None)]
    assert list(FIND.rows(conn, {"body": "other"})) == []


def test_many_are_written_at_once_and_none_are_nothing(conn: Connection) -> None:
    assert INSERT.run_many(conn, [NOTE | {"id": number, "body": str(number)} for number in range(3)]) == 3
    assert INSERT.run_many(conn, []) == 0
    assert READ.run_many(conn, [{"body": "0"}, {"body": "nobody's"}, {"body": "1"}]) == 2
    assert [tuple(row) for row in COUNT.rows(conn, {})] == [(3,)]


def test_a_broken_rule_is_told_as_by_SQLAlchemy_without_what_was_written(conn: Connection) -> None:
    INSERT.run(conn, NOTE)
    with pytest.raises(IntegrityError) as caught:
        INSERT.run(conn, NOTE | {"id": 2})
    assert "pro" not in str(caught.value)
    with pytest.raises(IntegrityError):
        INSERT.run_many(conn, [NOTE | {"id": 2}])


def test_a_fault_of_the_file_is_told_as_by_SQLAlchemy(conn: Connection) -> None:
    conn.execute(text("PRAGMA query_only = ON"))
    with pytest.raises(OperationalError) as caught:
        INSERT.run(conn, NOTE)
    answer = as_answer(caught.value)
    assert answer is not None
    assert answer.status == 503


def test_what_is_written_belongs_to_the_transaction_of_its_connection(conn: Connection) -> None:
    with conn.begin() as transaction:
        conn.exec_driver_sql("BEGIN")
        INSERT.run(conn, NOTE)
        transaction.rollback()
    assert [tuple(row) for row in COUNT.rows(conn, {})] == [(0,)]
