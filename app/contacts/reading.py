"""The questions of REST about contacts: one by an id, all of them page by page.

They hold nothing for a change (``store`` does), so a reader that may only read can ask them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    bindparam,
    literal_column,
    select,
    tuple_,
    union_all,
)

from app.contacts.records import Contact
from app.contacts.store import FIELDS
from app.ids import AppId, ContactId
from app.storage.hot import Given, Hot
from app.storage.listed import text_list, texts_given
from app.storage.tables import contacts

_NOT_DELETED: Final = select(*(contacts.c[name] for name in FIELDS)).where(
    contacts.c.app_id == bindparam("app_id"), contacts.c.deleted_at.is_(None)
)
_OF_ID: Final = Hot(_NOT_DELETED.where(contacts.c.id == bindparam("id")))
# In the very words of the partial index, or it would not serve.
_IS_USER: Final[ColumnElement[bool]] = literal_column("contacts.role = 'user'")
_OF_EXTERNAL_ID: Final = Hot(_NOT_DELETED.where(_IS_USER, contacts.c.external_id == bindparam("external_id")))
_OF_EMAIL: Final = Hot(_NOT_DELETED.where(_IS_USER, contacts.c.email_key == bindparam("email_key")))
_OF_IDS: Final = Hot(_NOT_DELETED.where(contacts.c.id.in_(texts_given("ids"))))
PEOPLE: Final = ("lead", "user")
"""Who is on the lists of REST: visitors are asked for by their own routes."""
LONGEST_KEY: Final = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A contact's place in the list: the newest first."""

    created_at: float
    id: ContactId


def contact_of_id(conn: Connection, app_id: AppId, contact_id: ContactId) -> Contact | None:
    """The contact of an id, archived or not; none where it has been deleted."""
    return _first(conn, _OF_ID, {"app_id": app_id, "id": contact_id})


def user_of_external_id(conn: Connection, app_id: AppId, external_id: str) -> Contact | None:
    """The user of an external_id, in whatever characters; none for a lead's, or a deleted one's."""
    # PostgreSQL takes no NUL in a text, and no contact has one in a name of its own.
    if not external_id or len(external_id) > LONGEST_KEY or not _is_text(external_id):
        return None
    return _first(conn, _OF_EXTERNAL_ID, {"app_id": app_id, "external_id": external_id})


def user_of_email(conn: Connection, app_id: AppId, email: str) -> Contact | None:
    """The user of an email, in whatever case, archived or not; none for a lead's, or a deleted one's."""
    email_key = email.strip().lower()
    if not email_key or len(email_key) > LONGEST_KEY or not _is_text(email_key):
        return None
    return _first(conn, _OF_EMAIL, {"app_id": app_id, "email_key": email_key})


def contacts_of_ids(conn: Connection, app_id: AppId, ids: Sequence[ContactId]) -> list[Contact]:
    """The contacts of some ids, in that order; those that are deleted or unknown are left out."""
    if not ids:
        return []
    rows = _OF_IDS.rows(conn, {"app_id": app_id, "ids": text_list(ids)})
    found = {contact.id: contact for contact in (Contact(*row) for row in rows)}
    return [found[contact_id] for contact_id in ids if contact_id in found]


def people_after(
    conn: Connection, app_id: AppId, place: Place | None, most: int, roles: Collection[str] = PEOPLE
) -> list[Contact]:
    """Who is listed, the newest first, behind ``place`` or from the start; at most ``most``."""
    places = conn.execute(places_after(app_id, place, most, roles)).scalars()
    return contacts_of_ids(conn, app_id, [ContactId(contact_id) for contact_id in places])


def places_after(
    app_id: AppId, place: Place | None, most: int, roles: Collection[str] = PEOPLE
) -> Select[str]:
    """The ids of that page, as a statement apart: a test asks the database how it would go about it."""
    # A walk for each role, along its own index: a million visitors in between cost nothing.
    walks = [_walk(app_id, role, place, most) for role in roles]
    every = union_all(*(select(walk.c.created_at, walk.c.id) for walk in walks)).subquery()
    return select(every.c.id).order_by(every.c.created_at.desc(), every.c.id.desc()).limit(most)


def _walk(app_id: AppId, role: str, place: Place | None, most: int) -> Subquery:
    key = tuple_(contacts.c.created_at, contacts.c.id)
    behind = [] if place is None else [key < tuple_(place.created_at, place.id)]
    return (
        select(contacts.c.created_at, contacts.c.id)
        .where(*_listed(app_id), contacts.c.role == role, *behind)
        .order_by(contacts.c.created_at.desc(), contacts.c.id.desc())
        .limit(most)
        .subquery()
    )


def _listed(app_id: AppId) -> list[ColumnElement[bool]]:
    listed: ColumnElement[bool] = literal_column("contacts.listed")
    return [contacts.c.app_id == app_id, listed]


def _first(conn: Connection, statement: Hot, given: Given) -> Contact | None:
    rows = statement.rows(conn, given)
    return Contact(*rows[0]) if rows else None


def _is_text(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False
