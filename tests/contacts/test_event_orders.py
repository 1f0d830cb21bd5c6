"""Events as scripts tell them."""

from typing import Any

import pytest

from app.contacts.event_orders import EventOrder, Whose, read_event, read_sums
from app.contacts.events_store import EventSum
from app.errors import ParameterInvalid, ParameterNotFound

MINIMAL = {"event_name": "invited-friend", "created_at": 1671028894, "user_id": "314159"}
ONE = {"event_name": "invited-friend", "count": 3, "first": 1671028894, "last": 1671028895}


def test_an_event_is_read() -> None:
    body = MINIMAL | {"metadata": {"invite_code": "ADDAFRIEND"}}
    expected = EventOrder(
        Whose(user_id="314159"), "invited-friend", 1671028894.0, {"invite_code": "ADDAFRIEND"}
    )
    assert read_event(body) == expected


@pytest.mark.parametrize("left_out", ["event_name", "created_at", "user_id"])
def test_what_an_event_must_say(left_out: str) -> None:
    for body in ({k: v for k, v in MINIMAL.items() if k != left_out}, MINIMAL | {left_out: None}):
        with pytest.raises(ParameterNotFound, match=left_out):
            read_event(body)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("event_name", 7),
        ("event_name", "x" * 121),
        ("event_name", "  "),
        ("created_at", "yesterday"),
        ("created_at", -1),
        ("created_at", 1671028894000),
        ("created_at", True),
        ("created_at", [1]),
        ("user_id", ["x"]),
        ("user_id", True),
        ("metadata", []),
        ("metadata", "x"),
        ("metadata", {"a": {"b": 1}}),
        ("metadata", {"a": [1]}),
        ("metadata", {"a": {"url": "https://a.example", "value": {"deep": 1}}}),
        ("metadata", {"": 1}),
        ("metadata", {"a": "x" * 2_049}),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_its_name(name: str, given: object) -> None:
    with pytest.raises(ParameterInvalid, match=name):
        read_event(MINIMAL | {name: given})


@pytest.mark.parametrize(
    "metadata",
    [
        {"source": "desktop", "load": 3.67, "contact_date": 1392036272, "paid": True, "none": None},
        {"article": {"url": "https://example.org/ab1de.html", "value": "the dude abides"}},
        {"price": {"amount": 34999, "currency": "eur"}},
    ],
)
def test_metadata_of_every_kind_that_is_described(metadata: dict[str, Any]) -> None:
    assert read_event(MINIMAL | {"metadata": metadata}).metadata == metadata


def test_ten_keys_are_kept_and_the_rest_is_ignored() -> None:
    metadata: dict[str, Any] = {f"k{n}": n for n in range(10)} | {"k10": [{"not": "even looked at"}]}
    assert list(read_event(MINIMAL | {"metadata": metadata}).metadata) == [f"k{n}" for n in range(10)]


def test_sums_may_come_alone_or_in_a_list() -> None:
    expected = EventSum("invited-friend", 3, 1671028894.0, 1671028895.0)
    assert read_sums({"event_summaries": ONE}) == [expected]
    assert read_sums({"event_summaries": [ONE, ONE]}) == [expected, expected]


@pytest.mark.parametrize("left_out", ["event_name", "count", "first", "last"])
def test_what_a_sum_must_say(left_out: str) -> None:
    with pytest.raises(ParameterNotFound, match=left_out):
        read_sums({"event_summaries": {k: v for k, v in ONE.items() if k != left_out}})


@pytest.mark.parametrize(
    "given", ["x", [1], ONE | {"count": 0}, ONE | {"count": 1.5}, ONE | {"last": 1671028893}, [ONE] * 1_001]
)
def test_a_sum_that_can_not_be_is_refused(given: object) -> None:
    with pytest.raises(ParameterInvalid):
        read_sums({"event_summaries": given})


def test_sums_must_be_there() -> None:
    with pytest.raises(ParameterNotFound, match="event_summaries"):
        read_sums({"user_id": "42"})
