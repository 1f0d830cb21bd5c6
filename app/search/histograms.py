"""How many fit a comparison, told by SQLite's histogram of a column: exact, and as quick however many they are."""

from functools import lru_cache
from operator import eq, ge, gt, le, lt
from typing import Any, Final

from sqlalchemy import BinaryExpression, BindParameter, ColumnElement, Connection, TextClause, text
from sqlalchemy.sql.elements import BooleanClauseList

from app.search.asking import Ask
from app.search.clauses import clause_of
from app.search.query import Comparison
from app.storage.tables.histograms import LOWEST

# Everybody of whom a value is known lies at one of its sides: those in a range are told by who lies beyond its ends.
_ABOVE, _FROM = ">", ">="
_BEYOND: Final[dict[Any, tuple[tuple[int, str], ...]]] = {
    gt: ((1, _ABOVE),),
    ge: ((1, _FROM),),
    eq: ((1, _FROM), (-1, _ABOVE)),
    le: ((-1, _ABOVE),),
    lt: ((-1, _FROM),),
}
_BEGINS: Final = frozenset({gt, ge, eq})
_KNOWN: Final = text(
    "SELECT coalesce(sum(count), 0) FROM histograms WHERE app_id = :app_id AND role = :role AND field = :field"
)


def told_by_histogram(conn: Connection, ask: Ask, asked: Comparison) -> int | None:
    """How many fit a single comparison; none where there is no histogram of its column, or it asks for no range."""
    column = asked.field.column
    if column is None or column not in LOWEST or ask.besides or conn.dialect.name != "sqlite":
        return None
    if asked.operator == "known":
        return _known(conn, ask, column)
    ends = _ends_of(clause_of(asked, ask.around, is_open=True))
    if ends is None:
        return None
    begins = any(is_beyond in _BEGINS for is_beyond, _ in ends)
    number = 0 if begins else _known(conn, ask, column)
    for is_beyond, value in ends:
        for sign, side in _BEYOND[is_beyond]:
            number += sign * _number(conn, ask, _beyond(column, side), value=value)
    # A range may end before it begins.
    return max(0, number)


def _ends_of(holds: ColumnElement[bool]) -> list[tuple[Any, Any]] | None:
    """Where a range of a column begins and ends: each by its operator and value; none of what is no range."""
    ends = []
    for end in holds.clauses if isinstance(holds, BooleanClauseList) else [holds]:
        is_end = isinstance(end, BinaryExpression) and isinstance(end.right, BindParameter)
        if not is_end or end.operator not in _BEYOND:
            return None
        ends.append((end.operator, end.right.value))
    return ends


@lru_cache(maxsize=64)
def _beyond(column: str, side: str) -> TextClause:
    """How many of one role are at one side of a value: whole buckets, and from the index those in front of them."""
    buckets = f"FROM histograms WHERE app_id = :app_id AND role = :role AND field = '{column}' AND bound {side} :value"
    return text(
        f"SELECT (SELECT coalesce(sum(count), 0) {buckets}) + (SELECT count(*) FROM contacts "
        f"WHERE app_id = :app_id AND role = :role AND listed AND {column} IS NOT NULL AND {column} {side} :value "
        # Any number and any text is less than this.
        f"AND {column} < coalesce((SELECT min(bound) {buckets}), x''))"
    )


def _known(conn: Connection, ask: Ask, column: str) -> int:
    return _number(conn, ask, _KNOWN, field=column)


def _number(conn: Connection, ask: Ask, statement: TextClause, **given: Any) -> int:
    """Of all roles that are asked for."""
    numbers = (
        conn.execute(statement, {"app_id": ask.around.app_id, "role": role, **given}).scalar_one()
        for role in ask.roles
    )
    return sum(numbers)
