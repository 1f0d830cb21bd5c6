"""A contact's tags."""

from sqlalchemy import Connection

from app.contacts.records import Contact
from app.ids import AppId
from app.tags import operations as tags
from app.tags.records import Subject, Tag, Tagging
from app.trail.operations import announce
from app.trail.records import Actor, News


def tag_contact(
    conn: Connection, app_id: AppId, contact: Contact, tag: Tag, *, actor: Actor, now: float
) -> Tagging:
    """Put a tag on a contact; nothing changes where it is there."""
    subject = Subject("contact", contact.id)
    if tags.put_on(conn, app_id, tag, subject, actor=actor, now=now):
        _announce(conn, contact, tag, "created", now)
    return tags.tagging_of(conn, app_id, tag, subject)


def untag_contact(
    conn: Connection, app_id: AppId, contact: Contact, tag: Tag, *, actor: Actor, now: float
) -> Tagging:
    """Take a tag off a contact; returns it as it was there. Raises NotFound where it was not."""
    subject = Subject("contact", contact.id)
    tagging = tags.tagging_of(conn, app_id, tag, subject)
    if tags.take_off(conn, app_id, tag, subject, actor=actor, now=now):
        _announce(conn, contact, tag, "deleted", now)
    return tagging


def _announce(conn: Connection, contact: Contact, tag: Tag, what: str, now: float) -> None:
    if contact.role != "visitor":
        topic = f"contact.{contact.role}.tag.{what}"
        announce(conn, contact.app_id, News(topic, "contact", contact.id, {"tag_id": tag.id}), now)
