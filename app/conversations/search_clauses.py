"""From a tree of what is asked to a condition on conversations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Double,
    and_,
    exists,
    func,
    literal,
    or_,
    true,
)

from app.conversations.bodies import split_words
from app.conversations.search_fields import BODY, EXPRESSIONS, RELATED, ZERO_IS_NOBODY
from app.search.clauses import NEGATIVE, bounds_of, is_among, type_of
from app.search.fields import Field
from app.search.patterns import any_of, found
from app.search.query import And, Comparison, Node

_MOST: Final = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is asked, and by which calendar: dates compare whole days in the workspace's time zone."""

    now: float
    timezone: str


def clause_of(node: Node, moment: Moment) -> ColumnElement[bool]:
    """The condition on ``conversations`` that a tree means."""
    if isinstance(node, Comparison):
        return _comparison(node, moment)
    parts = [clause_of(part, moment) for part in node.parts]
    return and_(*parts) if isinstance(node, And) else or_(*parts)


def _comparison(asked: Comparison, moment: Moment) -> ColumnElement[bool]:
    name, is_negative = asked.field.name, asked.operator in NEGATIVE
    if name in RELATED:
        held = _related(asked, moment)
        return ~held if is_negative else held
    expression = EXPRESSIONS[name](moment.now)
    if asked.operator in ("unknown", "known"):
        return expression.is_(None) if is_negative else expression.is_not(None)
    if name in ZERO_IS_NOBODY:
        expression = func.coalesce(expression, 0)
    holds = _said(asked, expression) if name == BODY else _holds(asked, expression, moment)
    return or_(expression.is_(None), ~holds) if is_negative else holds


def _related(asked: Comparison, moment: Moment) -> ColumnElement[bool]:
    """Whether there is a row for which the comparison, or what it denies, holds."""
    column, conditions = RELATED[asked.field.name]
    if asked.operator not in ("unknown", "known"):
        conditions = [*conditions, _holds(asked, column, moment)]
    return exists().where(*conditions)


def _holds(asked: Comparison, value: ColumnElement[Any], moment: Moment) -> ColumnElement[bool]:
    """What is asked of a value; for *is none of* and *lacks*, what they deny."""
    kind, operator, wanted = asked.field.kind, asked.operator, asked.value
    if kind == "date":
        return _date(asked, value, moment)
    if operator in ("is_any_of", "is_none_of"):
        assert isinstance(wanted, tuple)
        if kind == "boolean":
            return or_(*(value if one else ~value for one in set(wanted)))
        return is_among(value, [_plain(asked.field, one) for one in wanted])
    if kind == "text":
        assert isinstance(wanted, str)
        return found(value, wanted, at_start=operator == "begins", at_end=operator == "ends")
    operand = _operand(asked.field, wanted)
    return {
        "above": value > operand,
        "below": value < operand,
        "at_least": value >= operand,
        "at_most": value <= operand,
    }[operator]


def _date(asked: Comparison, value: ColumnElement[Any], moment: Moment) -> ColumnElement[bool]:
    begins, ends = bounds_of(asked, moment.now, moment.timezone)
    return and_(
        true() if begins is None else value >= literal(begins, Double),
        true() if ends is None else value < literal(ends, Double),
    )


def _said(asked: Comparison, words: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether one of a body's words is, holds, begins or ends with what is looked for.

    ``need support`` is no word: it finds nothing, as the public description has it.
    """
    if asked.operator in ("is_any_of", "is_none_of"):
        assert isinstance(asked.value, tuple)
        return any_of([found(words, f" {word} ") for word in _single_words(asked.value)])
    before, after = (" " if asked.operator == end else "" for end in ("begins", "ends"))
    return any_of([found(words, f"{before}{word}{after}") for word in _single_words([asked.value])])


def _single_words(values: Sequence[object]) -> list[str]:
    return [words[0] for value in values if len(words := split_words(str(value))) == 1]


def _operand(field: Field, value: Any) -> ColumnElement[Any]:
    """A value in the type of what it is compared with, as PostgreSQL wants it."""
    plain = _plain(field, value)
    return literal(plain, type_of(plain))


def _plain(field: Field, value: Any) -> str | int | float:
    """A value as its column has it: a whole number where it is one."""
    if isinstance(value, str):
        return value.lower() if field.ignores_case else value
    return int(value) if value.is_integer() and abs(value) <= _MOST else float(value)
