"""Notes that teammates and scripts put on contacts."""

from sqlalchemy import Connection

from app.auth.admins import role_in
from app.contacts import notes_store
from app.contacts.notes_store import Note
from app.contacts.operations import hold_contact
from app.errors import NotFound
from app.ids import AdminId, AppId, NoteId, serial_id
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News


def get_note(conn: Connection, app_id: AppId, given_id: object) -> Note:
    """The note of an id as somebody gave it; raises NotFound."""
    note_id = serial_id(given_id)
    note = None if note_id is None else notes_store.find_note(conn, app_id, NoteId(note_id))
    if note is None:
        raise NotFound
    return note


def author_of(conn: Connection, app_id: AppId, given_id: object) -> AdminId | None:
    """The teammate whom a request names as a note's author, none where it names nobody; raises NotFound."""
    if given_id is None or given_id == "":
        return None
    admin_id = serial_id(given_id)
    if admin_id is None or role_in(conn, app_id, AdminId(admin_id)) is None:
        raise NotFound("Resource Not Found: admin_id names no teammate of this workspace")
    return AdminId(admin_id)


def write_note(
    conn: Connection,
    app_id: AppId,
    contact_id: str,
    body: str,
    *,
    author_id: object,
    actor: Actor,
    now: float,
) -> Note:
    """Put a note on a contact; ``body`` as ``note_bodies`` makes it. Raises UserNotFound, NotFound."""
    contact = hold_contact(conn, app_id, contact_id)
    by = author_of(conn, app_id, author_id)
    note = notes_store.insert_note(conn, app_id, contact.id, body, by=by, now=now)
    record(conn, app_id, actor, Deed("note.created", "note", str(note.id), {"contact_id": contact.id}), now)
    announce(conn, app_id, News("contact.note.created", "note", str(note.id)), now)
    return note
