"""Filters read from JSON: what is taken, and what each fault is called."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidField, ParameterInvalid, ParameterNotFound, PorchlightError
from app.search.fields import Attribute, FilterFields, SearchFields
from app.search.query import And, Comparison, Or, comparisons_of, read_filter, read_search

ATTRIBUTES = {
    "plan": Attribute(1, "string"),
    "seats": Attribute(2, "integer"),
    "ends_at": Attribute(3, "date"),
}
SEARCH, FILTER = SearchFields(ATTRIBUTES), FilterFields(ATTRIBUTES)


def search(field: object, operator: object, value: object) -> dict[str, object]:
    return {"field": field, "operator": operator, "value": value}


def test_one_filter_is_a_tree_of_one() -> None:
    node = read_search(search("name", "~", "Ada"), SEARCH)
    assert isinstance(node, Comparison)
    assert (node.field.name, node.operator, node.value) == ("name", "contains", "Ada")


def test_groups_nest_in_two_levels() -> None:
    inner = {"operator": "OR", "value": [search("name", "=", "Ada"), search("name", "=", "Ben")]}
    node = read_search({"operator": "AND", "value": [inner, search("role", "=", "user")]}, SEARCH)
    assert isinstance(node, And)
    assert isinstance(node.parts[0], Or)
    assert [asked.value for asked in comparisons_of(node)] == [("Ada",), ("Ben",), ("user",)]


@pytest.mark.parametrize(
    ("query", "operator", "value"),
    [
        (search("email", "=", "a@b.example"), "is_any_of", ("a@b.example",)),
        (search("email", "!=", "a@b.example"), "is_none_of", ("a@b.example",)),
        (search("name", "IN", ["Ada", "Ben"]), "is_any_of", ("Ada", "Ben")),
        (search("name", "NIN", ["Ada"]), "is_none_of", ("Ada",)),
        (search("name", "!~", "a"), "lacks", "a"),
        (search("name", "^", "a"), "begins", "a"),
        (search("name", "$", "a"), "ends", "a"),
        (search("name", "=", None), "unknown", None),
        (search("name", "=", ""), "unknown", None),
        (search("name", "!=", None), "known", None),
        (search("external_id", "=", 42), "is_any_of", ("42",)),
        (search("external_id", "IN", [42, "43", 44.0]), "is_any_of", ("42", "43", "44")),
        (search("session_count", ">", "5"), "above", 5.0),
        (search("session_count", ">", " 5\x1f"), "above", 5.0),
        (search("session_count", "<", -1), "below", -1.0),
        (search("session_count", ">=", 5.5), "at_least", 5.5),
        (search("session_count", "<=", " 1e3 "), "at_most", 1000.0),
        (search("owner_id", "=", "12"), "is_any_of", (12.0,)),
        (search("created_at", ">", "1306054154"), "after", 1_306_054_154.0),
        (search("created_at", "<", 1_306_054_154), "before", 1_306_054_154.0),
        (search("created_at", "=", -5), "on", -5.0),
        (search("custom_attributes.ends_at", "=", 5), "on", 5.0),
        (search("last_seen_at", "=", None), "unknown", None),
        (search("custom_attributes.plan", "=", "pro"), "is_any_of", ("pro",)),
        (search("custom_attributes.seats", "=", "3"), "is_any_of", (3.0,)),
        (search("unsubscribed_from_emails", "=", True), "is_any_of", (True,)),
        (search("unsubscribed_from_emails", "=", "false"), "is_any_of", (False,)),
        (search("role", "=", "visitor"), "is_any_of", ("visitor",)),
        (search("tag_id", "=", 7), "is_any_of", ("7",)),
        (search("online", "=", True), "is_any_of", (True,)),
    ],
)
def test_values_of_a_search_become_what_their_field_is(query: Any, operator: str, value: object) -> None:
    node = read_search(query, SEARCH)
    assert isinstance(node, Comparison)
    assert (node.operator, node.value) == (operator, value)


@pytest.mark.parametrize(
    ("tree", "operator", "value"),
    [
        (search("ends_at", "more_than", -3), "more_than_days_ago", -3.0),
        (search("ends_at", "less_than", "0"), "less_than_days_ago", 0.0),
        (search("ends_at", "exactly", 0.5), "exactly_days_ago", 0.5),
        (search("last_seen_at", "after", 1_700_000_000), "after", 1_700_000_000.0),
        (search("last_seen_at", "on", "2026-11-25"), "on", date(2026, 11, 25)),
        (search("plan", "is", "pro"), "is_any_of", ("pro",)),
        (search("plan", "is_not", "pro"), "is_none_of", ("pro",)),
        (search("plan", "does_not_contain", "pro"), "lacks", "pro"),
        (search("seats", "gt", 1), "above", 1.0),
        (search("seats", "lt", 1), "below", 1.0),
        ({"field": "plan", "operator": "is_unknown"}, "unknown", None),
        ({"field": "plan", "operator": "has_any_value", "value": "whatever"}, "known", None),
        (search("tag", "is", "VIP"), "is_any_of", ("VIP",)),
    ],
)
def test_values_of_a_filter_become_what_their_field_is(tree: Any, operator: str, value: object) -> None:
    node = read_filter(tree, FILTER)
    assert isinstance(node, Comparison)
    assert (node.operator, node.value) == (operator, value)


GROUP = {"operator": "AND", "value": [search("name", "=", "Ada")]}


@pytest.mark.parametrize(
    ("query", "error", "said"),
    [
        (None, ParameterInvalid, "query must be an object"),
        ([], ParameterInvalid, "query must be an object"),
        ({}, ParameterNotFound, "query.field is missing"),
        ({"operator": "="}, ParameterNotFound, "query.field is missing"),
        ({"operator": "NOT", "value": []}, ParameterInvalid, "AND or OR"),
        ({"operator": "AND"}, ParameterInvalid, "query.value must be a list"),
        ({"operator": "AND", "value": []}, ParameterInvalid, "at least one"),
        ({"operator": "AND", "value": ["name"]}, ParameterInvalid, "query.value[0] must be an object"),
        ({"operator": "AND", "value": [search("name", "=", "Ada")] * 16}, ParameterInvalid, "at most 15"),
        ({"operator": "OR", "value": [{"operator": "OR", "value": [GROUP]}]}, ParameterInvalid, "2 levels"),
        (search("nmae", "=", "Ada"), InvalidField, "query.field is 'nmae'"),
        (search("custom_attributes.size", "=", "x"), InvalidField, "custom_attributes.size"),
        (search("plan", "=", "x"), InvalidField, "'plan'"),
        (search(7, "=", "Ada"), ParameterInvalid, "must be the name of a field"),
        (search(None, "=", "Ada"), ParameterInvalid, "must be the name of a field"),
        ({"field": "name", "value": "Ada"}, ParameterNotFound, "query.operator is missing"),
        ({"field": "name", "operator": "="}, ParameterNotFound, "query.value is missing"),
        (search("name", "LIKE", "Ada"), ParameterInvalid, "takes =, !=, IN, NIN, ~, !~, ^, $"),
        (search("name", ">", "Ada"), ParameterInvalid, "name is text"),
        (search("name", ["="], "Ada"), ParameterInvalid, "query.operator is a list of 1"),
        (search("name", "is", "Ada"), ParameterInvalid, "takes ="),
        (search("name", "=", True), ParameterInvalid, "compared with a text"),
        (search("name", "=", {"a": 1}), ParameterInvalid, "query.value is an object"),
        (search("name", "=", "x" * 1_025), ParameterInvalid, "at most 1024 characters"),
        (search("name", "=", "\0"), ParameterInvalid, "can be stored"),
        (search("name", "=", "\ud800"), ParameterInvalid, "can be stored"),
        (search("name", "~", ""), ParameterInvalid, "can't be empty"),
        (search("name", "~", None), ParameterInvalid, "compared with a text"),
        (search("name", "IN", "Ada"), ParameterInvalid, "list of 1 to 1000"),
        (search("name", "IN", []), ParameterInvalid, "list of 1 to 1000"),
        (search("name", "IN", [None]), ParameterInvalid, "compared with a text"),
        (search("name", "IN", ["x"] * 1_001), ParameterInvalid, "list of 1 to 1000"),
        (
            {"operator": "OR", "value": [search("name", "IN", ["x"] * 67)] * 15},
            ParameterInvalid,
            "query has 1005 values in all: at most 1000",
        ),
        (search("created_at", "=", "foobar"), ParameterInvalid, "is a date"),
        (search("created_at", ">", None), ParameterInvalid, "is a date"),
        (search("created_at", "=", ""), ParameterInvalid, "is a date"),
        (search("created_at", ">", True), ParameterInvalid, "is a date"),
        (search("created_at", ">", 1e12), ParameterInvalid, "year that calendars know"),
        (search("created_at", ">", 10**400), ParameterInvalid, "is a date"),
        (search("created_at", ">", float("inf")), ParameterInvalid, "is a date"),
        (search("created_at", "=", "2026-02-30"), ParameterInvalid, "a day of the calendar"),
        (search("created_at", "!=", 5), ParameterInvalid, "takes =, >, <"),
        (search("created_at", ">=", 5), ParameterInvalid, "takes =, >, <"),
        (search("created_at", "IN", [5]), ParameterInvalid, "takes =, >, <"),
        (search("custom_attributes.ends_at", "<=", 5), ParameterInvalid, "takes =, >, <"),
        (search("session_count", "=", "many"), ParameterInvalid, "compared with a number"),
        (search("session_count", "=", "1_000"), ParameterInvalid, "compared with a number"),
        (search("session_count", "~", "1"), ParameterInvalid, "session_count is a number"),
        (search("unsubscribed_from_emails", "=", "yes"), ParameterInvalid, "true or false"),
        (search("role", "=", "admin"), ParameterInvalid, "user, lead, visitor"),
        (search("tag_id", "IN", ["1"]), ParameterInvalid, "takes =, !="),
        (search("segment_id", "=", None), ParameterInvalid, "compared with a text"),
        (search("online", "!=", None), ParameterInvalid, "true or false"),
    ],
)
def test_what_a_search_refuses_and_why(query: Any, error: type[PorchlightError], said: str) -> None:
    with pytest.raises(error) as raised:
        read_search(query, SEARCH)
    assert said in raised.value.message


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        (search("name", "=", "Ada"), "takes is, is_not, starts_with"),
        (search("ends_at", "more_than", "soon"), "needs a number of days"),
        (search("ends_at", "more_than", 1e9), "at most 1,000,000 days"),
        (search("ends_at", "gt", 1), "is a date, and takes more_than"),
        (search("seats", "more_than", 1), "is a number, and takes is"),
        (search("ends_at", "on", "25 Nov"), "a day such as 2026-11-25"),
        (search("ends_at", "on", "0001-01-01"), "a day of the calendar"),
        (search("online", "is", "maybe"), "true or false"),
        (search("segment", "is_unknown", None), "takes is, is_not"),
    ],
)
def test_what_a_filter_refuses_and_why(tree: Any, said: str) -> None:
    with pytest.raises(ParameterInvalid) as raised:
        read_filter(tree, FILTER)
    assert said in raised.value.message


def test_a_fault_deep_in_a_tree_is_named_by_its_place() -> None:
    tree = {
        "operator": "AND",
        "value": [search("name", "is", "x"), {"operator": "OR", "value": [search("x", "is", 1)]}],
    }
    with pytest.raises(InvalidField, match=r"filter\.value\[1\]\.value\[0\]\.field is 'x'"):
        read_filter(tree, FILTER)


def test_what_was_sent_is_repeated_short_and_on_one_line() -> None:
    with pytest.raises(InvalidField) as raised:
        read_search(search("x\n<b>" * 99, "=", 1), SEARCH)
    assert "\n" not in raised.value.message
    assert len(raised.value.message) < 200


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
likely = st.fixed_dictionaries(
    {},
    optional={
        "field": st.one_of(st.sampled_from(["name", "created_at", "seats", "online", "role"]), json_values),
        "operator": st.one_of(st.sampled_from(["=", "AND", "IN", "is", "more_than", "on", ">"]), json_values),
        "value": st.one_of(json_values, st.lists(st.just({"field": "name", "operator": "=", "value": "x"}))),
    },
)


@given(st.one_of(json_values, likely))
def test_any_json_is_a_tree_or_a_named_error(value: object) -> None:
    for read, catalogue in ((read_search, SEARCH), (read_filter, FILTER)):
        try:
            read(value, catalogue)
        except PorchlightError as error:
            assert error.message
