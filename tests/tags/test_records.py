"""Tags' names."""

import pytest

from app.errors import ParameterInvalid
from app.tags.records import LONGEST_NAME, name_key, read_name


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("VIP", "VIP"),
        ("  big spender \n", "big spender"),
        ("x" * LONGEST_NAME, "x" * LONGEST_NAME),
        ("💰 👩‍💻", "💰 👩‍💻"),
    ],
)
def test_a_name_is_taken_without_the_blanks_around_it(given: str, name: str) -> None:
    assert read_name(given) == name


@pytest.mark.parametrize(
    "given", [None, 7, [], "", " \n", "x" * (LONGEST_NAME + 1), "a\0b", "a\nb", "\ud800"], ids=repr
)
def test_what_is_no_name_is_refused(given: object) -> None:
    with pytest.raises(ParameterInvalid):
        read_name(given)


@pytest.mark.parametrize(("one", "other"), [("VIP", "vip"), ("Straße", "STRASSE"), ("é", "e\u0301")])
def test_names_that_differ_by_case_alone_are_one(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
