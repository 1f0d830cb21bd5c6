"""What the columns of a file hold. Rule R55."""

import pytest

from app.contacts.csv_rows import Line
from app.dashboard.import_columns import Choice, chosen, mapping_of, proposed, table_of

ATTRIBUTES = {"plan", "company_size"}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("email", "email"),
        ("Email", "email"),
        ("E-Mail", "email"),
        ("User ID", "user_id"),
        ("external_id", "user_id"),
        ("first name", "first_name"),
        ("plan", "plan"),
        ("Company size", "company_size"),
        ("custom_attributes.plan", "plan"),
        ("created_at", ""),
        ("Shoe size", ""),
        ("", ""),
        ("<img src=x onerror=alert(1)>", ""),
    ],
)
def test_a_column_is_taken_for_what_it_is_called(name: str, field: str) -> None:
    assert proposed([name], ATTRIBUTES) == [Choice(name, "column-0", field)]


def test_a_field_is_proposed_once() -> None:
    assert [choice.chosen for choice in proposed(["Email", "email", "x", "y"], ATTRIBUTES)] == [
        "email",
        "",
        "",
        "",
    ]


def test_a_form_says_what_each_column_holds() -> None:
    choices = chosen(["Mail", "Plan"], {"column-0": "email", "column-7": "plan"})
    assert mapping_of(choices) == {"Mail": "email", "Plan": ""}


def test_of_two_columns_with_one_name_the_chosen_one_counts() -> None:
    for form in ({"column-0": "email"}, {"column-1": "email"}):
        assert mapping_of(chosen(["Mail", "Mail"], form)) == {"Mail": "email"}


def test_lines_are_shown_as_a_table_with_a_column_for_whatever_one_of_them_says() -> None:
    lines = [
        Line(2, {"external_id": "1", "custom_attributes": {"plan": "Team"}}),
        Line(4, {"email": "x" * 500}),
    ]
    names, rows = table_of(lines)
    assert names == ["user_id", "plan", "email"]
    assert rows == [(2, ["1", "Team", ""]), (4, ["", "", "x" * 80])]
