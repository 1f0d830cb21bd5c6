"""What webhooks are told of a contact that was made or changed."""

from dataclasses import replace
from typing import Any

import pytest

from app.contacts.news import says_something_new, topics_of
from app.contacts.records import Contact
from app.ids import AppId, ContactId

ADA = Contact(
    app_id=AppId("uaaaaaaa"),
    id=ContactId("0" * 24),
    role="user",
    listed=True,
    pseudonym="Pink Stereo",
    name_key="",
    created_at=1.0,
    updated_at=1.0,
    email="ada@example.com",
)


@pytest.mark.parametrize(
    ("before", "after", "topics"),
    [
        (None, "visitor", []),
        (None, "lead", ["contact.lead.created"]),
        (None, "user", ["contact.user.created"]),
        ("visitor", "visitor", []),
        ("visitor", "lead", ["contact.lead.created"]),
        ("visitor", "user", ["contact.user.created"]),
        ("lead", "user", ["contact.lead.signed_up"]),
        ("lead", "lead", ["contact.lead.updated"]),
        ("user", "user", ["contact.user.updated"]),
    ],
)
def test_who_was_what_and_is_what_tells_the_topic(before: Any, after: Any, topics: list[str]) -> None:
    assert topics_of(before and replace(ADA, role=before), replace(ADA, role=after)) == topics


def test_another_email_is_a_topic_of_its_own() -> None:
    topics = topics_of(ADA, replace(ADA, email=None))
    assert topics == ["contact.user.updated", "contact.email.updated"]


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [
        (None, True, True),
        (False, True, True),
        (True, True, False),
        (True, False, False),
        (None, False, False),
    ],
)
def test_who_wants_no_emails_any_more_is_a_topic_too(before: bool | None, after: bool, is_told: bool) -> None:
    topics = topics_of(
        replace(ADA, unsubscribed_from_emails=before), replace(ADA, unsubscribed_from_emails=after)
    )
    assert topics == ["contact.user.updated", *(["contact.unsubscribed"] if is_told else [])]


@pytest.mark.parametrize(
    ("changes", "is_new"),
    [
        ({}, False),
        ({"last_seen_at": 2.0, "updated_at": 2.0, "active_at": 2.0, "session_count": 7}, False),
        ({"page_url": "https://a.example", "browser": "Firefox", "city": "Lagos", "timezone": "UTC"}, False),
        ({"provenance": {"plan": {"source": "ping"}}}, False),
        ({"name": "Ada"}, True),
        ({"email": None}, True),
        ({"external_id": "7"}, True),
        ({"custom_attributes": {"plan": "pro"}}, True),
    ],
)
def test_mere_activity_says_nothing_new(changes: dict[str, Any], is_new: bool) -> None:
    assert says_something_new(ADA, replace(ADA, **changes)) == is_new
