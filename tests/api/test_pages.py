"""Pages: what may be asked for, and how an answer tells of the next one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from app.api.pages import (
    Cursor,
    CursorQuery,
    OffsetQuery,
    cursor_pages,
    cursor_query,
    offset_pages,
    offset_query,
    read_cursor,
    write_cursor,
)
from app.errors import ParameterInvalid


def request_for(query: str) -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "server": ("porchlight.example", 80),
            "path": "/companies",
            "query_string": query.encode(),
            "headers": [],
        }
    )


def test_without_a_word_it_is_the_first_page_of_fifty() -> None:
    assert cursor_query({}) == CursorQuery(50)
    assert offset_query(request_for("")) == OffsetQuery(1, 50)
    assert offset_query(request_for(""), 15) == OffsetQuery(1, 15)


@pytest.mark.parametrize("value", [1, 150, "1", "150"])
def test_a_page_has_one_to_a_hundred_and_fifty_rows(value: Any) -> None:
    assert cursor_query({"per_page": value}).per_page == int(value)


@pytest.mark.parametrize("value", [0, 151, -1, 1.5, True, "0", "151", "x", "-1", "1" * 11, "٣", [], {}])
def test_any_other_size_is_refused(value: Any) -> None:
    with pytest.raises(ParameterInvalid, match="per_page must be a whole number from 1 to 150"):
        cursor_query({"per_page": value})


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "1000000001"])
def test_pages_count_from_one(value: str) -> None:
    with pytest.raises(ParameterInvalid, match="page must be a whole number from 1"):
        offset_query(request_for(f"page={value}"))


def test_an_offset_is_what_the_pages_before_have_shown() -> None:
    assert offset_query(request_for("page=3&per_page=20")).offset == 40


@given(
    st.lists(
        st.none()
        | st.integers(-(1 << 53), 1 << 53)
        | st.floats(0, 1e12)
        | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
    ),
    st.integers(1, 1000),
)
def test_a_cursor_that_was_given_is_read_back(key: list[Any], page: int) -> None:
    cursor = Cursor(tuple(key), page)
    text = write_cursor(cursor)
    if len(text) <= 1_000:
        assert read_cursor(text) == cursor


@given(st.text() | st.integers() | st.lists(st.text()) | st.binary().map(lambda some: some.hex()))
def test_any_other_cursor_is_refused(text: Any) -> None:
    with pytest.raises(ParameterInvalid, match="starting_after"):
        read_cursor(text)


@pytest.mark.parametrize("part", [(1 << 53) + 1, -(1 << 53) - 1, 1e300, "a\0b"])
def test_a_cursor_of_what_no_database_takes_is_refused(part: Any) -> None:
    with pytest.raises(ParameterInvalid, match="not the cursor of a page"):
        read_cursor(write_cursor(Cursor((1.0, part), 1)))


def test_an_empty_cursor_is_none_and_a_broken_one_is_refused() -> None:
    assert cursor_query({"starting_after": ""}).cursor is None
    with pytest.raises(ParameterInvalid, match="not the cursor of a page"):
        cursor_query({"starting_after": ["x"]})


def test_a_page_with_more_behind_it_names_the_next() -> None:
    pages = cursor_pages(CursorQuery(2), 5, (1.0, "a"))
    following = pages.pop("next")
    assert pages == {"type": "pages", "page": 1, "per_page": 2, "total_pages": 3}
    assert following["per_page"] == 2
    assert read_cursor(following["starting_after"]) == Cursor((1.0, "a"), 2)


def test_the_last_page_names_none() -> None:
    assert cursor_pages(CursorQuery(2, Cursor((1.0, "a"), 3)), 5, None) == {
        "type": "pages",
        "page": 3,
        "per_page": 2,
        "total_pages": 3,
    }


def test_an_offset_page_names_the_next_by_its_url_as_long_as_there_is_one() -> None:
    request = request_for("page=1&per_page=2&name=Acme+Inc")
    pages = offset_pages(request, offset_query(request), 3)
    assert pages["next"] == "http://porchlight.example/companies?page=2&per_page=2&name=Acme+Inc"
    request = request_for("page=2&per_page=2")
    assert offset_pages(request, offset_query(request), 3)["next"] is None
