"""What many are cut in two by, so that two readers can count them side by side.

The middle is where it is in a sample. A bad one makes the halves less alike, and changes nothing of their sum.
"""

from bisect import bisect_left
from collections.abc import Iterable
from operator import ge, gt, le, lt
from typing import Any, Final, TypeAlias

from sqlalchemy import BinaryExpression, BindParameter, ColumnElement, and_, literal

Halves: TypeAlias = tuple[ColumnElement[bool], ColumnElement[bool]]

WORTH_IT: Final = 20
"""So many of the sample must lie in what is cut."""


def halves_of(part: ColumnElement[bool], keys: Iterable[Any]) -> Halves | None:
    """A range cut in the middle of those of ``keys`` that lie in it; none where it has two ends, or few of them."""
    if not isinstance(part, BinaryExpression) or not isinstance(part.right, BindParameter):
        return None
    column, is_beyond, end = part.left, part.operator, part.right.value
    if is_beyond not in (lt, le, gt, ge) or not isinstance(end, int | float):
        return None
    halves = halves_at(column, [key for key in keys if key is not None and is_beyond(key, end)])
    if halves is None:
        return None
    # The range's own end is said of the half that has it alone: of two on one side SQLite might begin at the other.
    lower, upper = halves
    return (and_(part, lower), upper) if is_beyond in (gt, ge) else (lower, and_(part, upper))


def halves_at(column: ColumnElement[Any], keys: Iterable[Any]) -> Halves | None:
    """Everybody of whom a column is known, cut in the middle of ``keys``; none where these are few or all the same."""
    ranked = sorted(key for key in keys if key is not None)
    if len(ranked) < WORTH_IT or ranked[0] == ranked[-1]:
        return None
    # Many may have the same value, and all of these are in one half.
    cuts = set(ranked) - {ranked[0]}
    cut = min(cuts, key=lambda key: (abs(2 * bisect_left(ranked, key) - len(ranked)), key))
    return column < literal(cut, column.type), column >= literal(cut, column.type)
