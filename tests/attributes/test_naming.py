"""How attributes may be named and described by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attributes.naming import checked_description, checked_name, checked_options, shown_key
from app.errors import ParameterInvalid, ParameterNotFound


@pytest.mark.parametrize(
    ("name", "checked"),
    [
        ("The One Ring", "The One Ring"),
        (" paid_subscriber ", "paid_subscriber"),
        ("spend-$-€", "spend-$-€"),
        ("naïve 王伟 नेहा 2", "naïve 王伟 नेहा 2"),
        ("a" * 190, "a" * 190),
    ],
)
def test_names_of_letters_digits_currency_and_hyphens_are_taken(name: str, checked: str) -> None:
    assert checked_name(name) == checked


@pytest.mark.parametrize("name", ["!nv@l!d n@me", "a.b", "a/b", "a\tb", "a\0", "\ud800", "🎈", "a" * 191])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ParameterInvalid, match="Your name for this attribute"):
        checked_name(name)


@pytest.mark.parametrize("name", ["", "  "])
def test_a_name_is_needed(name: str) -> None:
    with pytest.raises(ParameterNotFound, match="needs a name"):
        checked_name(name)


def test_a_description_has_up_to_1000_characters_that_can_be_stored() -> None:
    assert checked_description("a" * 1_000) == "a" * 1_000
    assert checked_description("") is None
    for refused in ("a" * 1_001, "a\0"):
        with pytest.raises(ParameterInvalid, match="description"):
            checked_description(refused)


def test_options_are_two_or_more_different_texts() -> None:
    assert checked_options([" 1-10 ", "11-50", "1-10"]) == ("1-10", "11-50")
    assert len(checked_options([str(number) for number in range(250)])) == 250
    for refused in ([], ["1-10"], ["1-10", " 1-10"], [str(number) for number in range(251)]):
        with pytest.raises(ParameterInvalid, match="2 to 250"):
            checked_options(refused)


@pytest.mark.parametrize("option", ["", "a" * 256, "a\0"])
def test_an_option_is_a_text_that_a_value_could_be(option: str) -> None:
    with pytest.raises(ParameterInvalid, match="1 to 255"):
        checked_options(["1-10", option])


@given(st.text())
def test_a_key_can_be_repeated_in_a_message(key: str) -> None:
    shown = shown_key(key)
    assert shown.isprintable()
    assert len(shown) <= 640
