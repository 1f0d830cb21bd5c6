"""SQL of a merge: every row that names a lead names the user instead. Rule R73."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    select,
    update,
)

from app.contacts.events_store import move_sums
from app.contacts.moving import move_participations, remember_heir
from app.contacts.records import Contact
from app.contacts.store import forget_words
from app.ids import AppId, ContactId
from app.storage.hot import Hot
from app.storage.tables import (
    attribute_values,
    contact_companies,
    contacts,
    conversation_parts,
    conversation_ratings,
    conversations,
    events,
    merged_contacts,
    notes,
    presence_intervals,
    taggings,
)


@dataclass(frozen=True, slots=True)
class _Shared:
    """A table that may hold the same thing for both: the contact's column, and what else makes a row one of a kind."""

    table: Table
    column: str
    others: tuple[str, ...]


_SHARED: Final = (
    _Shared(taggings, "subject_id", ("kind", "tag_id")),
    _Shared(contact_companies, "contact_id", ("company_id",)),
    _Shared(presence_intervals, "contact_id", ("online_from",)),
)
_OWN: Final = (conversations, conversation_ratings, notes, events)
_AUTHORED: Final = (conversations, conversation_parts)

_HEIR_OF_BROWSER: Final = Hot(
    select(merged_contacts.c.into_id)
    .where(
        merged_contacts.c.app_id == bindparam("app_id"),
        merged_contacts.c.anonymous_id == bindparam("anonymous_id"),
    )
    .order_by(merged_contacts.c.merged_at.desc())
)


@dataclass(frozen=True, slots=True)
class Merged:
    """A contact that went up in another."""

    app_id: AppId
    id: ContactId
    into_id: ContactId


def move_everything(conn: Connection, lead: Contact, user_id: ContactId, now: float) -> None:
    """Let all that hangs on ``lead`` hang on the user, and remove the lead, remembering its browser."""
    for shared in _SHARED:
        _move_what_is_new(conn, shared, lead, user_id)
    for table in _OWN:
        mine = and_(table.c.app_id == lead.app_id, table.c.contact_id == lead.id)
        conn.execute(update(table).where(mine).values(contact_id=user_id))
    move_sums(conn, lead.app_id, lead.id, user_id)
    move_participations(conn, lead.app_id, lead.id, user_id)
    for table in _AUTHORED:
        wrote = and_(
            table.c.app_id == lead.app_id,
            table.c.author_id == lead.id,
            table.c.author_type.in_(("lead", "user")),
        )
        conn.execute(update(table).where(wrote).values(author_id=user_id, author_type="user"))
    forget_words(conn, lead)
    for table, column in ((attribute_values, "contact_id"), (contacts, "id")):
        conn.execute(delete(table).where(table.c.app_id == lead.app_id, table.c[column] == lead.id))
    _remember(conn, lead, user_id, now)


def heir_of_browser(conn: Connection, app_id: AppId, anonymous_id: str) -> ContactId | None:
    """Who the lead of a browser went up in, where that browser has been nobody else's since."""
    rows = _HEIR_OF_BROWSER.rows(conn, {"app_id": app_id, "anonymous_id": anonymous_id})
    return ContactId(rows[0][0]) if rows else None


def merged_since(conn: Connection, since: float) -> list[Merged]:
    """Those of all workspaces, the oldest first."""
    columns = (merged_contacts.c.app_id, merged_contacts.c.id, merged_contacts.c.into_id)
    statement = (
        select(*columns).where(merged_contacts.c.merged_at >= since).order_by(merged_contacts.c.merged_at)
    )
    return [Merged(*row) for row in conn.execute(statement)]


def _move_what_is_new(conn: Connection, shared: _Shared, lead: Contact, user_id: ContactId) -> None:
    """Move the rows whose like the user has not; the rest says nothing new, and goes."""
    table, column = shared.table, shared.column
    theirs = table.alias()
    conditions = [table.c.app_id == lead.app_id, table.c[column] == lead.id, *_only_contacts(table)]
    has_it = exists(
        select(theirs.c.app_id).where(
            theirs.c.app_id == lead.app_id,
            theirs.c[column] == user_id,
            *(theirs.c[name] == table.c[name] for name in shared.others),
        )
    )
    conn.execute(update(table).where(*conditions, ~has_it).values({column: user_id}))
    conn.execute(delete(table).where(*conditions))


def _only_contacts(table: Table) -> Iterator[ColumnElement[bool]]:
    """A tagging's subject may be a company or a conversation as well."""
    if table is taggings:
        yield taggings.c.kind == "contact"


def _remember(conn: Connection, lead: Contact, user_id: ContactId, now: float) -> None:
    earlier = and_(merged_contacts.c.app_id == lead.app_id, merged_contacts.c.into_id == lead.id)
    conn.execute(update(merged_contacts).where(earlier).values(into_id=user_id))
    remember_heir(conn, lead.app_id, lead.id, user_id, now, anonymous_id=lead.anonymous_id)
