"""JSON that means one thing only: everything else is refused by name."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import ParameterInvalid
from app.messenger.strict_json import MOST_LEVELS, read_json, require_storable

STORABLE_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
STORABLE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | STORABLE_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(STORABLE_TEXT, inner, max_size=3),
    max_leaves=10,
)


@given(STORABLE)
def test_what_can_be_stored_is_read_as_it_is(value: Any) -> None:
    assert read_json(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "The body is not JSON"),
        ("", "The body is not JSON"),
        ("{'a': 1}", "The body is not JSON"),
        ('{"a": 1,}', "The body is not JSON"),
        ('{"a": 1} x', "The body is not JSON"),
        ('"a\x01"', "The body is not JSON"),
        ('{"a": NaN}', "a is no finite number"),
        ('{"a": [0, Infinity]}', "a[1] is no finite number"),
        ('{"a": {"b": -Infinity}}', "a.b is no finite number"),
        ('{"a": 1e999}', "a is no finite number"),
        ('{"a": 9223372036854775808}', "a is a number beyond 64 bits"),
        ('{"a": -9223372036854775809}', "a is a number beyond 64 bits"),
        ('{"a": ' + "9" * 30_000 + "}", "a is a number beyond 64 bits"),
        ('{"a": "\\u0000"}', "a holds a NUL character"),
        ('{"a": "\\ud800"}', "a holds half a surrogate pair, which is no character"),
        ('{"a": "\\udc00\\ud800"}', "a holds half a surrogate pair, which is no character"),
        ('{"\\u0000": 1}', "a name in the body holds a NUL character"),
        ('{"a": {"\\ud800": 1}}', "a name in a holds half a surrogate pair, which is no character"),
        ('{"a": 1, "b": 2, "a": 3}', "a is given twice"),
        ('{"a": {"b": 1, "b": 1}}', "b is given twice"),
        ('{"\\n\\n": 1, "\\n\\n": 1}', "\\n\\n is given twice"),
        ("[" * 60_000, "The body is nested more than 16 levels deep"),
        ('{"a":' * 10_000 + "1" + "}" * 10_000, "The body is nested more than 16 levels deep"),
        ("NaN", "The body is no finite number"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ParameterInvalid) as refusal:
        read_json(text)
    assert refusal.value.message == sentence


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert read_json('"\\ud83e\\udd8a"') == "🦊"


@pytest.mark.parametrize("number", [(1 << 63) - 1, -(1 << 63)])
def test_64_bits_are_taken_to_the_last(number: int) -> None:
    assert read_json(str(number)) == number


def test_levels_are_counted_on_both_sides_of_the_limit() -> None:
    assert read_json("[" * MOST_LEVELS + "]" * MOST_LEVELS)
    with pytest.raises(ParameterInvalid, match="nested"):
        read_json("[" * (MOST_LEVELS + 1) + "]" * (MOST_LEVELS + 1))


def test_the_field_of_a_form_is_named_where_its_text_is_refused() -> None:
    with pytest.raises(ParameterInvalid) as refusal:
        read_json('{"plan": NaN}', "user_data")
    assert refusal.value.message == "user_data.plan is no finite number"


def test_the_fields_of_a_form_must_be_storable_too() -> None:
    require_storable({"a": "b"})
    with pytest.raises(ParameterInvalid, match="a holds a NUL character"):
        require_storable({"a": "\0"})


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read_json(text)
    except ParameterInvalid as refusal:
        assert refusal.message.isprintable()


@given(
    st.text('{}[]",:0123456789eE+-.uNaInfinity\\ d8c\0', max_size=40)
    | st.builds(json.dumps, st.recursive(st.floats() | st.integers() | st.text(), st.lists, max_leaves=5))
)
def test_what_is_taken_without_a_closer_look_would_have_stood_it(text: str) -> None:
    try:
        value = read_json(text)
    except ParameterInvalid:
        return
    require_storable(value)
