"""Values of attributes, read and typed. Rule R41."""

import pytest

from app.attributes.records import AttributeType, Scalar
from app.attributes.values import FIRST_MOMENT, LAST_MOMENT, Misfit
from app.dashboard.values import ShownValue, read_typed, typed_value
from support.attributes import attribute

AT = 1_700_000_000


@pytest.mark.parametrize(
    ("value", "type_", "words"),
    [
        ("Team", "string", "Team"),
        (200, "integer", "200"),
        (0.5, "float", "0.5"),
        (True, "boolean", "yes"),
        (False, "boolean", "no"),
        (AT, "integer", "1700000000"),
        (AT, "date", "14 Nov 2023, 22:13:20 UTC"),
        ("1700000000", "date", "14 Nov 2023, 22:13:20 UTC"),
        ("some day", "date", "some day"),
        (AT * 1_000, "date", "1700000000000"),
    ],
)
def test_R41_a_date_is_shown_as_a_date_and_all_else_as_it_is(
    value: Scalar, type_: AttributeType, words: str
) -> None:
    assert ShownValue(value, attribute("x", type_), "UTC").words == words


def test_value_of_an_attribute_that_nobody_knows_is_shown_as_it_is() -> None:
    assert ShownValue(AT, None, "UTC").words == "1700000000"


def test_date_is_in_the_workspaces_time_zone_and_marked_for_programs() -> None:
    shown = ShownValue(AT, attribute("x", "date"), "Europe/London")
    assert (shown.words, shown.moment) == ("14 Nov 2023, 22:13:20 GMT", "2023-11-14T22:13:20.000Z")


@pytest.mark.parametrize("at", [int(FIRST_MOMENT), int(LAST_MOMENT)])
@pytest.mark.parametrize("timezone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_first_and_last_moment_are_shown_in_every_zone(at: int, timezone: str) -> None:
    kind = attribute("x", "date")
    assert ShownValue(at, kind, timezone).words
    assert read_typed(typed_value(at, kind, timezone), kind, timezone) == at


@pytest.mark.parametrize(
    ("value", "leads"),
    [("https://a.example", True), ("javascript:alert(1)", False), ("data:text/html,x", False), (7, False)],
)
def test_only_web_addresses_are_links(value: Scalar, leads: bool) -> None:
    assert (ShownValue(value, attribute(), "UTC").link is not None) == leads


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        (" Team ", "string", "Team"),
        ("200", "integer", 200),
        ("0.5", "float", 0.5),
        ("true", "boolean", True),
        ("", "integer", None),
        ("  ", "string", None),
        ("1700000000", "date", AT),
        ("20240301", "date", 20_240_301),
        ("2023-11-14", "date", 1_699_920_000),
        ("2023-11-14 22:13:20", "date", AT),
        ("2023-11-14T22:13:20Z", "date", AT),
        ("2023-11-15T00:13:20+02:00", "date", AT),
    ],
)
def test_typed_value_is_read_by_its_type(text: str, type_: AttributeType, value: Scalar | None) -> None:
    read = read_typed(text, attribute("x", type_), "UTC")
    assert (read, type(read)) == (value, type(value))


def test_typed_date_is_in_the_workspaces_time_zone() -> None:
    kind = attribute("x", "date")
    assert read_typed("2024-07-01 09:30", kind, "Europe/London") == 1_719_822_600
    assert typed_value(1_719_822_600, kind, "Europe/London") == "2024-07-01 09:30:00"


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("lots", "integer"),
        ("nan", "float"),
        ("maybe", "boolean"),
        ("soon", "date"),
        ("2024-13-01", "date"),
        ("nan", "date"),
        ("x" * 256, "string"),
        ("Gold", "options"),
    ],
)
def test_what_does_not_fit_is_a_misfit(text: str, type_: AttributeType) -> None:
    with pytest.raises(Misfit):
        read_typed(text, attribute("x", type_, options=("Free", "Team")), "UTC")


@pytest.mark.parametrize(
    ("value", "type_", "typed"),
    [
        (None, "string", ""),
        (True, "boolean", "true"),
        (200, "integer", "200"),
        ("some day", "date", "some day"),
    ],
)
def test_field_begins_with_what_stands_there(value: Scalar | None, type_: AttributeType, typed: str) -> None:
    assert typed_value(value, attribute("x", type_), "UTC") == typed
