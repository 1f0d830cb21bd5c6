"""The list's filter: read from an address, said in words, made longer and shorter."""

from typing import Any

import pytest

from app.dashboard.filters import (
    LONGEST_FILTER,
    OPERATOR_NAMES,
    field_choices,
    label_of,
    operator_choices,
    parts_of,
    read_tree,
    said,
    tree_text,
    with_part,
    without_part,
)
from app.errors import ParameterInvalid
from app.search.fields import Attribute, FilterFields
from app.search.query import FILTER_WORDS, read_filter

NOW = 1_700_000_000.0  # 14 Nov 2023, 22:13:20 UTC
ATTRIBUTES = {
    "plan": Attribute(1, "string"),
    "ends_at": Attribute(2, "date"),
    "name": Attribute(3, "integer"),
}
ADA: dict[str, Any] = {"field": "name", "operator": "is", "value": "Ada"}
PRO: dict[str, Any] = {"field": "plan", "operator": "is", "value": "pro"}


def both(*parts: Any) -> dict[str, Any]:
    return {"operator": "AND", "value": list(parts)}


def test_a_tree_is_read_as_it_was_written() -> None:
    assert read_tree("") is None
    assert read_tree(tree_text(both(ADA, PRO))) == both(ADA, PRO)
    assert tree_text(None) == ""


@pytest.mark.parametrize(
    ("text", "said_of_it"),
    [
        ("{", "filter is not JSON"),
        ("[]", "filter must be an object"),
        ("7", "filter must be an object"),
        ('{"value": "\\u0000"}', "NUL"),
        ("x" * (LONGEST_FILTER + 1), "at most 10000"),
    ],
)
def test_what_is_no_tree_is_refused(text: str, said_of_it: str) -> None:
    with pytest.raises(ParameterInvalid, match=said_of_it):
        read_tree(text)


def test_parts_are_added_and_taken_away() -> None:
    either = {"operator": "OR", "value": [ADA, PRO]}
    assert with_part(None, ADA) == both(ADA)
    assert with_part(ADA, PRO) == both(ADA, PRO)
    assert with_part(both(ADA), PRO) == both(ADA, PRO)
    assert with_part(either, PRO) == both(either, PRO)
    assert parts_of(either) == [either]
    assert without_part(both(ADA, PRO), 0) == both(PRO)
    assert without_part(both(ADA), 0) is None
    assert without_part(ADA, 0) is None


@pytest.mark.parametrize(
    ("part", "words", "instants"),
    [
        (ADA, "Name is Ada", ""),
        (PRO, "plan is pro", ""),
        (
            {"field": "location.city", "operator": "does_not_contain", "value": "x"},
            "City does not contain x",
            "",
        ),
        ({"field": "session_count", "operator": "gt", "value": "5"}, "Session count is greater than 5", ""),
        ({"field": "online", "operator": "is", "value": True}, "Online is true", ""),
        ({"field": "ends_at", "operator": "is_unknown"}, "ends_at is unknown", ""),
        (
            {"field": "ends_at", "operator": "more_than", "value": -3},
            "ends_at more than -3 days ago",
            "before 17 Nov 2023, 22:13:20 UTC",
        ),
        (
            {"field": "ends_at", "operator": "less_than", "value": 0.5},
            "ends_at less than 0.5 days ago",
            "after 14 Nov 2023, 10:13:20 UTC",
        ),
        (
            {"field": "ends_at", "operator": "exactly", "value": 3},
            "ends_at exactly 3 days ago",
            "after 10 Nov 2023, 22:13:20 UTC, before 11 Nov 2023, 22:13:20 UTC",
        ),
        (
            {"field": "ends_at", "operator": "on", "value": "2023-11-14"},
            "ends_at on 2023-11-14",
            "after 14 Nov 2023, 00:00:00 UTC, before 15 Nov 2023, 00:00:00 UTC",
        ),
        ({"operator": "OR", "value": [ADA, PRO]}, "Name is Ada or plan is pro", ""),
    ],
)
def test_R42_a_filter_says_what_it_means(part: Any, words: str, instants: str) -> None:
    node = read_filter(both(part), FilterFields(ATTRIBUTES))
    assert said(node, NOW, "UTC") == [(words, instants)]


def test_the_editor_offers_every_operator_to_the_fields_that_take_it() -> None:
    assert set(OPERATOR_NAMES) == {word for words in FILTER_WORDS.values() for word in words}
    kinds = {choice.name: choice.kinds.split() for choice in operator_choices()}
    assert kinds["more_than"] == ["date"]
    assert "text" in kinds["contains"]


def test_the_editor_offers_attributes_by_names_that_are_found() -> None:
    fields, own = field_choices(ATTRIBUTES)
    assert {choice.name for choice in fields} >= {
        "name",
        "email",
        "online",
        "tag",
        "segment",
        "company",
        "role",
    }
    assert [(choice.name, choice.label, choice.kind) for choice in own] == [
        ("ends_at", "ends_at", "date"),
        ("custom_attributes.name", "name", "number"),
        ("plan", "plan", "text"),
    ]
    assert (label_of("external_id"), label_of("last_seen_at")) == ("User ID", "Last seen at")
