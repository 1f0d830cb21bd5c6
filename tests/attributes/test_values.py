"""Which type a first value has, and what fits a type. Rules R40 and R41."""

import json
import math
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attributes.records import AttributeType
from app.attributes.values import (
    FIRST_MOMENT,
    LAST_MOMENT,
    Misfit,
    coerce,
    indexed,
    is_storable,
    type_of_first,
)
from support.attributes import attribute

DAY = 1_709_251_200  # 2024-03-01


@pytest.mark.parametrize(
    ("name", "value", "type_"),
    [
        ("plan", "pro", "string"),
        ("seats", "3", "string"),
        ("seats", 3, "integer"),
        ("score", 3.0, "float"),
        ("score", 2.5, "float"),
        ("beta", True, "boolean"),
        ("beta", "true", "string"),
        ("renews_at", DAY, "date"),
        ("renews_at", str(DAY), "date"),
        ("_at", 1, "date"),
        ("renews_at_", DAY, "integer"),
        ("what", DAY, "integer"),
        ("renewsat", DAY, "integer"),
        ("renews_AT", DAY, "integer"),
    ],
)
def test_R40_R41_the_type_is_read_off_the_first_value(name: str, value: Any, type_: str) -> None:
    assert type_of_first(name, value) == type_


@pytest.mark.parametrize(
    ("type_", "value", "stored"),
    [
        ("string", "", ""),
        ("string", "a" * 255, "a" * 255),
        ("string", "é" * 255, "é" * 255),
        ("string", " 王伟 🎈 ", " 王伟 🎈 "),
        ("integer", 3, 3),
        ("integer", 3.0, 3),
        ("integer", "3", 3),
        ("integer", " -3 ", -3),
        ("integer", (1 << 63) - 1, (1 << 63) - 1),
        ("integer", -(1 << 63), -(1 << 63)),
        ("integer", "9223372036854775807", (1 << 63) - 1),
        ("integer", " 5\x1f", 5),
        ("float", "2.5\x1c", 2.5),
        ("date", f"\x1d{DAY} ", DAY),
        ("float", 3, 3.0),
        ("float", "2.5", 2.5),
        ("float", "-1e3", -1000.0),
        ("float", ".5", 0.5),
        ("float", 1.7976931348623157e308, 1.7976931348623157e308),
        ("boolean", True, True),
        ("boolean", False, False),
        ("boolean", "true", True),
        ("boolean", "FALSE", False),
        ("date", DAY, DAY),
        ("date", float(DAY), DAY),
        ("date", DAY + 0.5, DAY + 0.5),
        ("date", str(DAY), DAY),
        ("date", 0, 0),
        ("date", -86_400, -86_400),
        ("date", LAST_MOMENT, int(LAST_MOMENT)),
        ("date", FIRST_MOMENT, int(FIRST_MOMENT)),
        ("options", "1-10", "1-10"),
    ],
)
def test_R40_what_fits_is_stored_in_the_attributes_type(
    type_: AttributeType, value: Any, stored: Any
) -> None:
    taken = coerce(value, attribute(type_=type_, options=("1-10", "11-50")))
    assert (taken, type(taken)) == (stored, type(stored))


@pytest.mark.parametrize(
    ("type_", "value", "rule"),
    [
        ("string", "a" * 256, "is longer than 255 characters"),
        ("string", 3, "must be text"),
        ("string", True, "must be text"),
        ("string", "a\0", "holds a character that can't be stored"),
        ("string", "\ud800", "holds a character that can't be stored"),
        ("integer", 3.5, "must be a whole number"),
        ("integer", "3.5", "must be a whole number"),
        ("integer", "many", "must be a whole number"),
        ("integer", "1_000", "must be a whole number"),
        ("integer", "٣", "must be a whole number"),
        ("integer", True, "must be a whole number"),
        ("integer", 1 << 63, "is a number beyond 64 bits"),
        ("integer", -(1 << 63) - 1, "is a number beyond 64 bits"),
        ("integer", "9223372036854775808", "is a number beyond 64 bits"),
        ("integer", float("inf"), "must be a whole number"),
        ("float", float("nan"), "is no finite number"),
        ("float", float("-inf"), "is no finite number"),
        ("float", "1e999", "is no finite number"),
        ("float", 10**400, "is too large a number"),
        ("float", "inf", "must be a number"),
        ("float", "", "must be a number"),
        ("float", False, "must be a number"),
        ("boolean", "yes", "must be true or false"),
        ("boolean", 1, "must be true or false"),
        ("date", "2024-03-01", "must be a date: a number of Unix seconds"),
        ("date", True, "must be a date: a number of Unix seconds"),
        ("date", "soon", "must be a date: a number of Unix seconds"),
        ("date", LAST_MOMENT + 1, "must be Unix seconds (not milliseconds) between the years 1 and 9999"),
        ("date", FIRST_MOMENT - 1, "must be Unix seconds (not milliseconds) between the years 1 and 9999"),
        ("options", "51-100", "must be one of the options of its list"),
        ("options", 1, "must be one of the options of its list"),
        *((type_, [1], "must be") for type_ in get_args(AttributeType)),
        *((type_, {"a": 1}, "must be") for type_ in get_args(AttributeType)),
        *((type_, None, "must be") for type_ in get_args(AttributeType)),
    ],
)
def test_R40_what_does_not_fit_is_refused_with_the_rule(type_: AttributeType, value: Any, rule: str) -> None:
    with pytest.raises(Misfit) as refusal:
        coerce(value, attribute(type_=type_, options=("1-10", "11-50")))
    assert str(refusal.value).startswith(rule)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2024-03-01", DAY),
        ("2024-03-01T00:00:00Z", DAY),
        (" 2024-03-01 01:00+01:00 ", DAY),
        ("2024-03-01T00:00:00.5", DAY + 0.5),
        (str(DAY), DAY),
        ("1900-01-01", -2_208_988_800),
    ],
)
def test_dates_of_tables_may_come_as_people_write_them(text: str, seconds: float) -> None:
    assert coerce(text, attribute(type_="date"), iso_dates=True) == seconds


@pytest.mark.parametrize(
    "text", ["soon", "01.03.2024", "", "2024-13-01", "0001-01-01T00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_a_date_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Misfit, match="Unix seconds"):
        coerce(text, attribute(type_="date"), iso_dates=True)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(1 << 64), 1 << 64)
    | st.floats()
    | st.text()
    | st.from_regex(r"\A\s?[+-]?[0-9.eE+-]{1,30}\Z")
    | st.datetimes().map(str)
    | st.sampled_from(["true", "1-10", "null", "\ud800", "a\0"])
)


@given(
    value=SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(), SCALARS, max_size=2),
    type_=st.sampled_from(get_args(AttributeType)),
    iso_dates=st.booleans(),
)
def test_whatever_comes_is_taken_and_can_be_stored_or_is_a_misfit(
    value: object, type_: AttributeType, iso_dates: bool
) -> None:
    attr = attribute(type_=type_, options=("1-10", "true"))
    try:
        taken = coerce(value, attr, iso_dates=iso_dates)
    except Misfit as rule:
        assert str(rule)
        return
    assert isinstance(taken, str | int | float)
    assert json.loads(json.dumps(taken)) == taken
    if isinstance(taken, str):
        assert len(taken) <= 255
        assert is_storable(taken)
    elif isinstance(taken, float):
        assert math.isfinite(taken)
    else:
        assert -(1 << 63) <= taken < 1 << 63
    # What was taken once fits for ever, and is found by a search.
    assert coerce(taken, attr) == taken
    assert indexed(taken, attr) != (None, None)


@pytest.mark.parametrize(
    ("type_", "value", "number", "text"),
    [
        ("string", "pro", None, "pro"),
        ("options", "1-10", None, "1-10"),
        ("integer", 3, 3.0, None),
        ("float", 2.5, 2.5, None),
        ("boolean", True, 1.0, None),
        ("boolean", False, 0.0, None),
        ("date", DAY, float(DAY), None),
        # As it was stored before the type was changed.
        ("date", str(DAY), float(DAY), None),
        ("date", "pro", None, None),
        ("string", 3, None, None),
        ("options", "gone", None, None),
    ],
)
def test_a_value_is_searched_as_its_type_says(
    type_: AttributeType, value: Any, number: float | None, text: str | None
) -> None:
    assert indexed(value, attribute(type_=type_, options=("1-10", "11-50"))) == (number, text)
