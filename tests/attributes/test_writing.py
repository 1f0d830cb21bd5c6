"""Values that are written by name: only of attributes that exist, in their types."""

from typing import Any

import pytest

from app.attributes.records import AttributeId, AttributeType, DataAttribute
from app.attributes.writing import read_written
from app.errors import ParameterInvalid
from app.ids import AppId


def known(**types: AttributeType) -> dict[str, DataAttribute]:
    return {name: attribute(name, type_) for name, type_ in types.items()}


def attribute(name: str, type_: AttributeType, *, archived: bool = False) -> DataAttribute:
    return DataAttribute(
        id=AttributeId(1),
        app_id=AppId("u1234567"),
        model="company",
        name=name,
        label=name,
        description=None,
        type=type_,
        options=(),
        messenger_writable=True,
        archived=archived,
        created_at=0.0,
        updated_at=0.0,
    )


def test_R40_a_value_is_read_in_the_attributes_type() -> None:
    given = {"seats": "12", "vip": "true"}
    assert read_written({}, given, known(seats="integer", vip="boolean")) == {"seats": 12, "vip": True}


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_null_and_blank_text_clear(blank: Any) -> None:
    assert read_written({"seats": 3}, {"seats": blank}, known(seats="integer")) == {"seats": None}


def test_what_stands_is_no_change_whatever_has_become_of_its_attribute() -> None:
    archived = {"old": attribute("old", "integer", archived=True)}
    assert read_written({"old": 3}, {"old": 3}, archived) == {}
    assert read_written({"old": 3}, {"old": 3}, {}) == {}
    # A text that was stored before its attribute became a number.
    assert read_written({"seats": "many"}, {"seats": "many"}, known(seats="integer")) == {"seats": "many"}


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"unknown": 1}, "Custom attribute 'unknown' does not exist"),
        ({"old": 4}, "Custom attribute 'old' does not exist"),
        ({"flag": True}, "Custom attribute 'flag' does not exist"),
        ({"seats": "many"}, "custom_attributes.seats must be a whole number"),
        ({"seats": 1, "unknown": None}, "'unknown' does not exist"),
    ],
)
def test_R40_what_does_not_exist_or_fit_is_refused_by_name(given: dict[str, Any], rule: str) -> None:
    attributes = known(seats="integer") | {"old": attribute("old", "integer", archived=True)}
    with pytest.raises(ParameterInvalid, match=rule):
        read_written({"old": 3, "flag": 1}, given, attributes)


def test_people_write_dates_as_such() -> None:
    day = {"renews_at": "2024-03-01"}
    assert read_written({}, day, known(renews_at="date"), iso_dates=True) == {"renews_at": 1_709_251_200}
    with pytest.raises(ParameterInvalid, match="must be a date"):
        read_written({}, day, known(renews_at="date"))
