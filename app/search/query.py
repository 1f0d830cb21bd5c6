"""What is asked for, read from JSON into a tree. Pure.

Two vocabularies lead to one tree. The REST search says ``{"field", "operator": "=", "value"}``, the
dashboard's filter ``{"field", "operator": "is", "value"}``; groups are the same in both:
``{"operator": "AND" | "OR", "value": [...]}``, at most 15 filters in a group, 2 levels of groups, and
1,000 values in the whole tree.
What stands in the tree has been checked: the field exists, takes the operator, and the value is of its kind.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from app.errors import AttributeUnread, InvalidField, ParameterInvalid, ParameterNotFound
from app.search.fields import Catalogue, Field, Kind

Operator = Literal[
    "is_any_of", "is_none_of", "contains", "lacks", "begins", "ends", "above", "below", "at_least", "at_most",
    "more_than_days_ago", "less_than_days_ago", "exactly_days_ago", "after", "on", "before", "unknown", "known",
]  # fmt: skip
Value: TypeAlias = str | float | bool | date | tuple[str | float | bool, ...] | None

MOST_FILTERS: Final = 15
MOST_LEVELS: Final = 2
MOST_VALUES: Final = 1_000
"""In a whole tree, however they are shared out among its lists."""
LONGEST_VALUE: Final = 1_024
MOST_DAYS: Final = 1_000_000.0
FIRST_MOMENT, LAST_MOMENT = -62_000_000_000.0, 253_000_000_000.0
"""Between the years 5 and 9987: what a calendar can still say the day of, in every time zone."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One question about one field. ``value`` is as the operator needs it:

    a tuple for ``is_any_of`` and ``is_none_of``; a number of days for those that end in ``_days_ago``; Unix
    seconds or a calendar day for ``after``, ``on`` and ``before``; none for ``unknown`` and ``known``.
    """

    field: Field
    operator: Operator
    value: Value = None


@dataclass(frozen=True, slots=True)
class And:
    """All of ``parts``, of which there is at least one."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of ``parts``."""

    parts: "tuple[Node, ...]"


Node: TypeAlias = And | Or | Comparison


def read_search(query: object, catalogue: Catalogue) -> Node:
    """The tree of a REST search's ``query``.

    Raises InvalidField, ParameterInvalid, ParameterNotFound, AttributeUnread.
    """
    node = _read(query, catalogue, _SEARCH_OPERATORS, "query", 1)
    values = value_count(node)
    if values > MOST_VALUES:
        raise ParameterInvalid(
            f"query has {values} values in all: at most {MOST_VALUES} are searched for at once"
        )
    return node


def read_filter(tree: object, catalogue: Catalogue) -> Node:
    """The tree of a dashboard's filter.

    Raises InvalidField, ParameterInvalid, ParameterNotFound, AttributeUnread.
    """
    return _read(tree, catalogue, _FILTER_OPERATORS, "filter", 1)


def parts_of(node: Node) -> "tuple[Node, ...]":
    """What all has to hold for a tree to hold."""
    return node.parts if isinstance(node, And) else (node,)


def comparisons_of(node: Node) -> Iterator[Comparison]:
    """All that the tree asks, from left to right."""
    if isinstance(node, Comparison):
        yield node
    else:
        for part in node.parts:
            yield from comparisons_of(part)


def value_count(node: Node) -> int:
    """How many values a tree compares with."""
    return sum(len(one.value) if isinstance(one.value, tuple) else 1 for one in comparisons_of(node))


_Operators: TypeAlias = Mapping[Kind, Mapping[str, Operator]]

_EQUAL: Final[Mapping[str, Operator]] = {"=": "is_any_of", "!=": "is_none_of"}
_IN: Final[Mapping[str, Operator]] = {**_EQUAL, "IN": "is_any_of", "NIN": "is_none_of"}
_TEXT: Final[Mapping[str, Operator]] = {
    **_IN, "~": "contains", "!~": "lacks", "^": "begins", "$": "ends"
}  # fmt: skip
_SEARCH_OPERATORS: Final[_Operators] = {
    "text": _TEXT,
    "email_domain": _TEXT,
    "number": {**_IN, ">": "above", "<": "below", ">=": "at_least", "<=": "at_most"},
    "date": {"=": "on", ">": "after", "<": "before"},
    "boolean": _IN,
    "role": _IN,
    "tag": _EQUAL,
    "segment": _IN,
    "company": _IN,
    "online": _EQUAL,
}
_IS: Final[Mapping[str, Operator]] = {"is": "is_any_of", "is_not": "is_none_of"}
_KNOWN: Final[Mapping[str, Operator]] = {"is_unknown": "unknown", "has_any_value": "known"}
_WORDS: Final[Mapping[str, Operator]] = {
    **_IS, "starts_with": "begins", "ends_with": "ends", "contains": "contains", "does_not_contain": "lacks", **_KNOWN
}  # fmt: skip
_DATE: Final[Mapping[str, Operator]] = {
    "more_than": "more_than_days_ago", "less_than": "less_than_days_ago", "exactly": "exactly_days_ago",
    "after": "after", "on": "on", "before": "before", **_KNOWN,
}  # fmt: skip
_FILTER_OPERATORS: Final[_Operators] = {
    "text": _WORDS,
    "email_domain": _WORDS,
    "number": {**_IS, "gt": "above", "lt": "below", **_KNOWN},
    "date": _DATE,
    "boolean": {**_IS, **_KNOWN},
    "role": _IS,
    "tag": {**_IS, **_KNOWN},
    "segment": _IS,
    "company": {**_IS, **_KNOWN},
    "online": _IS,
}
FILTER_WORDS: Final[Mapping[Kind, tuple[str, ...]]] = {
    kind: tuple(words) for kind, words in _FILTER_OPERATORS.items()
}
"""What the dashboard's filter may ask of each kind of field."""
_LISTS: Final = frozenset({"IN", "NIN"})
_OF_TWO_VALUES: Final[Mapping[Operator, Operator]] = {"is_any_of": "unknown", "is_none_of": "known"}
_KIND_NAMES: Final[Mapping[Kind, str]] = {
    "text": "text", "email_domain": "text", "number": "a number", "date": "a date", "boolean": "true or false",
    "role": "a role", "tag": "a tag", "segment": "a segment", "company": "a company", "online": "true or false",
}  # fmt: skip
_ROLES: Final = ("user", "lead", "visitor")
_NUMBER: Final = re.compile(
    r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _read(given: object, catalogue: Catalogue, operators: _Operators, path: str, level: int) -> Node:
    if not isinstance(given, dict):
        raise ParameterInvalid(f"{path} must be an object: a filter, or a group of them")
    if "field" in given:
        return _comparison(given, catalogue, operators, path)
    return _group(given, catalogue, operators, path, level)


def _group(
    given: Mapping[str, Any], catalogue: Catalogue, operators: _Operators, path: str, level: int
) -> Node:
    operator, parts = given.get("operator"), given.get("value")
    if operator not in ("AND", "OR"):
        if not isinstance(parts, list):
            raise ParameterNotFound(f"{path}.field is missing: it names what to look at")
        raise ParameterInvalid(f"{path}.operator is {_shown(operator)}: a group has AND or OR")
    if level > MOST_LEVELS:
        raise ParameterInvalid(f"{path} lies too deep: groups may be nested in {MOST_LEVELS} levels")
    if not isinstance(parts, list) or not parts:
        raise ParameterInvalid(f"{path}.value must be a list of at least one filter")
    if len(parts) > MOST_FILTERS:
        raise ParameterInvalid(f"{path}.value has {len(parts)} filters: a group has at most {MOST_FILTERS}")
    nodes = tuple(
        _read(part, catalogue, operators, f"{path}.value[{n}]", level + 1) for n, part in enumerate(parts)
    )
    return And(nodes) if operator == "AND" else Or(nodes)


def _comparison(
    given: Mapping[str, Any], catalogue: Catalogue, operators: _Operators, path: str
) -> Comparison:
    name, word, value = given["field"], given.get("operator"), given.get("value")
    if not isinstance(name, str):
        raise ParameterInvalid(f"{path}.field is {_shown(name)}: it must be the name of a field")
    found = catalogue.find(name)
    if found is None:
        raise InvalidField(f"{path}.field is {_shown(name)}: there is no such field to search by")
    if found.is_unread:
        raise AttributeUnread(name)
    if word is None:
        raise ParameterNotFound(f"{path}.operator is missing: {name} takes {_listed(operators[found.kind])}")
    operator = operators[found.kind].get(word) if isinstance(word, str) else None
    if operator is None:
        raise ParameterInvalid(
            f"{path}.operator is {_shown(word)}: {name} is {_KIND_NAMES[found.kind]}, and takes "
            f"{_listed(operators[found.kind])}"
        )
    if operator in ("unknown", "known"):
        return Comparison(found, operator)
    if "value" not in given:
        raise ParameterNotFound(f"{path}.value is missing: {word} compares {name} with one")
    if value is None and found.kind == "date" and word == "=":
        return Comparison(found, "unknown")
    return _with_value(found, operator, value, is_list=word in _LISTS, path=f"{path}.value")


def _with_value(field: Field, operator: Operator, value: object, *, is_list: bool, path: str) -> Comparison:
    try:
        if is_list:
            return Comparison(field, operator, _values(field, value))
        if operator in _OF_TWO_VALUES:
            # Whether somebody is in a segment, or online, is never unknown.
            is_unknown = value is None and field.kind not in ("segment", "online")
            if is_unknown or (value == "" and field.kind in ("text", "email_domain")):
                return Comparison(field, _OF_TWO_VALUES[operator])
            return Comparison(field, operator, (_READERS[field.kind](value),))
        return Comparison(field, operator, _operand(field, operator, value))
    except ValueError as rule:
        raise ParameterInvalid(f"{path} is {_shown(value)}: {field.name} {rule}") from None


def _values(field: Field, value: object) -> tuple[str | float | bool, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_VALUES:
        raise ValueError(f"needs a list of 1 to {MOST_VALUES} values here")
    return tuple(map(_READERS[field.kind], value))


def _operand(field: Field, operator: Operator, value: object) -> Value:
    if operator.endswith("_days_ago"):
        return _days(value)
    if field.kind == "date":
        return _moment(value)
    if field.kind in ("text", "email_domain") and value == "":
        raise ValueError("is compared with a part of a text, which can't be empty")
    return _READERS[field.kind](value)


# What a value must be: each returns it in its type, or raises ValueError with the rule.


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**40 else None
    if not isinstance(value, str):
        raise ValueError("is compared with a text")
    if len(value) > LONGEST_VALUE:
        raise ValueError(f"is compared with at most {LONGEST_VALUE} characters")
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("is compared with characters that can be stored")
    return value


def _number(value: object) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(text := value.strip()):
        value = float(text)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**300:
        value = float(value)
    if not isinstance(value, float) or not math.isfinite(value):
        raise ValueError("is compared with a number")
    return value


def _days(value: object) -> float:
    try:
        days = _number(value)
    except ValueError:
        raise ValueError("needs a number of days here") from None
    if abs(days) > MOST_DAYS:
        raise ValueError(f"needs at most {MOST_DAYS:,.0f} days here")
    return days


def _moment(value: object) -> float | date:
    """Unix seconds, or a calendar day as ``2026-11-25``."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = date.min
        if not 5 < day.year < 9_987:
            raise ValueError("needs a day of the calendar")
        return day
    try:
        moment = _number(value)
    except ValueError:
        raise ValueError("is a date: it is compared with Unix seconds, or a day such as 2026-11-25") from None
    if not FIRST_MOMENT <= moment <= LAST_MOMENT:
        raise ValueError("is compared with Unix seconds of a year that calendars know")
    return moment


def _boolean(value: object) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise ValueError("is compared with true or false")
    return value


def _role(value: object) -> str:
    if not isinstance(value, str) or value not in _ROLES:
        raise ValueError(f"is one of {', '.join(_ROLES)}")
    return value


_READERS: Final[Mapping[Kind, Callable[[object], str | float | bool]]] = {
    "text": _text,
    "email_domain": _text,
    "number": _number,
    "date": _number,
    "boolean": _boolean,
    "role": _role,
    "tag": _text,
    "segment": _text,
    "company": _text,
    "online": _boolean,
}


def _listed(words: Mapping[str, Operator]) -> str:
    return ", ".join(words)


def _shown(value: object) -> str:
    """What was sent, fit to be repeated in a message: short, and on one line."""
    text = repr(value) if isinstance(value, str) else str(value)
    if isinstance(value, dict | list):
        text = "an object" if isinstance(value, dict) else f"a list of {len(value)}"
    return text if len(text) <= 64 and text.isprintable() else f"{ascii(text[:60])[1:-1]}…"
