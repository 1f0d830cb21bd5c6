"""Cursors: where in a search the next page begins.

A cursor is a place, not a page number: the key and the id of the last contact that was answered. What
comes and goes meanwhile moves nobody from one page to another. Its text is signed together with the
search it belongs to (workspace, tree and order), so that one that was altered, or that comes from
another search, is refused. Who reads it learns nothing that the page did not tell.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec

from app.errors import ParameterInvalid

Key: TypeAlias = str | float | None
_SIGNATURE_BYTES: Final = 16
_MOST_CHARACTERS: Final = 4_096


@dataclass(frozen=True, slots=True)
class Place:
    """A contact's place in an order: what it is ordered by, and its id."""

    key: Key
    id: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """The page after ``place``; ``page`` is its number, from 1."""

    place: Place
    page: int


class Cursors:
    """Writes and reads cursors with one secret key."""

    __slots__ = ("_key",)

    def __init__(self, secret_key: str) -> None:
        # A key of their own: what is signed for something else must never pass for a cursor.
        self._key = hmac.digest(secret_key.encode(), b"porchlight cursor", "sha256")

    def write(self, cursor: Cursor, search: str) -> str:
        """The text of a cursor of ``search``, any text that names what is searched for."""
        content = msgspec.json.encode((cursor.place.key, cursor.place.id, cursor.page))
        return base64.urlsafe_b64encode(self._sign(content, search) + content).decode().rstrip("=")

    def read(self, text: str, search: str) -> Cursor:
        """The cursor of a text; raises ParameterInvalid for one that was not written for ``search``."""
        try:
            if len(text) > _MOST_CHARACTERS:
                raise ValueError
            raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
            signature, content = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
            if not hmac.compare_digest(signature, self._sign(content, search)):
                raise ValueError
        except (ValueError, binascii.Error):
            raise ParameterInvalid(
                "pagination.starting_after is no cursor of this search: take it from pages.next of the page before"
            ) from None
        key, contact_id, page = msgspec.json.decode(content, type=tuple[str | float | None, str, int])
        return Cursor(Place(key, contact_id), page)

    def _sign(self, content: bytes, search: str) -> bytes:
        return hmac.digest(self._key, content + b"\0" + search.encode("utf-8", "surrogatepass"), "sha256")[
            :_SIGNATURE_BYTES
        ]
