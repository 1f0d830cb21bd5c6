"""Pages of answers: by a cursor, which stays true while people come and go, or by a number.

A cursor is opaque to whoever holds it. It says what the page before ended with, and which page
comes next, so that answers can count the pages.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request

from app.attributes.values import is_storable
from app.errors import ParameterInvalid

PER_PAGE: Final = 50
MOST_PER_PAGE: Final = 150
LAST_PAGE: Final = 1_000_000_000
OF_ANOTHER_LIST: Final = "starting_after is not a cursor of this list: take it from pages.next"
_LONGEST_CURSOR: Final = 1_000
_LARGEST_NUMBER: Final = 1 << 53

Key = Sequence[str | int | float | None]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: behind the row of this key. ``page`` is its number, from 1."""

    key: Key
    page: int


@dataclass(frozen=True, slots=True)
class CursorQuery:
    """The page that somebody asks for: the first one where there is no cursor."""

    per_page: int
    cursor: Cursor | None = None

    @property
    def page(self) -> int:
        return self.cursor.page if self.cursor else 1


@dataclass(frozen=True, slots=True)
class OffsetQuery:
    """``page`` counts from 1."""

    page: int
    per_page: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.per_page


def cursor_query(given: Mapping[str, Any], per_page: int = PER_PAGE) -> CursorQuery:
    """Read ``per_page`` and ``starting_after`` of a query string, or of a ``pagination`` object.

    Raises ParameterInvalid.
    """
    text = given.get("starting_after")
    return CursorQuery(_per_page(given, per_page), None if text is None or text == "" else read_cursor(text))


def offset_query(request: Request, per_page: int = PER_PAGE) -> OffsetQuery:
    """Read ``page`` and ``per_page`` of a query string; raises ParameterInvalid."""
    given = request.query_params
    return OffsetQuery(_whole(given, "page", 1, LAST_PAGE), _per_page(given, per_page))


def cursor_pages(query: CursorQuery, total: int, last_key: Key | None) -> dict[str, Any]:
    """The ``pages`` of an answer; ``last_key`` is that of its last row where more follow, else none."""
    pages: dict[str, Any] = {"type": "pages", "page": query.page}
    if last_key is not None:
        starting_after = write_cursor(Cursor(last_key, query.page + 1))
        pages["next"] = {"per_page": query.per_page, "starting_after": starting_after}
    return pages | {"per_page": query.per_page, "total_pages": ceil(total / query.per_page)}


def offset_pages(request: Request, query: OffsetQuery, total: int) -> dict[str, Any]:
    """The ``pages`` of an answer, with the URL of the next one where there is one."""
    total_pages = ceil(total / query.per_page)
    following = None
    if query.page < total_pages:
        asked = dict(request.query_params) | {"page": query.page + 1, "per_page": query.per_page}
        following = f"{request.url.replace(query='')}?{urlencode(asked)}"
    return {
        "type": "pages",
        "next": following,
        "page": query.page,
        "per_page": query.per_page,
        "total_pages": total_pages,
    }


def write_cursor(cursor: Cursor) -> str:
    packed = msgspec.json.encode([cursor.page, *cursor.key])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(text: object) -> Cursor:
    """Raises ParameterInvalid for what this server never gave."""
    if isinstance(text, str) and len(text) <= _LONGEST_CURSOR and text.isascii():
        try:
            packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            page, *key = msgspec.json.decode(packed, type=list[str | int | float | None])
        except (binascii.Error, ValueError, msgspec.DecodeError):
            page, key = 0, []
        if isinstance(page, int) and 1 <= page <= LAST_PAGE and all(_is_plain(part) for part in key):
            return Cursor(tuple(key), page)
    raise ParameterInvalid("starting_after is not the cursor of a page: take it from pages.next")


def _is_plain(part: str | float | None) -> bool:
    """Whether a database takes it, as a moment, a number or a text."""
    if isinstance(part, str):
        return is_storable(part)
    return part is None or -_LARGEST_NUMBER <= part <= _LARGEST_NUMBER


def _per_page(given: Mapping[str, Any], default: int) -> int:
    return _whole(given, "per_page", default, MOST_PER_PAGE)


def _whole(given: Mapping[str, Any], name: str, default: int, most: int) -> int:
    value = given.get(name)
    if value is None or value == "":
        return default
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise ParameterInvalid(f"{name} must be a whole number from 1 to {most}")
    return value
