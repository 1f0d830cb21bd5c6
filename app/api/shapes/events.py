"""Events and their sums, as REST answers them."""

from datetime import UTC, datetime
from typing import Any

from app.api.shapes.moments import unix
from app.contacts.events_store import Event, EventSum
from app.contacts.records import Contact


def event_shape(event: Event, contact: Contact) -> dict[str, Any]:
    return {
        "type": "event",
        "id": str(event.id),
        "event_name": event.name,
        "created_at": unix(event.created_at),
        **whose_shape(contact),
        "metadata": event.metadata,
    }


def sum_shape(told: EventSum) -> dict[str, Any]:
    return {
        "name": told.name,
        "first": _iso(told.first_at),
        "last": _iso(told.last_at),
        "count": told.count,
        "description": None,
    }


def whose_shape(contact: Contact) -> dict[str, Any]:
    """Whose events these are."""
    return {"intercom_user_id": contact.id, "user_id": contact.external_id, "email": contact.email}


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
