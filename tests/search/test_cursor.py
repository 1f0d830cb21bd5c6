"""Cursors: read back as written, and refused when anything about them is not."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import ParameterInvalid
from app.search.cursor import Cursor, Cursors, Place

CURSORS = Cursors("a secret")
PLACES = st.builds(
    Place,
    st.one_of(st.none(), st.text(max_size=20), st.floats(allow_nan=False, allow_infinity=False)),
    st.text("0123456789abcdef", min_size=24, max_size=24),
)


@given(st.builds(Cursor, PLACES, st.integers(2, 10_000)), st.text(max_size=30))
def test_a_cursor_is_read_back_as_it_was_written(cursor: Cursor, search: str) -> None:
    assert CURSORS.read(CURSORS.write(cursor, search), search) == cursor


TEXT = CURSORS.write(Cursor(Place(1.5, "a" * 24), 2), "people named Ada")


def test_a_cursor_is_safe_in_a_url() -> None:
    assert all(char.isalnum() or char in "-_" for char in TEXT)


@pytest.mark.parametrize("position", range(0, len(TEXT), 5))
def test_an_altered_cursor_is_refused(position: int) -> None:
    altered = TEXT[:position] + ("A" if TEXT[position] != "A" else "B") + TEXT[position + 1 :]
    with pytest.raises(ParameterInvalid, match="no cursor of this search"):
        CURSORS.read(altered, "people named Ada")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "é",
        "a b",
        TEXT[:-4],
        TEXT + "AAAA",
        "A" * 10_000,
        base64.b64encode(b"[1,2,3]").decode(),
        "=" * 8,
    ],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ParameterInvalid, match="no cursor of this search"):
        CURSORS.read(text, "people named Ada")


def test_a_cursor_of_another_search_is_refused() -> None:
    with pytest.raises(ParameterInvalid):
        CURSORS.read(TEXT, "people named Ben")


def test_a_cursor_signed_with_another_key_is_refused() -> None:
    with pytest.raises(ParameterInvalid):
        Cursors("another secret").read(TEXT, "people named Ada")
