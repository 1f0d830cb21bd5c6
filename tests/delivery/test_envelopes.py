"""What a receiver gets."""

import json
from dataclasses import replace

import pytest

from app.delivery.envelopes import envelope
from app.ids import AppId
from app.trail.webhook_store import Delivery

DELIVERY = Delivery(
    id=1,
    app_id=AppId("uaaaaaaa"),
    webhook_id=2,
    notification_id="notif_1",
    topic="contact.archived",
    subject_type="contact",
    subject_id="c",
    detail={},
    created_at=1_000.9,
    attempts=0,
    first_sent_at=None,
    due_at=1_000.9,
    delivered_at=None,
    status=None,
    error=None,
)


def test_notification_is_in_intercoms_shape() -> None:
    assert json.loads(envelope(DELIVERY, {"type": "contact", "id": "c"}, 1_002.5)) == {
        "type": "notification_event",
        "app_id": "uaaaaaaa",
        "id": "notif_1",
        "topic": "contact.archived",
        "data": {"type": "notification_event_data", "item": {"type": "contact", "id": "c"}},
        "links": {},
        "self": None,
        "delivery_status": "pending",
        "delivery_attempts": 1,
        "delivered_at": 0,
        "created_at": 1_000,
        "first_sent_at": 1_002,
    }


@pytest.mark.parametrize(("attempts", "status"), [(1, "retry"), (7, "retry")])
def test_later_attempt_says_so_and_when_the_first_was(attempts: int, status: str) -> None:
    again = replace(DELIVERY, attempts=attempts, first_sent_at=1_002.5)
    told = json.loads(envelope(again, {}, 1_062.5))
    assert (told["delivery_attempts"], told["delivery_status"]) == (attempts + 1, status)
    assert told["first_sent_at"] == 1_002
