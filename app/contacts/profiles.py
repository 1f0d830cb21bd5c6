"""The questions of a profile: who is meant, and what there is to tell of them. Rule R51."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select, text

from app.contacts.records import Contact
from app.ids import AppId, ContactId
from app.storage.tables import companies, contact_companies, contacts, events

MOST_NAMESAKES: Final = 100
"""So many contacts with one email are listed."""
_LONGEST_KEY: Final = 500

_BY_ID = text(
    "SELECT id FROM contacts WHERE app_id = :app_id AND id = :value AND deleted_at IS NULL LIMIT :most"
)
# Only users have a user_id of their own; the condition is that of the unique index.
_BY_USER_ID = text(
    "SELECT id FROM contacts WHERE app_id = :app_id AND external_id = :value AND role = 'user'"
    " AND external_id IS NOT NULL AND deleted_at IS NULL LIMIT :most"
)
_BY_EMAIL = text(
    "SELECT id FROM contacts WHERE app_id = :app_id AND email_key = :value AND listed LIMIT :most"
)
_BY_EMAIL_OF_ANYBODY = text(
    "SELECT id FROM contacts WHERE app_id = :app_id AND email_key = :value AND deleted_at IS NULL LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class CompanyShown:
    """A company of a contact."""

    name: str
    company_id: str


@dataclass(frozen=True, slots=True)
class EventShown:
    """Something a contact did."""

    name: str
    created_at: float
    metadata: Mapping[str, Any]


def named_by_id(conn: Connection, app_id: AppId, contact_id: str) -> list[Contact]:
    """The contact of an id, archived or not."""
    return _found(conn, app_id, _BY_ID, contact_id)


def named_by_user_id(conn: Connection, app_id: AppId, user_id: str) -> list[Contact]:
    """The user of a customer's own id, archived or not."""
    return _found(conn, app_id, _BY_USER_ID, user_id)


def named_by_email(conn: Connection, app_id: AppId, email: str) -> list[Contact]:
    """Everybody on the lists with that email, in whatever case; leads may share one."""
    return _found(conn, app_id, _BY_EMAIL, email.strip().lower())


def shown_by_email(conn: Connection, app_id: AppId, email: str) -> list[Contact]:
    """The same; where none of them is on the lists, those who are archived."""
    return named_by_email(conn, app_id, email) or _found(
        conn, app_id, _BY_EMAIL_OF_ANYBODY, email.strip().lower()
    )


def named_by_any(conn: Connection, app_id: AppId, words: str) -> list[Contact]:
    """Everybody, archived or not, whose user id, email or own id this is. Rule R60."""
    asked = words.strip()
    found = [
        *named_by_user_id(conn, app_id, asked),
        *_found(conn, app_id, _BY_EMAIL_OF_ANYBODY, asked.lower()),
        *named_by_id(conn, app_id, asked.lower()),
    ]
    return list({contact.id: contact for contact in found}.values())


def companies_of(conn: Connection, app_id: AppId, contact_id: ContactId) -> list[CompanyShown]:
    """A contact's companies, the first one attached first."""
    statement = (
        select(companies.c.name, companies.c.company_id)
        .join_from(
            contact_companies,
            companies,
            (companies.c.app_id == contact_companies.c.app_id)
            & (companies.c.id == contact_companies.c.company_id),
        )
        .where(contact_companies.c.app_id == app_id, contact_companies.c.contact_id == contact_id)
        .order_by(contact_companies.c.attached_at, companies.c.id)
    )
    return [CompanyShown(row.name or row.company_id, row.company_id) for row in conn.execute(statement)]


def recent_events_of(conn: Connection, app_id: AppId, contact_id: ContactId, most: int) -> list[EventShown]:
    """What a contact did last, the latest first."""
    statement = (
        select(events.c.name, events.c.created_at, events.c.metadata)
        .where(events.c.app_id == app_id, events.c.contact_id == contact_id)
        .order_by(events.c.created_at.desc(), events.c.id.desc())
        .limit(most)
    )
    return [EventShown(row.name, row.created_at, row.metadata) for row in conn.execute(statement)]


def _found(conn: Connection, app_id: AppId, question: Any, value: str) -> list[Contact]:
    # PostgreSQL takes no NUL in a text, and no contact has one in a name of its own.
    if not value or len(value) > _LONGEST_KEY or "\0" in value:
        return []
    found = conn.execute(question, {"app_id": app_id, "value": value, "most": MOST_NAMESAKES})
    return _contacts(conn, app_id, list(found.scalars()))


def _contacts(conn: Connection, app_id: AppId, ids: Sequence[str]) -> list[Contact]:
    if not ids:
        return []
    statement = select(contacts).where(contacts.c.app_id == app_id, contacts.c.id.in_(ids))
    return [_contact(row) for row in conn.execute(statement.order_by(contacts.c.id)).mappings()]


def _contact(row: RowMapping) -> Contact:
    return Contact(**row)
