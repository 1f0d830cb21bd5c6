"""A tree as SQL: the condition that a contact must meet, of one meaning in SQLite and PostgreSQL.

A comparison is true or it is not; nothing is ever half true. What is not known equals nothing, is
neither before nor after anything, and matches all that says "not". Dates are compared as instants:
relative ones count days of 24 hours back from now (rule R42), the others mean whole days of the
workspace's own calendar.

Every condition can be had in two ways. *Open*, it is written so that an index on the column can
serve it; *closed*, so that none can, for conditions that are asked of contacts which are found
otherwise: a database that knows nothing of its data would else begin at the wrong end.
"""

import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Double,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.ids import AppId, ContactId
from app.search.days import DAY_SECONDS, day_around
from app.search.fields import Field
from app.search.patterns import any_of, found
from app.search.query import And, Comparison, Node, Operator
from app.storage.listed import listed_texts
from app.storage.tables import attribute_values, companies, contact_companies, contacts, taggings, tags

_SMALLEST, _LARGEST = -(1 << 31), (1 << 31) - 1
NEGATIVE: Final[frozenset[Operator]] = frozenset({"is_none_of", "lacks", "unknown"})
"""What holds of those of whom nothing is known."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the meaning of a tree depends on: where, when, who is online, and what the saved segments say.

    ``segments`` has the tree of each by its id and by its name.
    """

    app_id: AppId
    now: float
    timezone: str = "UTC"
    online_ids: Collection[ContactId] = ()
    segments: Mapping[str, Node] = field(default_factory=dict)


def clause_of(node: Node, around: Around, *, is_open: bool = False) -> ColumnElement[bool]:
    """The condition on ``contacts`` that a tree means."""
    if isinstance(node, Comparison):
        return _comparison(node, around, is_open)
    parts = [clause_of(part, around, is_open=is_open) for part in node.parts]
    return and_(*parts) if isinstance(node, And) else or_(*parts)


def holders_of(comparison: Comparison, around: Around) -> Any:
    """A select of the ids of those for whom a comparison holds, from an index outside ``contacts``; each comes once.

    None where there is no such index.
    """
    kind, operator = comparison.field.kind, comparison.operator
    if operator in NEGATIVE:
        return None
    if comparison.field.attribute_id is not None:
        return _holders_of_value(comparison, around)
    if kind == "tag":
        return (
            select(closed(taggings.c.subject_id))
            .where(*_tagged(comparison, around, is_open=False))
            .distinct()
        )
    if kind == "company":
        ids = select(closed(contact_companies.c.contact_id)).distinct()
        return ids.where(*_belongs_to(comparison, around))
    if kind == "online" and (True in _tuple(comparison)) and (False not in _tuple(comparison)):
        return listed_texts(around.online_ids)
    return None


def _holders_of_value(comparison: Comparison, around: Around) -> Any:
    # Each in the very words of a partial index, or that would not serve.
    is_in_index = attribute_values.c[_value_column(comparison.field)].is_not(None)
    fitted = _values_of(comparison, around, is_in_index)
    if comparison.operator != "known":
        return fitted
    # What fits the attribute's type no more is a value all the same.
    unfit = _values_of(
        comparison, around, attribute_values.c.number.is_(None), attribute_values.c.text.is_(None)
    )
    either = union_all(fitted, unfit).subquery()
    return select(either.c.contact_id)


def closed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as no index knows it."""
    return func.coalesce(column, null())


def bounds_of(comparison: Comparison, now: float, timezone: str) -> tuple[float | None, float | None]:
    """Between which instants a date must lie: at or after the first, before the second.

    *Less than* and *exactly* leave out the instant that begins them, *more than* leaves out both its
    ends (see ``_date``); the days of the calendar hold their first instant.
    """
    value = comparison.value
    assert isinstance(value, float | int | date)
    if comparison.operator.endswith("_days_ago"):
        assert not isinstance(value, date)
        instant = now - value * DAY_SECONDS
        return {
            "more_than_days_ago": (None, instant),
            "less_than_days_ago": (instant, None),
            "exactly_days_ago": (now - (value + 1) * DAY_SECONDS, instant),
        }[comparison.operator]
    begins, ends = day_around(value, timezone)
    return {"before": (None, begins), "on": (begins, ends), "after": (ends, None)}[comparison.operator]


def _comparison(comparison: Comparison, around: Around, is_open: bool) -> ColumnElement[bool]:
    kind = comparison.field.kind
    if kind == "segment":
        return _segment(comparison, around, is_open)
    if kind == "online":
        return _online(comparison, around)
    if kind == "tag":
        return _related(comparison, taggings.c.subject_id, _tagged(comparison, around))
    if kind == "company":
        return _related(comparison, contact_companies.c.contact_id, _belongs_to(comparison, around))
    if comparison.field.attribute_id is not None:
        return _attribute(comparison, around)
    return _column(comparison, around, is_open)


def _column(comparison: Comparison, around: Around, is_open: bool) -> ColumnElement[bool]:
    asked = comparison.field
    if asked.column is None:
        return true() if _holds_of_nobody_told(comparison) else false()
    column: ColumnElement[Any] = contacts.c[asked.column]
    if comparison.operator in ("known", "unknown") and not contacts.c[asked.column].nullable:
        return true() if comparison.operator == "known" else false()
    if asked.is_never_unknown:
        column = func.coalesce(column, false())
    elif not is_open:
        column = closed(column)
    holds = _value_clause(comparison, around, column)
    return or_(column.is_(None), ~holds) if comparison.operator in ("is_none_of", "lacks") else holds


def _holds_of_nobody_told(comparison: Comparison) -> bool:
    """Whether it holds of everybody, where the field is stored for nobody: unknown, or false."""
    if not comparison.field.is_never_unknown or comparison.operator not in ("is_any_of", "is_none_of"):
        return (comparison.operator in NEGATIVE) != comparison.field.is_never_unknown
    return (False in _tuple(comparison)) == (comparison.operator == "is_any_of")


def _attribute(comparison: Comparison, around: Around) -> ColumnElement[bool]:
    held = is_held(comparison, around, contacts.c.id)
    return ~held if comparison.operator in NEGATIVE else held


def is_held(comparison: Comparison, around: Around, contact_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a contact has a value of the attribute for which the comparison, or what it denies, holds."""
    return exists(_values_of(comparison, around, attribute_values.c.contact_id == contact_id))


def _values_of(comparison: Comparison, around: Around, *conditions: ColumnElement[bool]) -> Select[str]:
    """The contacts that have the attribute with a value for which the comparison, or what it denies, holds."""
    value = attribute_values.c[_value_column(comparison.field)]
    if comparison.operator not in ("known", "unknown"):
        conditions = (*conditions, _value_clause(comparison, around, value))
    return select(attribute_values.c.contact_id).where(
        attribute_values.c.app_id == around.app_id,
        attribute_values.c.attribute_id == comparison.field.attribute_id,
        *conditions,
    )


def _value_column(asked: Field) -> str:
    return "text" if asked.kind == "text" else "number"


def _value_clause(comparison: Comparison, around: Around, value: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition on a value; for *is none of* and *lacks*, what they deny."""
    operator = comparison.operator
    if operator == "unknown":
        return value.is_(None)
    if operator == "known":
        return value.is_not(None)
    if comparison.field.kind == "date":
        return _date(comparison, around, value)
    if comparison.field.kind == "email_domain":
        return _email_domain(comparison, value)
    return _CONDITIONS[operator](comparison, value)


def is_among(value: ColumnElement[Any], wanted: Sequence[str | int | float]) -> ColumnElement[bool]:
    """Whether a value is one of many: compiled once for however many, as the driver is given a parameter for each."""
    types = [type_of(entry) for entry in wanted]
    widest = Double if Double in types else types[0]
    return value.in_(bindparam(None, list(wanted), widest, expanding=True, unique=True))


def type_of(value: str | float) -> type[Text | Integer | Double[float]]:
    """The type in which a value is compared: whole numbers as such, all others as they are stored."""
    if isinstance(value, str):
        return Text
    return Integer if isinstance(value, int) else Double


def _date(comparison: Comparison, around: Around, value: ColumnElement[Any]) -> ColumnElement[bool]:
    begins, ends = bounds_of(comparison, around.now, around.timezone)
    conditions = []
    if begins is not None:
        is_relative = comparison.operator.endswith("_days_ago")
        conditions.append(value > _double(begins) if is_relative else value >= _double(begins))
    if ends is not None:
        holds_end = comparison.operator == "exactly_days_ago"
        conditions.append(value <= _double(ends) if holds_end else value < _double(ends))
    return and_(*conditions)


def _among(comparison: Comparison, value: ColumnElement[Any]) -> ColumnElement[bool]:
    wanted = tuple(dict.fromkeys(_tuple(comparison)))
    if len(wanted) == 1 or comparison.field.kind == "boolean":
        return or_(*(value == _operand(comparison.field, entry) for entry in wanted))
    return is_among(value, [_plain(comparison.field, entry) for entry in wanted])


def _part(comparison: Comparison, value: ColumnElement[Any]) -> ColumnElement[bool]:
    assert isinstance(comparison.value, str)
    return found(
        value,
        comparison.value,
        at_start=comparison.operator == "begins",
        at_end=comparison.operator == "ends",
        in_lower_case=comparison.field.ignores_case,
    )


def _email_domain(comparison: Comparison, email: ColumnElement[Any]) -> ColumnElement[bool]:
    """What follows the one @ of an email."""
    if comparison.operator in ("is_any_of", "is_none_of"):
        return _Domain(email).in_([domain.lower() for domain in _tuple(comparison)])
    part = str(comparison.value)
    if comparison.operator == "begins":
        return found(email, f"@{part}")
    return found(email, "@", part, at_end=comparison.operator == "ends")


_CONDITIONS: Final[Mapping[Operator, Callable[[Comparison, Any], ColumnElement[bool]]]] = {
    "is_any_of": _among,
    "is_none_of": _among,
    "contains": _part,
    "lacks": _part,
    "begins": _part,
    "ends": _part,
    "above": lambda comparison, value: value > _operand(comparison.field, comparison.value),
    "below": lambda comparison, value: value < _operand(comparison.field, comparison.value),
    "at_least": lambda comparison, value: value >= _operand(comparison.field, comparison.value),
    "at_most": lambda comparison, value: value <= _operand(comparison.field, comparison.value),
}


def _operand(asked: Field, value: Any) -> ColumnElement[Any]:
    """A value in the type of the column it is compared with, so that PostgreSQL too finds the index."""
    if asked.kind == "boolean" and asked.attribute_id is None:
        return true() if value else false()
    plain = _plain(asked, value)
    return literal(plain, type_of(plain))


def _plain(asked: Field, value: Any) -> str | int | float:
    """A value as its column has it: where that is whole, so is the value."""
    if asked.kind in ("number", "boolean"):
        is_whole = asked.attribute_id is None and value.is_integer() and _SMALLEST <= value <= _LARGEST
        return int(value) if is_whole else float(value)
    return str(value.lower() if asked.ignores_case else value)


def _related(
    comparison: Comparison, contact_id: ColumnElement[Any], conditions: list[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Whether a contact has a row of its own in another table."""
    held = exists().where(contact_id == contacts.c.id, *conditions)
    return ~held if comparison.operator in NEGATIVE else held


def _tagged(comparison: Comparison, around: Around, *, is_open: bool = True) -> list[ColumnElement[bool]]:
    """By its id; where the field is ``tag``, by its name as well. Open for who bears the tag, closed for the tag."""
    kind = taggings.c.kind if is_open else closed(taggings.c.kind)
    conditions = [taggings.c.app_id == around.app_id, kind == "contact"]
    if comparison.operator in ("known", "unknown"):
        return conditions
    wanted = [str(entry) for entry in _tuple(comparison)]
    is_wanted = [tags.c.id.in_([int(entry) for entry in wanted if _is_row_id(entry)])]
    if comparison.field.name == "tag":
        is_wanted += [tags.c.name.in_(wanted), tags.c.name_key.in_(list(map(_name_key, wanted)))]
    named = select(tags.c.id).where(tags.c.app_id == around.app_id, or_(*is_wanted))
    return [*conditions, taggings.c.tag_id.in_(named)]


def _belongs_to(comparison: Comparison, around: Around) -> list[ColumnElement[bool]]:
    """By the company's id, ours or the customer's own; where the field is ``company``, by its name as well."""
    conditions = [contact_companies.c.app_id == around.app_id]
    if comparison.operator in ("known", "unknown"):
        return conditions
    named = select(companies.c.id).where(*_named_companies(comparison, around))
    return [*conditions, contact_companies.c.company_id.in_(named)]


def _named_companies(comparison: Comparison, around: Around) -> list[ColumnElement[bool]]:
    wanted = [str(entry) for entry in _tuple(comparison)]
    is_wanted = [companies.c.id.in_(wanted), companies.c.company_id.in_(wanted)]
    if comparison.field.name == "company":
        is_wanted.append(companies.c.name.in_(wanted))
    return [companies.c.app_id == around.app_id, or_(*is_wanted)]


def _online(comparison: Comparison, around: Around) -> ColumnElement[bool]:
    wanted = set(_tuple(comparison))
    if len(wanted) == 2:
        return true() if comparison.operator == "is_any_of" else false()
    is_online = closed(contacts.c.id).in_(listed_texts(around.online_ids))
    return is_online if (True in wanted) == (comparison.operator == "is_any_of") else ~is_online


def _segment(comparison: Comparison, around: Around, is_open: bool) -> ColumnElement[bool]:
    """Whoever fits a segment's own filter; a segment that there is not has nobody."""
    trees = [around.segments[str(entry)] for entry in _tuple(comparison) if str(entry) in around.segments]
    fits = any_of([clause_of(tree, around, is_open=is_open) for tree in trees])
    # What compares with an unknown value is unknown to SQL, and so would be its opposite.
    return fits if comparison.operator == "is_any_of" else ~func.coalesce(fits, false())


class _Domain(FunctionElement[str]):
    """What follows the one @ of an email."""

    type = Text()
    inherit_cache = True
    name = "domain"


@compiles(_Domain, "sqlite")
def _domain_of_sqlite(element: _Domain, compiler: Any, **options: Any) -> str:
    [email] = (compiler.process(email, **options) for email in element.clauses)
    return f"substr({email}, instr({email}, '@') + 1)"


@compiles(_Domain, "postgresql")
def _domain_of_postgres(element: _Domain, compiler: Any, **options: Any) -> str:
    return f"split_part({compiler.process(element.clauses, **options)}, '@', 2)"


def _tuple(comparison: Comparison) -> tuple[Any, ...]:
    assert isinstance(comparison.value, tuple)
    return comparison.value


def _name_key(name: str) -> str:
    """In the form in which names of tags are kept to be compared."""
    return unicodedata.normalize("NFC", name.casefold())


def _is_row_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= _LARGEST


def _double(value: float) -> ColumnElement[float]:
    return literal(float(value), Double)
