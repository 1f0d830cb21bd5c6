"""An event's JSON."""

from app.api.shapes.events import event_shape, sum_shape
from app.contacts.events_store import Event, EventSum
from app.contacts.records import Contact
from app.ids import AppId, ContactId

CONTACT = Contact(
    AppId("u1a2b3c4"),
    ContactId("63a0979a5eeebeaf28dd56ba"),
    "user",
    listed=True,
    pseudonym="Pink Stereo",
    name_key="pink stereo",
    created_at=1.0,
    updated_at=1.0,
    external_id="314159",
    email="frodo.baggins@example.com",
)


def test_an_event_tells_whose_it_is() -> None:
    event = Event(7, "invited-friend", 1671028894.9, {"invite_code": "ADDAFRIEND"})
    assert event_shape(event, CONTACT) == {
        "type": "event",
        "id": "7",
        "event_name": "invited-friend",
        "created_at": 1671028894,
        "user_id": "314159",
        "intercom_user_id": "63a0979a5eeebeaf28dd56ba",
        "email": "frodo.baggins@example.com",
        "metadata": {"invite_code": "ADDAFRIEND"},
    }


def test_a_sum_tells_first_and_last_in_utc() -> None:
    assert sum_shape(EventSum("placed-order", 2, 1389913941.0, 1389913941.5)) == {
        "name": "placed-order",
        "first": "2014-01-16T23:12:21.000+00:00",
        "last": "2014-01-16T23:12:21.500+00:00",
        "count": 2,
        "description": None,
    }
