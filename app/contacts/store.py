"""SQL of contacts, one by one. Lists have their own module, and so have inserts by the thousand."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    insert,
    literal_column,
    or_,
    select,
    text,
    union_all,
)

from app.attributes.index import forget_values, index_values
from app.attributes.operations import attributes_to_index
from app.attributes.records import Scalar
from app.contacts.moving import move_marks, remember_heir
from app.contacts.recognition import Holders
from app.contacts.records import Contact
from app.ids import AppId, ContactId
from app.storage.hot import Hot
from app.storage.listed import listed_texts
from app.storage.tables import contacts, presence_intervals, search_words
from app.storage.tables.counted import insert_row, update_row

FIELDS: Final = tuple(field.name for field in fields(Contact))
_COLUMNS: Final = [contacts.c[name] for name in FIELDS]
_PLACES: Final = {name: place for place, name in enumerate(FIELDS)}
_values_of: Final = attrgetter(*FIELDS)

# In the very words of the partial indexes, or they would not serve.
_IS_USER: Final[ColumnElement[bool]] = literal_column("contacts.role = 'user'")

_CONTACT: Final = (
    select(*_COLUMNS)
    .where(contacts.c.app_id == bindparam("app_id"), contacts.c.id == bindparam("contact_id"))
    .with_for_update()
)


def _ids_where(*conditions: ColumnElement[bool]) -> Select[str]:
    return select(contacts.c.id).where(contacts.c.app_id == bindparam("app_id"), *conditions)


_OF_WORKSPACE: Final = contacts.c.app_id == bindparam("app_id")
# Three looks into three indexes: each with its workspace, for with that told once for all three it would be a walk
# through the workspace.
HOLDERS: Final = (
    select(*_COLUMNS)
    .where(
        or_(
            and_(_OF_WORKSPACE, _IS_USER, contacts.c.external_id == bindparam("external_id")),
            and_(_OF_WORKSPACE, _IS_USER, contacts.c.email_key == bindparam("email_key")),
            and_(_OF_WORKSPACE, contacts.c.anonymous_id == bindparam("anonymous_id")),
        )
    )
    .with_for_update()
)
_HOLDERS: Final = Hot(HOLDERS)
_INSERT: Final = Hot(insert_row(contacts))
# What hardly anybody has who is new. To name what is empty costs half a microsecond each: a tenth of the insert.
_SELDOM: Final = (
    "phone",
    "avatar_url",
    "ios_opened_at",
    "android_opened_at",
    "deleted_at",
    "archived_at",
    "owner_id",
    "language_override",
    "unsubscribed_from_emails",
    "last_replied_at",
    "last_contacted_at",
    "blocked_at",
    "synced_at",
    "deleted_by",
)
_seldom_of: Final = attrgetter(*_SELDOM)
_INSERT_USUAL: Final = Hot(
    insert_row(contacts).values({name: bindparam(name) for name in FIELDS if name not in _SELDOM})
)
_INSERT_WORD: Final = Hot(insert(search_words))
_DELETE_WORD: Final = Hot(
    delete(search_words).where(
        search_words.c.app_id == bindparam("app_id"),
        search_words.c.word == bindparam("word"),
        search_words.c.contact_id == bindparam("contact_id"),
    )
)
_COUNT_PSEUDONYMS: Final = Hot(
    text(
        """
        INSERT INTO pseudonym_counters (app_id, location, used) VALUES (:app_id, :location, :count)
        ON CONFLICT (app_id, location) DO UPDATE SET used = pseudonym_counters.used + excluded.used
        RETURNING used
        """
    )
)


def find_contact(conn: Connection, app_id: AppId, contact_id: ContactId) -> Contact | None:
    """The contact of an id, whether it is on the lists or not; held for this transaction."""
    row = conn.execute(_CONTACT, {"app_id": app_id, "contact_id": contact_id}).one_or_none()
    return Contact(*row) if row else None


def find_holders(
    conn: Connection,
    app_id: AppId,
    external_id: str | None,
    email_key: str | None,
    anonymous_id: str | None,
) -> Holders:
    """Who holds these ids, deleted ones included; held for this transaction. One question for all three."""
    given = {
        "app_id": app_id,
        "external_id": external_id,
        "email_key": email_key,
        "anonymous_id": anonymous_id,
    }
    by_external_id = by_email = by_anonymous_id = None
    for row in _HOLDERS.rows(conn, given):
        contact = Contact(*row)
        is_user = contact.role == "user"
        if is_user and external_id is not None and contact.external_id == external_id:
            by_external_id = contact
        if is_user and email_key is not None and contact.email_key == email_key:
            by_email = contact
        if anonymous_id is not None and contact.anonymous_id == anonymous_id:
            by_anonymous_id = contact
    return Holders(by_external_id, by_email, by_anonymous_id)


def find_named(
    conn: Connection,
    app_id: AppId,
    ids: Collection[str],
    external_ids: Collection[str],
    emails: Collection[str],
) -> list[Contact]:
    """Contacts by ids, and users by external_ids and emails (in lower case), deleted ones too.

    Held for this transaction.
    """
    rows = conn.execute(named(ids, external_ids, emails), {"app_id": app_id})
    return [Contact(*row) for row in rows]


def named(ids: Collection[str], external_ids: Collection[str], emails: Collection[str]) -> Select[Any]:
    """That question, apart so that a test can ask the database how it would go about it."""
    found = union_all(
        _ids_where(contacts.c.id.in_(listed_texts(ids))),
        _users_by(contacts.c.external_id, external_ids),
        _users_by(contacts.c.email_key, emails),
    )
    of_workspace = contacts.c.app_id == bindparam("app_id")
    return select(*_COLUMNS).where(of_workspace, contacts.c.id.in_(found)).with_for_update()


def _users_by(column: ColumnElement[str], ids: Collection[str]) -> Select[Any]:
    """Who has each of these, one by one: from ``IN`` and a list SQLite makes a walk through all that have any."""
    listed = listed_texts(ids).subquery()
    user = _ids_where(_IS_USER, column == listed.c.value).correlate(listed)
    return select(user.scalar_subquery()).select_from(listed)


def insert_contact(conn: Connection, contact: Contact) -> None:
    is_usual = all(value is None for value in _seldom_of(contact))
    (_INSERT_USUAL if is_usual else _INSERT).run(conn, values_of(contact))
    _INSERT_WORD.run_many(conn, _word_rows(contact, contact.words.split()))
    if contact.custom_attributes:
        _index_attributes(conn, contact, {})


def update_contact(conn: Connection, before: Contact, after: Contact) -> None:
    """Write the columns that changed, and no others: each index left alone is a write less."""
    old, new = _values_of(before), _values_of(after)
    changed = {name: new[n] for n, name in enumerate(FIELDS) if new[n] != old[n]}
    # Equal values may be of different types, true and 1: whoever changes none of them hands on the same object.
    if after.custom_attributes is not before.custom_attributes:
        changed["custom_attributes"] = after.custom_attributes
    if changed:
        where = {"of_app_id": before.app_id, "of_id": before.id}
        _update_of(tuple(changed)).run(conn, changed | where)
    if "words" in changed:
        had, has = frozenset(before.words.split()), frozenset(after.words.split())
        _DELETE_WORD.run_many(conn, _word_rows(before, had - has))
        _INSERT_WORD.run_many(conn, _word_rows(after, has - had))
    if "custom_attributes" in changed:
        _index_attributes(conn, after, before.custom_attributes)


def forget_words(conn: Connection, contact: Contact) -> None:
    """Nobody finds the contact by its words from now on."""
    _DELETE_WORD.run_many(conn, _word_rows(contact, contact.words.split()))


def take_pseudonyms(conn: Connection, app_id: AppId, location: str, count: int = 1) -> int:
    """Take the next ``count`` pseudonyms of a place (empty: no place is known); returns the first one's number."""
    given = {"app_id": app_id, "location": location, "count": count}
    [(used,)] = _COUNT_PSEUDONYMS.rows(conn, given)
    return int(used) - count


def clear_anonymous_id(conn: Connection, app_id: AppId, contact_id: ContactId) -> None:
    changed = {"anonymous_id": None, "of_app_id": app_id, "of_id": contact_id}
    _update_of(("anonymous_id",)).run(conn, changed)


def absorb_visitor(
    conn: Connection,
    visitor: Contact,
    user_id: ContactId,
    now: float,
    *,
    anonymous_id: str | None = None,
) -> None:
    """Remove a visitor's row and its presence; what it did and bears becomes the user's, or the lead's.

    ``anonymous_id`` is its browser's, where that is to lead to somebody who bears another's.
    """
    app_id = visitor.app_id
    move_marks(conn, app_id, visitor.id, user_id)
    conn.execute(
        delete(presence_intervals).where(
            presence_intervals.c.app_id == app_id, presence_intervals.c.contact_id == visitor.id
        )
    )
    forget_words(conn, visitor)
    forget_values(conn, app_id, visitor.id)
    conn.execute(delete(contacts).where(contacts.c.app_id == app_id, contacts.c.id == visitor.id))
    # Without anonymous_id: its browser is the user's by now, or another's.
    remember_heir(conn, app_id, visitor.id, user_id, now, anonymous_id=anonymous_id)


def with_facts(contact: Contact, facts: Mapping[str, Any]) -> Contact:
    """What ``dataclasses.replace`` does, in half its time: every ping asks for it."""
    values = list(_values_of(contact))
    for name, value in facts.items():
        values[_PLACES[name]] = value
    return Contact(*values)


def values_of(contact: Contact) -> dict[str, object]:
    """A contact as a row."""
    return dict(zip(FIELDS, _values_of(contact), strict=True))


def _word_rows(contact: Contact, words: Iterable[str]) -> list[dict[str, object]]:
    return [{"app_id": contact.app_id, "word": word, "contact_id": contact.id} for word in words]


def _index_attributes(conn: Connection, contact: Contact, before: Mapping[str, Scalar]) -> None:
    """What a contact is found by follows what is shown of it."""
    known = attributes_to_index(conn, contact.app_id)
    after = contact.custom_attributes
    index_values(conn, contact.app_id, contact.id, before=before, after=after, attributes=known)


@lru_cache(maxsize=256)
def _update_of(columns: tuple[str, ...]) -> Hot:
    return Hot(
        update_row(contacts)
        .where(contacts.c.app_id == bindparam("of_app_id"), contacts.c.id == bindparam("of_id"))
        .values({column: bindparam(column) for column in columns})
    )
