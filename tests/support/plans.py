"""How SQLite would go about a statement."""

from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.dialects import sqlite

from app.search.query import Node, read_search
from support.questions import SEARCH
from support.searching import search


def plan_of(conn: Connection, statement: Select[Any]) -> str:
    text = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    return "\n".join(row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}"))


def rest(field: str, operator: str, value: object) -> Node:
    return read_search(search(field, operator, value), SEARCH)
