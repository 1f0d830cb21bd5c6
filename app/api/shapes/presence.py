"""A contact's presence, as REST answers it."""

from typing import Any

from app.api.shapes.moments import unix
from app.ids import AppId, ContactId
from app.presence.tracker import Tracker


def presence_shape(
    tracker: Tracker, app_id: AppId, contact_id: ContactId, last_seen_at: float | None
) -> dict[str, Any]:
    """What is known in memory is newer than ``last_seen_at``, the database's."""
    known = tracker.presence(app_id, contact_id)
    if known is None:
        return {"online": False, "since": None, "last_seen_at": unix(last_seen_at)}
    return {"online": known.online, "since": unix(known.since), "last_seen_at": unix(known.last_seen_at)}
