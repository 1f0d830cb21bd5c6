"""SQL of notes on contacts."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, func, insert, select

from app.ids import AdminId, AppId, ContactId, NoteId
from app.storage.tables import contacts, notes


@dataclass(frozen=True, slots=True)
class Note:
    """One row of ``notes``; ``body`` is safe HTML, ``admin_id`` the teammate who wrote it, if one did."""

    app_id: AppId
    id: NoteId
    contact_id: ContactId
    admin_id: AdminId | None
    body: str
    created_at: float


_NOTES: Final[Select[Any]] = select(
    notes.c.app_id, notes.c.id, notes.c.contact_id, notes.c.admin_id, notes.c.body, notes.c.created_at
).where(notes.c.app_id == bindparam("app_id"), notes.c.contact_id.is_not(None))
_OF_CONTACT: Final = (
    _NOTES.where(notes.c.contact_id == bindparam("contact_id"))
    .order_by(notes.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
# Whose contact has been deleted is gone with it.
_BY_ID: Final = _NOTES.join(
    contacts, (contacts.c.app_id == notes.c.app_id) & (contacts.c.id == notes.c.contact_id)
).where(notes.c.id == bindparam("note_id"), contacts.c.deleted_at.is_(None))
_COUNT: Final = (
    select(func.count())
    .select_from(notes)
    .where(notes.c.app_id == bindparam("app_id"), notes.c.contact_id == bindparam("contact_id"))
)
_INSERT: Final = insert(notes).returning(notes.c.id)


def find_note(conn: Connection, app_id: AppId, note_id: NoteId) -> Note | None:
    """A note on a contact that has not been deleted."""
    row = conn.execute(_BY_ID, {"app_id": app_id, "note_id": note_id}).one_or_none()
    return Note(*row) if row else None


def notes_of(
    conn: Connection, app_id: AppId, contact_id: ContactId, *, limit: int, offset: int
) -> list[Note]:
    """The notes on a contact, the newest first."""
    given = {"app_id": app_id, "contact_id": contact_id, "limit": limit, "offset": offset}
    return [Note(*row) for row in conn.execute(_OF_CONTACT, given)]


def count_notes_of(conn: Connection, app_id: AppId, contact_id: ContactId) -> int:
    return int(conn.execute(_COUNT, {"app_id": app_id, "contact_id": contact_id}).scalar_one())


def insert_note(
    conn: Connection,
    app_id: AppId,
    contact_id: ContactId,
    body: str,
    *,
    by: AdminId | None,
    now: float,
) -> Note:
    row = {"app_id": app_id, "contact_id": contact_id, "admin_id": by, "body": body, "created_at": now}
    note_id = NoteId(conn.execute(_INSERT, row).scalar_one())
    return Note(app_id, note_id, contact_id, by, body, now)
