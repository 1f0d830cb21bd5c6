"""Contacts by the thousand: for imports, the demo, and tests among a million.

The same row as a ping would leave, pseudonym, key and words included, but made in lots: one
statement for all contacts of a lot, one for all their words, one for the pseudonyms of each place.
Words go in sorted, as their table keeps them: next to each other they are written once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from operator import attrgetter, itemgetter
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Dialect, Table, bindparam

from app.attributes.index import index_rows
from app.attributes.operations import attributes_to_index
from app.contacts.facts import email_key
from app.contacts.names import split
from app.contacts.pseudonyms import pseudonym
from app.contacts.records import Contact, Role
from app.contacts.shown import name_key, words_of
from app.contacts.store import take_pseudonyms
from app.ids import AppId, new_contact_id
from app.storage.sqlite import to_json
from app.storage.tables import attribute_values, contacts, search_words
from app.storage.tables.counted import insert_row

LOT: Final = 2_000
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


def newcomer(app_id: AppId, role: Role, created_at: float, **facts: Any) -> Contact:
    """Somebody new, by what is known of them; the rest follows from that, or is made when they are written."""
    names = split(facts.get("name") or "")
    made = {"updated_at": created_at, "first_name": names.first, "last_name": names.last, **email_key(facts)}
    return Contact(
        app_id=app_id,
        id=new_contact_id(created_at),
        role=role,
        listed=True,
        pseudonym="",
        name_key="",
        created_at=created_at,
        **(made | facts),
    )


def insert_contacts(conn: Connection, app_id: AppId, newcomers: Iterable[Contact]) -> None:
    """Write contacts that are made already, but for their pseudonyms and what is made of those.

    Whether their ids are free is the caller's care: one that is taken raises IntegrityError, and none is written.
    """
    waiting = iter(newcomers)
    while lot := list(islice(waiting, LOT)):
        _insert_lot(conn, app_id, lot)


def _insert_lot(conn: Connection, app_id: AppId, lot: Sequence[Contact]) -> None:
    rows = [
        _row_of(contact, pseudonym(number, contact.city))
        for contact, number in zip(lot, _pseudonym_numbers(conn, app_id, lot), strict=True)
    ]
    words = [(word, row[_ID], app_id) for row in rows for word in str(row[_WORDS]).split()]
    _insert_rows(conn, contacts, _COLUMNS, rows)
    _insert_rows(conn, search_words, _WORD, sorted(words))
    _insert_rows(conn, attribute_values, _VALUE, _value_rows(conn, app_id, lot))


def _pseudonym_numbers(conn: Connection, app_id: AppId, lot: Sequence[Contact]) -> list[int]:
    """The number of each one's pseudonym at its place: every place is asked once."""
    places = [(contact.city or "").strip() for contact in lot]
    following = {
        place: take_pseudonyms(conn, app_id, place, count) for place, count in sorted(Counter(places).items())
    }
    numbers = []
    for place in places:
        numbers.append(following[place])
        following[place] += 1
    return numbers


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


def _value_rows(conn: Connection, app_id: AppId, lot: Sequence[Contact]) -> list[_Row]:
    """Attributes as they are searched, in the order of their table; those that the workspace does not know are not."""
    some = [contact for contact in lot if contact.custom_attributes]
    if not some:
        return []
    known = attributes_to_index(conn, app_id)
    rows: list[_Row] = [
        (contact.id, *row, app_id) for contact in some for row in index_rows(contact.custom_attributes, known)
    ]
    # No further than the key: what follows it may be none, which has no order.
    return sorted(rows, key=itemgetter(0, 1))


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
