"""Walks along the index of an order: statements that find a page without looking at everybody.

An index has two stretches: those whose key is known, and those of whom it is not. Each role has a walk of
its own, so that a million visitors in between cost nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Double, Integer, Select, Text, and_, literal, or_, select, union_all

from app.search.asking import LISTED, Ask, Order
from app.search.clauses import NEGATIVE, clause_of
from app.search.cursor import Place
from app.search.query import Comparison, Operator, parts_of
from app.storage.tables import contacts

_NEVER_NULL: Final = frozenset({"created_at", "updated_at", "session_count", "name_key"})
_WITHIN: Final[frozenset[Operator]] = frozenset({"on", "exactly_days_ago"})
_BEGINNINGS: Final[Mapping[bool, frozenset[Operator]]] = {
    True: _WITHIN | {"below", "at_most", "before", "more_than_days_ago"},
    False: _WITHIN | {"above", "at_least", "after", "less_than_days_ago"},
}
"""What says where in an order by its own column those who fit begin; descending, and not."""


def ids_on_walk(
    ask: Ask, limit: int, *, after: Place | None, until: Place | None, of_unknown: bool = False
) -> Select[Any, str]:
    """The first ``limit`` who fit along the index of the order, from beyond ``after`` to ``until``.

    The index has two stretches: those whose key is known, and those of whom it is not. Each role has a walk of
    its own, so that a million visitors in between cost nothing.
    """
    conditions = [clause_of(ask.tree, ask.around), *ask.besides]
    if until is not None:
        conditions.append(_up_to(ask.order, until, of_unknown))
    walks = [walk.where(*conditions).limit(limit) for walk in _walks(ask, after, of_unknown)]
    return _merged(ask.order, walks, of_unknown).limit(limit)


def place_on_walk(ask: Ask, after: Place | None, steps: int, *, of_unknown: bool = False) -> Select[Any, str]:
    """Where the walk stands that is the first to have gone so many steps, whoever fits."""
    walks = [walk.limit(1).offset(steps) for walk in _walks(ask, after, of_unknown)]
    return _merged(ask.order, walks, of_unknown).limit(1)


def stretches(ask: Ask, after: Place | None) -> list[bool]:
    """The stretches of the order's index that lie ahead: those of unknown keys are ``True``."""
    order = ask.order
    if order.column in _NEVER_NULL or any(one.operator not in NEGATIVE for one in _asked_of_key(ask)):
        return [False]
    stretches = [False, True] if order.descending else [True, False]
    if after is not None:
        return stretches[stretches.index(after.key is None) :]
    return stretches


def beyond(
    order: Order, key: ColumnElement[Any], contact_id: ColumnElement[Any], after: Place
) -> ColumnElement[bool]:
    """Whether somebody comes after a place; unknown keys are the last of a descending order."""
    later_id = _later(order, contact_id, literal(after.id, Text))
    if after.key is None:
        tied = and_(key.is_(None), later_id)
        return tied if order.descending else or_(tied, key.is_not(None))
    at = _key_literal(order, after)
    later = or_(_later(order, key, at), and_(key == at, later_id))
    return or_(later, key.is_(None)) if order.descending else later


def _walks(ask: Ask, after: Place | None, of_unknown: bool) -> list[Select[Any, str]]:
    """For each role, the walk along its index from beyond ``after``."""
    key, contact_id = contacts.c[ask.order.column], contacts.c.id
    conditions: list[ColumnElement[bool]] = [contacts.c.app_id == ask.around.app_id, LISTED]
    begins = _begins(ask) if after is None and not of_unknown else []
    if begins:
        conditions += begins
    elif ask.order.column not in _NEVER_NULL:
        conditions.append(key.is_(None) if of_unknown else key.is_not(None))
    if after is not None and of_unknown:
        conditions.append(_later(ask.order, contact_id, literal(after.id, Text)))
    elif after is not None:
        at = _key_literal(ask.order, after)
        # Of these the first is a range of the index, and the second what is to be left out of it.
        conditions.append(key <= at if ask.order.descending else key >= at)
        later_id = _later(ask.order, contact_id, literal(after.id, Text))
        conditions.append(or_(_later(ask.order, key, at), later_id))
    walk = (
        select(key, contact_id).where(*conditions).order_by(*_along(ask.order, key, contact_id, of_unknown))
    )
    return [walk.where(contacts.c.role == role) for role in ask.roles]


def _begins(ask: Ask) -> list[ColumnElement[bool]]:
    """Where those who fit begin, as the tree says: before them there is nobody to ask."""
    asked = [one for one in _asked_of_key(ask) if one.operator in _BEGINNINGS[ask.order.descending]]
    return [clause_of(one, ask.around, is_open=True) for one in asked]


def _asked_of_key(ask: Ask) -> list[Comparison]:
    """What everybody who fits must meet with the column of the order."""
    parts = [part for part in parts_of(ask.tree) if isinstance(part, Comparison)]
    return [part for part in parts if part.field.column == ask.order.column]


def _merged(order: Order, walks: Sequence[Select[Any, str]], of_unknown: bool) -> Select[Any, str]:
    if len(walks) == 1:
        return walks[0]
    every = union_all(*(select(*walk.subquery().c) for walk in walks)).subquery()
    key, contact_id = every.c
    return select(key, contact_id).order_by(*_along(order, key, contact_id, of_unknown))


def _along(
    order: Order, key: ColumnElement[Any], contact_id: ColumnElement[Any], of_unknown: bool
) -> list[ColumnElement[Any]]:
    columns = [contact_id] if of_unknown else [key, contact_id]
    return [column.desc() if order.descending else column.asc() for column in columns]


def _up_to(order: Order, until: Place, of_unknown: bool) -> ColumnElement[bool]:
    key, contact_id = contacts.c[order.column], contacts.c.id
    beyond_id = _later(order, contact_id, literal(until.id, Text))
    if of_unknown:
        return ~beyond_id
    at = _key_literal(order, until)
    at_or_before = key >= at if order.descending else key <= at
    return and_(at_or_before, ~and_(key == at, beyond_id))


def _later(order: Order, value: ColumnElement[Any], than: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a value comes later in the order."""
    return value < than if order.descending else value > than


def _key_literal(order: Order, place: Place) -> ColumnElement[Any]:
    column_type = contacts.c[order.column].type
    if isinstance(column_type, Integer) and isinstance(place.key, float | int):
        return literal(int(place.key), Integer)
    return literal(place.key, Double if isinstance(place.key, float | int) else Text)
