"""Contacts by the thousand: for imports, the demo, and tests among a million.

The same row as a ping would leave, pseudonym, key and words included, but made in lots: one
statement for all contacts of a lot, one for all their words, one for the pseudonyms of each place.
Words go in sorted, as their table keeps them: next to each other they are written once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from itertools import islice
from operator import attrgetter, itemgetter
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Dialect, Table, bindparam

from app.attributes.index import index_rows
from app.attributes.operations import attributes_to_index
from app.attributes.records import Scalar
from app.contacts.names import Names, split
from app.contacts.pseudonyms import pseudonym
from app.contacts.records import Contact, Role
from app.contacts.shown import Shown, name_key, words_of
from app.contacts.store import take_pseudonyms
from app.ids import AppId, ContactId, new_contact_id
from app.storage.sqlite import to_json
from app.storage.tables import attribute_values, contacts, search_words
from app.storage.tables.counted import insert_row

LOT: Final = 2_000
_NO_NAMES: Final = Names(None, None)


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact to be made: what is known of it. The rest (id, pseudonym, name's parts) is made with it."""

    role: Role
    created_at: float
    external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    anonymous_id: str | None = None
    avatar_url: str | None = None
    signed_up_at: float | None = None
    first_seen_at: float | None = None
    last_seen_at: float | None = None
    active_at: float | None = None
    session_started_at: float | None = None
    session_count: int = 0
    ios_session_count: int = 0
    android_session_count: int = 0
    user_agent: str | None = None
    browser: str | None = None
    browser_version: str | None = None
    os: str | None = None
    device: str | None = None
    timezone: str | None = None
    country: str | None = None
    country_code: str | None = None
    region: str | None = None
    city: str | None = None
    page_url: str | None = None
    page_title: str | None = None
    referrer: str | None = None
    custom_attributes: Mapping[str, Scalar] = field(default_factory=dict)
    provenance: Mapping[str, Any] | None = None


_GIVEN: Final = tuple(
    field.name for field in fields(NewContact) if field.name not in {"custom_attributes", "provenance"}
)
_given_of: Final = attrgetter(*_GIVEN)
_MADE: Final = (
    "custom_attributes",
    "provenance",
    "app_id",
    "id",
    "listed",
    "email_key",
    "first_name",
    "last_name",
    "pseudonym",
    "name_key",
    "words",
    "updated_at",
)
_WORD: Final = ("word", "contact_id", "app_id")
_VALUE: Final = ("contact_id", "attribute_id", "number", "text", "app_id")

_COLUMNS: Final = tuple(map(str, contacts.c.keys()))
_columns_of: Final = attrgetter(*_COLUMNS)
_ID: Final = _COLUMNS.index("id")
_PSEUDONYM: Final = _COLUMNS.index("pseudonym")
_NAME_KEY: Final = _COLUMNS.index("name_key")
_WORDS: Final = _COLUMNS.index("words")
_ATTRIBUTES: Final = _COLUMNS.index("custom_attributes")
_PROVENANCE: Final = _COLUMNS.index("provenance")

_Row: TypeAlias = Sequence[object]


def insert_contacts(
    conn: Connection, app_id: AppId, newcomers: Iterable[NewContact], now: float
) -> list[ContactId]:
    """Make contacts; returns their ids in the order given.

    Whether their ids are free is the caller's care: one that is taken raises IntegrityError, and none is made.
    """
    ids: list[ContactId] = []
    waiting = iter(newcomers)
    while lot := list(islice(waiting, LOT)):
        ids += _insert_lot(conn, app_id, lot, now)
    return ids


def insert_made(conn: Connection, app_id: AppId, made: Sequence[Contact]) -> None:
    """Write contacts that are made already, but for their pseudonyms and what is made of those.

    Raises IntegrityError as ``insert_contacts`` does.
    """
    if not made:
        return
    first = take_pseudonyms(conn, app_id, "", len(made))
    rows = [_row_of(contact, pseudonym(first + n, None)) for n, contact in enumerate(made)]
    words = [(word, row[_ID], app_id) for row in rows for word in str(row[_WORDS]).split()]
    _insert_rows(conn, contacts, _COLUMNS, rows)
    _insert_rows(conn, search_words, _WORD, sorted(words))
    values = _value_rows(conn, app_id, ((contact.id, contact.custom_attributes) for contact in made))
    _insert_rows(conn, attribute_values, _VALUE, values)


def _row_of(contact: Contact, called: str) -> list[object]:
    """A contact as a row, with its pseudonym, and what is made of that where nothing was made of its name."""
    row = list(_columns_of(contact))
    row[_PSEUDONYM] = called
    if not contact.name_key:
        shown = (contact.name, contact.email, contact.external_id, contact.phone, called)
        row[_NAME_KEY], row[_WORDS] = name_key(shown), words_of(shown)
    row[_ATTRIBUTES] = to_json(contact.custom_attributes)
    if contact.provenance is not None:
        row[_PROVENANCE] = to_json(contact.provenance)
    return row


def _insert_lot(conn: Connection, app_id: AppId, lot: Sequence[NewContact], now: float) -> list[ContactId]:
    ids: list[ContactId] = []
    rows: list[_Row] = []
    words: list[tuple[str, ContactId, AppId]] = []
    for newcomer, number in zip(lot, _pseudonym_numbers(conn, app_id, lot), strict=True):
        contact_id = new_contact_id(newcomer.created_at)
        called = pseudonym(number, newcomer.city)
        shown = (newcomer.name, newcomer.email, newcomer.external_id, newcomer.phone, called)
        found_by = words_of(shown)
        ids.append(contact_id)
        rows.append((*_given_of(newcomer), *_made(app_id, contact_id, newcomer, shown), found_by, now))
        words += [(word, contact_id, app_id) for word in found_by.split()]
    words.sort()
    _insert_rows(conn, contacts, _GIVEN + _MADE, rows)
    _insert_rows(conn, search_words, _WORD, words)
    borne = zip(ids, (newcomer.custom_attributes for newcomer in lot), strict=True)
    _insert_rows(conn, attribute_values, _VALUE, _value_rows(conn, app_id, borne))
    return ids


def _value_rows(
    conn: Connection, app_id: AppId, borne: Iterable[tuple[ContactId, Mapping[str, Scalar]]]
) -> list[_Row]:
    """Attributes as they are searched, in the order of their table; those that the workspace does not know are not."""
    some = [(contact_id, values) for contact_id, values in borne if values]
    if not some:
        return []
    known = attributes_to_index(conn, app_id)
    rows: list[_Row] = [
        (contact_id, *row, app_id) for contact_id, values in some for row in index_rows(values, known)
    ]
    # No further than the key: what follows it may be none, which has no order.
    return sorted(rows, key=itemgetter(0, 1))


def _pseudonym_numbers(conn: Connection, app_id: AppId, lot: Sequence[NewContact]) -> list[int]:
    """The number of each one's pseudonym at its place: every place is asked once."""
    places = [(newcomer.city or "").strip() for newcomer in lot]
    following = {
        place: take_pseudonyms(conn, app_id, place, count) for place, count in sorted(Counter(places).items())
    }
    numbers = []
    for place in places:
        numbers.append(following[place])
        following[place] += 1
    return numbers


def _made(app_id: AppId, contact_id: ContactId, newcomer: NewContact, shown: Shown) -> _Row:
    names = split(newcomer.name) if newcomer.name else _NO_NAMES
    return (
        to_json(newcomer.custom_attributes) if newcomer.custom_attributes else "{}",
        to_json(newcomer.provenance),
        app_id,
        contact_id,
        True,
        newcomer.email.lower() if newcomer.email else None,
        names.first,
        names.last,
        shown[4],
        name_key(shown),
    )


def _insert_rows(conn: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[_Row]) -> None:
    """Insert rows whose values stand in the order of ``columns`` and in the database's own types.

    This goes past SQLAlchemy's handling of each single value, which would take longer than the insert. What none
    of them has is left to be null: over a none SQLite's driver takes longer than over any other value.
    """
    if rows:
        some = tuple(
            name
            for name, values in zip(columns, zip(*rows, strict=True), strict=True)
            if values.count(None) < len(rows)
        )
        # A compiled INSERT names its columns in the table's order.
        in_order = itemgetter(*(columns.index(name) for name in map(str, table.c.keys()) if name in some))
        conn.exec_driver_sql(_statement(conn.dialect, table, some), list(map(in_order, rows)))


@lru_cache(maxsize=256)
def _statement(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> str:
    return str(insert_row(table).values({name: bindparam(name) for name in columns}).compile(dialect=dialect))
