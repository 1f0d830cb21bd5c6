"""What SQLite's histogram of a column tells of those who fit a comparison, as quickly however many they are.

How many they are, exactly; and where the newest of them are: in which stretches of the column's index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import eq, ge, gt, le, lt
from typing import Any, Final, TypeAlias

from sqlalchemy import BinaryExpression, BindParameter, ColumnElement, Connection, TextClause, literal, text
from sqlalchemy.sql.elements import BooleanClauseList

from app.search.asking import Ask
from app.search.clauses import clause_of, type_of
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
_BUCKETS: Final = text(
    "SELECT bound, lead(bound) OVER (ORDER BY bound), count, newest FROM histograms "
    "WHERE app_id = :app_id AND role = :role AND field = :field ORDER BY bound"
)

End: TypeAlias = tuple[Any, Any]
"""Where a range begins or ends: the operator and the value that its column is compared with."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the index over a column: of one role, and between two bounds.

    It has no more than ``count``, and nobody in it was made after ``newest``.
    """

    role: str
    begins: End
    ends: End | None
    count: int
    newest: float

    def conditions(self, column: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The condition that the column lies in it."""
        ends = (self.begins,) if self.ends is None else (self.begins, self.ends)
        return [is_beyond(column, literal(value, type_of(value))) for is_beyond, value in ends]


def told_by_histogram(conn: Connection, ask: Ask, asked: Comparison) -> int | None:
    """How many fit one comparison of those that are asked; none where there is no histogram of its column, or it asks
    for no range.
    """
    column, ends = asked.field.column, _ends(conn, ask, asked)
    if column is None or ends is None:
        return None
    begins = any(is_beyond in _BEGINS for is_beyond, _ in ends)
    number = 0 if begins else _number(conn, ask, _KNOWN, field=column)
    for is_beyond, value in ends:
        for sign, side in _BEYOND[is_beyond]:
            number += sign * _number(conn, ask, _beyond(column, side), value=value)
    # A range may end before it begins.
    return max(0, number)


def stretches_of(conn: Connection, ask: Ask, asked: Comparison) -> list[Stretch] | None:
    """The stretches that have whoever fits a comparison, the one that may have the newest first; none as above."""
    column, ends = asked.field.column, _ends(conn, ask, asked)
    if column is None or ends is None:
        return None
    found = []
    for role in ask.roles:
        given = {"app_id": ask.around.app_id, "role": role, "field": column}
        for bound, next_bound, count, newest in conn.execute(_BUCKETS, given):
            within = [(ge, bound)] if next_bound is None else [(ge, bound), (lt, next_bound)]
            narrowed = _narrowed([*ends, *within])
            if narrowed is not None and count > 0:
                found.append(Stretch(role, *narrowed, count, newest))
    return sorted(found, key=lambda stretch: -stretch.newest)


def _ends(conn: Connection, ask: Ask, asked: Comparison) -> list[End] | None:
    """Where the range begins and ends that has whoever fits: nowhere, for whoever has a value at all.

    None where no histogram tells.
    """
    if asked.field.column not in LOWEST or conn.dialect.name != "sqlite":
        return None
    if asked.operator == "known":
        return []
    holds, ends = clause_of(asked, ask.around, is_open=True), []
    for end in holds.clauses if isinstance(holds, BooleanClauseList) else [holds]:
        is_end = isinstance(end, BinaryExpression) and isinstance(end.right, BindParameter)
        if not is_end or end.operator not in _BEYOND:
            return None
        ends.append((end.operator, end.right.value))
    return ends


def _narrowed(ends: Sequence[End]) -> tuple[End, End | None] | None:
    """Where all of them let a range begin, and where they let it end; none where nothing is between.

    Of two on one side SQLite might take the one that has it read far more.
    """
    value, is_above = max((value, is_beyond is gt) for is_beyond, value in ends if is_beyond in _BEGINS)
    begins = gt if is_above else ge, value
    uppers = [(value, is_beyond is not lt) for is_beyond, value in ends if is_beyond in (lt, le, eq)]
    if not uppers:
        return begins, None
    last, is_held = min(uppers)
    if value > last or (value == last and (is_above or not is_held)):
        return None
    return begins, (le if is_held else lt, last)


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


def _number(conn: Connection, ask: Ask, statement: TextClause, **given: Any) -> int:
    """Of all roles that are asked for."""
    numbers = (
        conn.execute(statement, {"app_id": ask.around.app_id, "role": role, **given}).scalar_one()
        for role in ask.roles
    )
    return sum(numbers)
