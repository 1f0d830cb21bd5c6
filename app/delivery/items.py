"""What a notification is about, as REST would show it at this moment.

What is no more (a deleted contact, say) is told of by its type and id.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from app.api.companies import shape_in
from app.api.contacts import with_marks
from app.api.notes import note_shapes
from app.api.shapes.admins import admin_shape
from app.api.shapes.contacts import contact_shape
from app.api.shapes.conversations import conversation_shape
from app.api.shapes.events import whose_shape
from app.api.shapes.presence import presence_shape
from app.api.shapes.tags import tag_shape
from app.clock import Clock
from app.companies.changes import get_company
from app.contacts.notes import get_note
from app.contacts.operations import get_contact
from app.conversations.pictures import picture_of
from app.conversations.saving import get_conversation
from app.delivery.courier import Render
from app.errors import NotFound
from app.presence.tracker import Tracker
from app.tags.operations import get_tag
from app.trail.topics import TAGGINGS
from app.trail.webhook_store import Delivery
from app.workspaces.teammates import get_teammate

Item = Mapping[str, Any]


def renderer(tracker: Tracker, clock: Clock) -> Render:
    """What the courier asks for the item of a delivery."""

    def contact(conn: Connection, told: Delivery) -> Item:
        found, marks = with_marks(conn, get_contact(conn, told.app_id, told.subject_id))
        return contact_shape(found, presence_shape(tracker, told.app_id, found.id, found.last_seen_at), marks)

    def conversation(conn: Connection, told: Delivery) -> Item:
        found = get_conversation(conn, told.app_id, told.subject_id)
        return conversation_shape(picture_of(conn, found, clock.now()))

    def admin(conn: Connection, told: Delivery) -> Item:
        return admin_shape(get_teammate(conn, told.app_id, told.subject_id))

    def tagged(conn: Connection, told: Delivery) -> Item:
        tag = tag_shape(get_tag(conn, told.app_id, told.detail.get("tag_id")))
        return {"type": "contact_tag", "contact": contact(conn, told), "tag": tag}

    shapes: dict[str, Callable[[Connection, Delivery], Item]] = {
        "company": _company,
        "contact": contact,
        "visitor": contact,
        "conversation": conversation,
        "admin": admin,
        "note": _note,
    }

    def render(conn: Connection, told: Delivery) -> Item:
        shape = shapes.get(told.subject_type, _reference)
        if told.topic == "event.created":
            shape = _event
        elif told.topic in TAGGINGS:
            shape = tagged
        try:
            item = shape(conn, told)
        except NotFound:
            item = _reference(conn, told)
        # What could be told only when it happened, such as which way the dot turned.
        return {**item, **told.detail}

    return render


def _company(conn: Connection, told: Delivery) -> Item:
    return shape_in(conn, get_company(conn, told.app_id, told.subject_id))


def _note(conn: Connection, told: Delivery) -> Item:
    return note_shapes(conn, told.app_id, [get_note(conn, told.app_id, told.subject_id)])[0]


def _event(conn: Connection, told: Delivery) -> Item:
    """An event is told by what was said of it; whose it is, is asked."""
    return {"type": "event", **whose_shape(get_contact(conn, told.app_id, told.subject_id))}


def _reference(_: Connection, told: Delivery) -> Item:
    return {"type": told.subject_type, "id": told.subject_id}
