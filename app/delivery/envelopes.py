"""A notification as a receiver gets it: Intercom's envelope around the thing it is about. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from app.trail.webhook_store import Delivery


def envelope(delivery: Delivery, item: Mapping[str, Any], now: float) -> bytes:
    """The body of one attempt at ``now``."""
    return msgspec.json.encode(
        {
            "type": "notification_event",
            "app_id": delivery.app_id,
            "id": delivery.notification_id,
            "topic": delivery.topic,
            "data": {"type": "notification_event_data", "item": item},
            "links": {},
            "self": None,
            "delivery_status": "pending" if delivery.attempts == 0 else "retry",
            "delivery_attempts": delivery.attempts + 1,
            "delivered_at": 0,
            "created_at": int(delivery.created_at),
            "first_sent_at": int(now if delivery.first_sent_at is None else delivery.first_sent_at),
        }
    )
