"""Which dates a comparison means: exact instants where it counts days, else whole days of the workspace."""

import pytest

from app.search.fields import FilterFields, SearchFields
from app.search.query import read_filter, read_search
from support.searching import ATTRIBUTES, DAY, NOW, found_among, with_date

SEARCH, FILTER = SearchFields(ATTRIBUTES), FilterFields(ATTRIBUTES)
HOUR = 3_600.0

# Rule R42: a day is 24 hours, counted from now.


@pytest.mark.parametrize(
    ("operator", "days", "ages"),
    [
        # ages in days, and whether they match
        ("more_than", 3, {3.0: False, 3.0001: True, 400.0: True, 2.9: False, -1.0: False}),
        ("less_than", 3, {3.0: False, 2.9999: True, 0.0: True, -400.0: True, 3.1: False}),
        ("exactly", 3, {3.0: True, 3.9999: True, 4.0: False, 2.9999: False}),
        ("exactly", 0, {0.0: True, 0.9999: True, 1.0: False, -0.0001: False}),
        # "within the next 3 days" is both of these
        ("more_than", -3, {-3.0: False, -2.9999: True, -0.5: True, 5.0: True, -3.1: False}),
        ("less_than", 0, {0.0: False, -0.0001: True, -3.0: True, 1.0: False}),
        # dates 2 to 3 days from now, not 3 to 4
        ("exactly", -3, {-3.0: True, -2.5: True, -2.0001: True, -2.0: False, -3.0001: False, -3.5: False}),
        ("more_than", 0.5, {0.5: False, 0.5001: True}),
        ("exactly", "3", {3.0: True, 4.0: False}),
    ],
)
@pytest.mark.parametrize("field", ["renews_at", "signed_up_at"])
def test_R42_relative_dates_by_exact_instants(
    field: str, operator: str, days: float | str, ages: dict[float, bool]
) -> None:
    node = read_filter({"field": field, "operator": operator, "value": days}, FILTER)
    people = [with_date(n, NOW - age * DAY) for n, age in enumerate(ages)]
    assert [person.id in found_among(people, node) for person in people] == list(ages.values())


@pytest.mark.parametrize("operator", ["more_than", "less_than", "exactly"])
@pytest.mark.parametrize("days", [-3, 0, 3])
def test_R42_an_unknown_date_matches_none_of_the_three(operator: str, days: int) -> None:
    node = read_filter({"field": "renews_at", "operator": operator, "value": days}, FILTER)
    assert found_among([with_date(1, None)], node) == set()


def test_R42_within_the_next_3_days_is_more_than_minus_3_and_less_than_0() -> None:
    tree = {
        "operator": "AND",
        "value": [
            {"field": "renews_at", "operator": "more_than", "value": -3},
            {"field": "renews_at", "operator": "less_than", "value": 0},
        ],
    }
    people = [with_date(n, NOW + hours * HOUR) for n, hours in enumerate((-1, 0, 1, 71.99, 72, 73))]
    assert found_among(people, read_filter(tree, FILTER)) == {people[2].id, people[3].id}


# Days of the calendar, in New York. 14 Nov 2023 began there at 05:00 UTC: 1 699 938 000.

MIDNIGHT = 1_699_938_000.0


@pytest.mark.parametrize("value", [MIDNIGHT, MIDNIGHT + 80_000, str(int(MIDNIGHT) + 5), "2023-11-14"])
@pytest.mark.parametrize(
    ("words", "matches"),
    [
        (("=", "on"), {-1: False, 0: True, 86_399: True, 86_400: False}),
        ((">", "after"), {-1: False, 0: False, 86_399: False, 86_400: True}),
        (("<", "before"), {-1: True, 0: False, 86_399: False, 86_400: False}),
    ],
)
def test_dates_are_compared_by_whole_days_of_the_workspace(
    value: object, words: tuple[str, str], matches: dict[int, bool]
) -> None:
    people = [with_date(n, MIDNIGHT + seconds) for n, seconds in enumerate(matches)]
    asked = [
        read_search({"field": "custom_attributes.renews_at", "operator": words[0], "value": value}, SEARCH),
        read_filter({"field": "signed_up_at", "operator": words[1], "value": value}, FILTER),
    ]
    for node in asked:
        assert [person.id in found_among(people, node) for person in people] == list(matches.values())
