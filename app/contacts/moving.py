"""What one contact bears and did, given to another: where two turn out to be one person."""

from typing import Final

from sqlalchemy import Connection, delete, insert, text

from app.companies.store import move_contact
from app.contacts.events_store import move_events
from app.ids import AppId, ContactId
from app.storage.tables import merged_contacts, webhook_deliveries
from app.tags.store import move_taggings
from app.trail.topics import PRESENCE

_MOVE_NOTES: Final = text(
    "UPDATE notes SET contact_id = :to_id WHERE app_id = :app_id AND contact_id = :from_id"
)
_TAKE_PART_AGAIN: Final = text(
    """
    UPDATE conversation_contacts SET left_at = NULL
    WHERE app_id = :app_id AND contact_id = :to_id AND conversation_id IN (
        SELECT conversation_id FROM conversation_contacts
        WHERE app_id = :app_id AND contact_id = :from_id AND left_at IS NULL
    )
    """
)
_TAKE_PART: Final = text(
    """
    INSERT INTO conversation_contacts (app_id, conversation_id, contact_id, added_at, left_at)
    SELECT app_id, conversation_id, :to_id, added_at, left_at FROM conversation_contacts
    WHERE app_id = :app_id AND contact_id = :from_id
    ON CONFLICT (app_id, conversation_id, contact_id) DO NOTHING
    """
)
_LEAVE_ALL: Final = text("DELETE FROM conversation_contacts WHERE app_id = :app_id AND contact_id = :from_id")
_MOVE_NEWS: Final = text(
    """
    UPDATE webhook_deliveries SET subject_id = :to_id
    WHERE app_id = :app_id AND subject_type = 'contact' AND subject_id = :from_id
    """
)


def move_marks(conn: Connection, app_id: AppId, from_id: ContactId, to_id: ContactId) -> None:
    """Tags, notes, companies, events and what it was brought into move over; what the other has already, it keeps.

    What webhooks are told of it is about the other, and goes when the other is destroyed (rule R61); but
    that its dot turned is no news of the other, whose dot is its own.
    """
    move_taggings(conn, app_id, "contact", from_id, to_id)
    move_contact(conn, app_id, from_id, to_id)
    move_events(conn, app_id, from_id, to_id)
    move_participations(conn, app_id, from_id, to_id)
    _forget_turns(conn, app_id, from_id)
    for statement in (_MOVE_NOTES, _MOVE_NEWS):
        conn.execute(statement, {"app_id": app_id, "from_id": from_id, "to_id": to_id})


def move_participations(conn: Connection, app_id: AppId, from_id: ContactId, to_id: ContactId) -> None:
    """Where one was brought into a conversation, the other takes part, even if it was let go there before."""
    for statement in (_TAKE_PART_AGAIN, _TAKE_PART):
        conn.execute(statement, {"app_id": app_id, "from_id": from_id, "to_id": to_id})
    conn.execute(_LEAVE_ALL, {"app_id": app_id, "from_id": from_id})


def remember_heir(
    conn: Connection,
    app_id: AppId,
    from_id: ContactId,
    to_id: ContactId,
    now: float,
    *,
    anonymous_id: str | None = None,
) -> None:
    """One is no more: its tickets are the other's, and so is its browser, where ``anonymous_id`` is given."""
    row = {"app_id": app_id, "id": from_id, "into_id": to_id, "anonymous_id": anonymous_id, "merged_at": now}
    conn.execute(insert(merged_contacts), row)


def _forget_turns(conn: Connection, app_id: AppId, contact_id: ContactId) -> None:
    of_contact = webhook_deliveries.c.subject_type == "contact", webhook_deliveries.c.subject_id == contact_id
    turns = webhook_deliveries.c.topic.in_(PRESENCE)
    conn.execute(delete(webhook_deliveries).where(webhook_deliveries.c.app_id == app_id, *of_contact, turns))
