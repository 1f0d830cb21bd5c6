"""The filter of the user list: read from the address, said in words, made longer and shorter.

A filter is a tree as ``search.query`` reads it. The page shows each part of its topmost group as a
piece of its own, with a link to the list without it; adding one puts another part beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from app.dashboard.moments import exactly
from app.errors import ParameterInvalid
from app.messenger.strict_json import read_json
from app.search.clauses import bounds_of
from app.search.fields import FILTER_FIELDS, Attribute, FilterFields, Kind
from app.search.query import FILTER_WORDS, And, Comparison, Node, Operator

Tree = dict[str, Any]

LONGEST_FILTER: Final = 10_000  # characters of JSON: an address may be only so long
OPERATOR_NAMES: Final[Mapping[str, str]] = {
    "is": "is",
    "is_not": "is not",
    "contains": "contains",
    "does_not_contain": "does not contain",
    "starts_with": "starts with",
    "ends_with": "ends with",
    "gt": "is greater than",
    "lt": "is less than",
    "more_than": "more than … days ago",
    "less_than": "less than … days ago",
    "exactly": "exactly … days ago",
    "after": "after",
    "on": "on",
    "before": "before",
    "is_unknown": "is unknown",
    "has_any_value": "has any value",
}
_SAID: Final[Mapping[Operator, str]] = {
    "is_any_of": "is",
    "is_none_of": "is not",
    "contains": "contains",
    "lacks": "does not contain",
    "begins": "starts with",
    "ends": "ends with",
    "above": "is greater than",
    "below": "is less than",
    "more_than_days_ago": "more than",
    "less_than_days_ago": "less than",
    "exactly_days_ago": "exactly",
    "after": "after",
    "on": "on",
    "before": "before",
    "unknown": "is unknown",
    "known": "has any value",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the filter in words; ``instants`` says what a relative date means at this moment, else nothing."""

    words: str
    instants: str
    without_url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A field that can be filtered by, for the editor."""

    name: str
    label: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class OperatorChoice:
    """An operator, and the kinds of fields that take it."""

    name: str
    label: str
    kinds: str


def read_tree(text: str) -> Tree | None:
    """The tree in an address, as it was given; none where there is no filter. Raises ParameterInvalid."""
    if not text.strip():
        return None
    if len(text) > LONGEST_FILTER:
        raise ParameterInvalid(f"filter has {len(text)} characters: at most {LONGEST_FILTER} are taken")
    tree = read_json(text, "filter")
    if not isinstance(tree, dict):
        raise ParameterInvalid("filter must be an object: a filter, or a group of them")
    return tree


def tree_text(tree: Mapping[str, Any] | None) -> str:
    """A tree as it stands in addresses; nothing where there is none."""
    return "" if tree is None else msgspec.json.encode(tree).decode()


def parts_of(tree: Tree) -> list[Any]:
    """The parts that all have to be met."""
    return list(tree["value"]) if _is_all(tree) else [tree]


def with_part(tree: Tree | None, part: Tree) -> Tree:
    """The filter with one part more."""
    return {"operator": "AND", "value": [*(parts_of(tree) if tree else []), part]}


def without_part(tree: Tree, place: int) -> Tree | None:
    """The filter without one of its parts; none where that was the last."""
    left = [part for n, part in enumerate(parts_of(tree)) if n != place]
    return {"operator": "AND", "value": left} if left else None


def said(node: Node, now: float, timezone: str) -> list[tuple[str, str]]:
    """Each part of the filter in words, and what its relative dates mean."""
    parts = node.parts if isinstance(node, And) else (node,)
    return [(_words(part), _instants(part, now, timezone)) for part in parts]


def field_choices(attributes: Mapping[str, Attribute]) -> tuple[list[Choice], list[Choice]]:
    """What the editor offers: the fields of everybody, and the workspace's own attributes."""
    fields = FilterFields(attributes)
    own = [name if name not in FILTER_FIELDS else f"custom_attributes.{name}" for name in sorted(attributes)]
    return _choices(fields, FILTER_FIELDS), _choices(fields, own)


def operator_choices() -> list[OperatorChoice]:
    """Every operator, with the kinds of fields that take it."""
    return [
        OperatorChoice(name, label, " ".join(kind for kind, words in FILTER_WORDS.items() if name in words))
        for name, label in OPERATOR_NAMES.items()
    ]


def _choices(fields: FilterFields, names: Any) -> list[Choice]:
    found = [(name, fields.find(name)) for name in names]
    return [Choice(name, label_of(name), field.kind) for name, field in found if field is not None]


def label_of(name: str) -> str:
    """A field's name for people; a custom attribute keeps its own."""
    if name not in FILTER_FIELDS:
        return name.removeprefix("custom_attributes.")
    plain = name.removeprefix("location.").replace("_", " ")
    return "User ID" if name == "external_id" else plain[:1].upper() + plain[1:]


def _is_all(tree: Tree) -> bool:
    return tree.get("operator") == "AND" and "field" not in tree and isinstance(tree.get("value"), list)


def _words(node: Node) -> str:
    if isinstance(node, Comparison):
        value = _value(node)
        days = " days ago" if node.operator.endswith("_days_ago") else ""
        return " ".join(filter(None, (label_of(node.field.name), _SAID[node.operator], value))) + days
    joint = " and " if isinstance(node, And) else " or "
    return joint.join(
        f"({_words(part)})" if not isinstance(part, Comparison) else _words(part) for part in node.parts
    )


def _value(comparison: Comparison) -> str:
    value = comparison.value
    values = value if isinstance(value, tuple) else (value,)
    return ", ".join(_shown(entry) for entry in values if entry is not None)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value).removesuffix(".0")


def _instants(node: Node, now: float, timezone: str) -> str:
    if not isinstance(node, Comparison):
        return "; ".join(filter(None, (_instants(part, now, timezone) for part in node.parts)))
    if node.field.kind != "date" or node.value is None:
        return ""
    begins, ends = bounds_of(node, now, timezone)
    told = [f"after {exactly(begins, timezone)}"] if begins is not None else []
    told += [f"before {exactly(ends, timezone)}"] if ends is not None else []
    return ", ".join(told)
