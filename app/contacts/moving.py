"""What one contact bears and did, given to another: where two turn out to be one person."""

from typing import Final

from sqlalchemy import Connection, delete, text

from app.companies.store import move_contact
from app.contacts.events_store import move_events
from app.ids import AppId, ContactId
from app.storage.tables import webhook_deliveries
from app.tags.store import move_taggings
from app.trail.topics import PRESENCE

_MOVE_NOTES: Final = text(
    "UPDATE notes SET contact_id = :to_id WHERE app_id = :app_id AND contact_id = :from_id"
)
_MOVE_NEWS: Final = text(
    """
    UPDATE webhook_deliveries SET subject_id = :to_id
    WHERE app_id = :app_id AND subject_type = 'contact' AND subject_id = :from_id
    """
)


def move_marks(conn: Connection, app_id: AppId, from_id: ContactId, to_id: ContactId) -> None:
    """Tags, notes, companies and events move over; what the other has already, it keeps.

    What webhooks are told of it is about the other, and goes when the other is destroyed (rule R61); but
    that its dot turned is no news of the other, whose dot is its own.
    """
    move_taggings(conn, app_id, "contact", from_id, to_id)
    move_contact(conn, app_id, from_id, to_id)
    move_events(conn, app_id, from_id, to_id)
    _forget_turns(conn, app_id, from_id)
    for statement in (_MOVE_NOTES, _MOVE_NEWS):
        conn.execute(statement, {"app_id": app_id, "from_id": from_id, "to_id": to_id})


def _forget_turns(conn: Connection, app_id: AppId, contact_id: ContactId) -> None:
    of_contact = webhook_deliveries.c.subject_type == "contact", webhook_deliveries.c.subject_id == contact_id
    turns = webhook_deliveries.c.topic.in_(PRESENCE)
    conn.execute(delete(webhook_deliveries).where(webhook_deliveries.c.app_id == app_id, *of_contact, turns))
