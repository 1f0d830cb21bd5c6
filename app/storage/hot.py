"""Hot statements: the few that every ping and every page of people runs.

On the way from a statement to its rows SQLAlchemy spends ten times what SQLite itself needs. So each of
these is written in Core as ever, and its text for SQLite is made once; from then on that goes to the
driver itself, within whatever transaction the connection is in. PostgreSQL, whose round trip
costs more than either, is given the Core statement, and so is any driver but the standard library's.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import JSON, Boolean, Connection, Delete, Insert, Select, TextClause, Update
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from app.storage.sqlite import driver_of, to_json

Row: TypeAlias = Sequence[Any]
Given: TypeAlias = Mapping[str, object]
Statement: TypeAlias = Select[*tuple[Any, ...]] | Insert | Update | Delete | TextClause

# By place, not by name: of each name the driver would ask SQLite and the mapping once more, every time.
_DIALECT: Final = SQLiteDialect_pysqlite(paramstyle="qmark")


class Hot:
    """One statement, to be run many times with other values. All its values are named by ``bindparam``."""

    __slots__ = ("_core", "_json_places", "_names", "_read", "_text")

    def __init__(self, statement: Statement) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        assert isinstance(compiled, SQLCompiler)
        self._core = statement
        self._text = str(compiled)
        self._names = compiled.positiontup or []
        # These two kinds are all that our tables have and the driver does not know.
        kinds = [compiled.binds[name].type for name in self._names]
        self._json_places = [place for place, kind in enumerate(kinds) if isinstance(kind, JSON)]
        columns = enumerate(getattr(statement, "selected_columns", ()))
        self._read = [(place, read) for place, column in columns if (read := _reader_of(column.type))]

    def rows(self, conn: Connection, given: Given) -> Sequence[Row]:
        """All rows of its answer; raises DBAPIError."""
        if conn.dialect.driver != _DIALECT.driver:
            return conn.execute(self._core, given).all()
        rows: list[Row] = self._run(driver_of(conn).execute, self._written(given)).fetchall()
        return [self._row(row) for row in rows] if self._read else rows

    def run(self, conn: Connection, given: Given) -> None:
        """Raises DBAPIError."""
        if conn.dialect.driver != _DIALECT.driver:
            conn.execute(self._core, given)
        else:
            self._run(driver_of(conn).execute, self._written(given))

    def run_many(self, conn: Connection, given: Iterable[Given]) -> int:
        """Once for each of ``given``, which may be none; returns how many rows were written. Raises DBAPIError.

        Not every driver counts: one that does not says fewer.
        """
        if conn.dialect.driver == _DIALECT.driver:
            return self._run(driver_of(conn).executemany, map(self._written, given)).rowcount
        rows = list(given)
        return conn.execute(self._core, rows).rowcount if rows else 0

    def _run(self, run: Callable[[str, Any], sqlite3.Cursor], given: object) -> sqlite3.Cursor:
        try:
            return run(self._text, given)
        except sqlite3.Error as error:
            # As SQLAlchemy names it: whoever catches one need not know which road the statement took.
            raise DBAPIError.instance(
                self._text, None, error, sqlite3.Error, hide_parameters=True, dialect=_DIALECT
            ) from error

    def _written(self, given: Given) -> list[object]:
        values = [given[name] for name in self._names]
        for place in self._json_places:
            values[place] = to_json(values[place])
        return values

    def _row(self, row: Row) -> Row:
        values = list(row)
        for place, read in self._read:
            values[place] = None if values[place] is None else read(values[place])
        return values


def _reader_of(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What makes the driver's value one of ours, none where it is one already."""
    if isinstance(kind, JSON):
        return msgspec.json.decode
    return bool if isinstance(kind, Boolean) else None
