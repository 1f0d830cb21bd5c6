"""Notes, as REST answers them."""

from typing import Any

from app.api.shapes.admins import admin_shape
from app.api.shapes.moments import unix
from app.contacts.notes_store import Note
from app.workspaces.teammates import Teammate


def note_shape(note: Note, author: Teammate | None) -> dict[str, Any]:
    """``author`` is none where a script wrote it, or a teammate who is no more."""
    return {
        "type": "note",
        "id": str(note.id),
        "created_at": unix(note.created_at),
        "contact": {"type": "contact", "id": note.contact_id},
        "author": None if author is None else admin_shape(author),
        "body": note.body,
    }
