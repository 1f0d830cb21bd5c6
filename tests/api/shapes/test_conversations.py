"""The shapes of conversations, beside what the public description shows."""

from dataclasses import replace

import pytest

from app.api.shapes.conversations import conversation_shape, customers_shape, deleted_shape, statistics_shape
from app.conversations.pictures import Participant, Person, Picture
from app.conversations.records import (
    BOT,
    Assignee,
    Author,
    Conversation,
    ConversationId,
    Facts,
    Part,
    Rating,
)
from app.ids import AppId, ContactId

JOE = ContactId("6762f1261bb69f9f2193bba7")
CONVERSATION = Conversation(
    app_id=AppId("uacme123"),
    id=ConversationId(503),
    contact_id=JOE,
    state="open",
    is_read=False,
    created_at=100.9,
    updated_at=200.9,
    body="<p>Hello <b>there</b></p>",
    author_type="user",
    author_id=JOE,
)
PICTURE = Picture(
    conversation=CONVERSATION,
    facts=Facts(created_at=100.9, first_contact_reply_at=100.9),
    rating=None,
    participants=[Participant(JOE, "70", "user")],
    teammate_ids=[],
    tags=[],
    people={
        Author("user", JOE): Person("Joe", "joe@bloggs.example"),
        BOT: Person("Operator", "operator@x.invalid"),
    },
)
PART = Part("comment", Author("admin", "9"), 150.0, "open", body="<p>Hi</p>", id=3, updated_at=160.0)


def _part(part: Part) -> dict[str, object]:
    shape = conversation_shape(replace(PICTURE, parts=[part], parts_count=1))
    [shown] = shape["conversation_parts"]["conversation_parts"]
    assert shape["conversation_parts"]["total_count"] == 1
    return dict(shown)


def test_a_conversation_is_shown_as_the_description_shows_it() -> None:
    shape = conversation_shape(PICTURE)
    assert shape["source"] == {
        "type": "conversation",
        "id": "503",
        "delivered_as": "customer_initiated",
        "subject": "",
        "body": "<p>Hello <b>there</b></p>",
        "author": {"type": "user", "id": JOE, "name": "Joe", "email": "joe@bloggs.example"},
        "attachments": [],
        "url": None,
        "redacted": False,
    }
    assert shape["contacts"] == {
        "type": "contact.list",
        "contacts": [{"type": "contact", "id": JOE, "external_id": "70"}],
    }
    assert shape["first_contact_reply"] == {"created_at": 100, "type": "conversation", "url": None}
    assert (shape["id"], shape["created_at"], shape["updated_at"]) == ("503", 100, 200)
    assert (shape["teammates"], shape["conversation_rating"], shape["company"]) == (None, None, None)
    assert "conversation_parts" not in shape


@pytest.mark.parametrize(("state", "is_open"), [("open", True), ("snoozed", True), ("closed", False)])
def test_what_is_not_closed_is_open(state: str, is_open: bool) -> None:
    conversation = replace(CONVERSATION, state=state)  # type: ignore[arg-type]
    assert conversation_shape(replace(PICTURE, conversation=conversation))["open"] is is_open


def test_a_part_of_somebody_who_is_gone_names_nobody() -> None:
    part = _part(PART)
    assert part["author"] == {"type": "admin", "id": "9", "name": None, "email": None}
    assert (part["id"], part["created_at"], part["updated_at"], part["notified_at"]) == ("3", 150, 160, 150)
    assert (part["metadata"], part["event_details"], part["state"]) == ({}, None, "open")


@pytest.mark.parametrize(
    ("to", "shown"),
    [
        (None, None),
        (Assignee("admin", 7), {"type": "admin", "id": "7"}),
        (Assignee("team", 8), {"type": "team", "id": "8"}),
        (Assignee("admin", None), {"type": "nobody_admin", "id": None}),
    ],
)
def test_to_whom_it_was_assigned(to: Assignee | None, shown: object) -> None:
    assert _part(replace(PART, assigned_to=to))["assigned_to"] == shown


def test_details_are_an_event_or_offered_replies() -> None:
    changed = {"attribute": {"name": "issue"}, "value": {"name": "Billing"}}
    offered = {"quick_reply_options": [{"text": "Yes", "uuid": "u"}]}
    assert (_part(replace(PART, details=changed))["event_details"]) == changed
    part = _part(replace(PART, details=offered))
    assert (part["metadata"], part["event_details"]) == (offered, None)


@pytest.mark.parametrize(
    ("url", "name", "content_type"),
    [
        ("https://x.example/a%20b.png?x=1", "a b.png", "image/png"),
        ("https://x.example/", "", "application/octet-stream"),
        ("https://x.example/file.unheard-of", "file.unheard-of", "application/octet-stream"),
    ],
)
def test_an_attachment_is_known_by_its_url(url: str, name: str, content_type: str) -> None:
    [shown] = conversation_shape(replace(PICTURE, conversation=replace(CONVERSATION, attachments=(url,))))[
        "source"
    ]["attachments"]
    assert shown == {"type": "upload", "name": name, "url": url, "content_type": content_type}


def test_bodies_may_be_asked_for_as_text() -> None:
    shape = conversation_shape(replace(PICTURE, parts=[PART, replace(PART, body=None)]), as_text=True)
    assert shape["source"]["body"] == "Hello there"
    assert [part["body"] for part in shape["conversation_parts"]["conversation_parts"]] == ["Hi", None]


def test_R63_a_rating_of_somebody_who_is_gone_names_nobody() -> None:
    shape = conversation_shape(replace(PICTURE, rating=Rating(5, "Good", 300.0, None, None)))
    assert shape["conversation_rating"] == {
        "rating": 5,
        "remark": "Good",
        "created_at": 300,
        "updated_at": 300,
        "contact": None,
        "teammate": None,
    }


def test_customers_are_shown_twice_for_the_description_says_both() -> None:
    shape = customers_shape(PICTURE)
    assert shape["customers"] == [{"type": "user", "id": JOE}]
    assert shape["type"] == "conversation"


def test_what_is_deleted_is_an_id_and_no_more() -> None:
    assert deleted_shape(512) == {"id": "512", "object": "conversation", "deleted": True}


def test_the_last_closer_is_known_by_a_text() -> None:
    assert statistics_shape(Facts(1.0, last_closed_by_id=7))["last_closed_by_id"] == "7"
    assert statistics_shape(Facts(1.0))["last_closed_by_id"] is None
