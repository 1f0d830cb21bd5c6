"""What a notification is about, as REST would show it at this moment.

What is no more (a deleted contact, say) is told of by its type and id.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from app.trail.webhook_store import Delivery


def item_of(conn: Connection, delivery: Delivery) -> Mapping[str, Any]:
    """The thing itself, with what could be told only when it happened."""
    return {"type": delivery.subject_type, "id": delivery.subject_id, **delivery.detail}
