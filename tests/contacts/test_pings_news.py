"""What webhooks are told of a ping."""

from typing import Any

import pytest

from app.contacts.agents import read_agent
from app.contacts.pings import Recorded
from app.places.cities import Place
from app.trail.records import CLI
from app.trail.webhook_operations import create_webhook
from app.trail.webhook_store import due_deliveries
from support.recording import NOW, Recorder
from support.trail import listen, told

ATLANTA = Place("Atlanta", "Georgia", "United States", "US")
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36"
)


def problems(recorded: Recorded) -> list[str]:
    return [problem.name for problem in recorded.problems]


def test_webhooks_are_told_of_whoever_is_a_user_from_now_on(recorder: Recorder) -> None:
    listen(recorder)
    joe = recorder.ping({"user_id": "42"}).contact.id
    recorder.ping({"user_id": "42", "name": "Joe"}, at=NOW + 1)
    visitor = recorder.ping({"anonymous_id": "a1"}).contact.id
    assert told(recorder) == [("contact.user.created", joe), ("contact.user.updated", joe)]
    recorder.ping({"user_id": "43", "anonymous_id": "a1"})
    lead = recorder.ping({"anonymous_id": "a2"}).contact.id
    recorder.change(lead, role="lead")
    recorder.ping({"user_id": "44", "anonymous_id": "a2"})
    assert told(recorder)[2:] == [("contact.user.created", visitor), ("contact.lead.signed_up", lead)]


def test_webhooks_are_told_of_what_a_visitor_leaves_a_user(recorder: Recorder) -> None:
    joe = recorder.ping({"user_id": "42"}).contact.id
    recorder.ping({"anonymous_id": "a1", "name": "Joe"})
    listen(recorder)
    recorder.ping({"user_id": "42", "anonymous_id": "a1"})
    assert told(recorder) == [("contact.user.updated", joe)]


def test_webhooks_are_told_of_users_that_are_new(recorder: Recorder) -> None:
    hook = create_webhook(recorder.conn, recorder.app_id, "https://h.example", ["*"], actor=CLI, now=NOW)
    recorder.ping({"anonymous_id": "a1"})
    recorder.ping({"anonymous_id": "a1", "user_id": "1"})
    recorder.ping({"user_id": "1", "name": "Ada"})
    lead = recorder.ping({"anonymous_id": "b2"}).contact
    recorder.change(lead.id, role="lead")
    recorder.ping({"anonymous_id": "b2", "user_id": "2"})
    told = [delivery.topic for delivery in due_deliveries(recorder.conn, hook.id, NOW, 10)]
    assert told == ["contact.user.created", "contact.user.updated", "contact.lead.signed_up"]


@pytest.mark.parametrize(
    ("user_data", "topics"),
    [
        ({"name": "Joe"}, ["contact.user.updated"]),
        ({"email": "joe@example.com"}, ["contact.user.updated", "contact.email.updated"]),
        ({"plan": "pro"}, ["contact.user.updated"]),
        ({}, []),
    ],
)
def test_webhooks_are_told_of_what_a_ping_says_that_is_new(
    recorder: Recorder, user_data: dict[str, Any], topics: list[str]
) -> None:
    joe = recorder.ping({"user_id": "42"}).contact.id
    listen(recorder)
    for page in ("https://shop.example/", "https://shop.example/cart"):
        recorder.ping({"user_id": "42"} | user_data, page_url=page, agent=read_agent(CHROME), place=ATLANTA)
        assert [topic for topic, _ in told(recorder)] == topics
    assert {subject for topic, subject in told(recorder) if topic.startswith("contact.")} <= {joe}


def test_webhooks_are_told_what_a_lead_says(recorder: Recorder) -> None:
    lead = recorder.ping({"anonymous_id": "a1"}).contact.id
    recorder.change(lead, role="lead")
    listen(recorder)
    recorder.ping({"anonymous_id": "a1", "name": "Ada"})
    assert told(recorder) == [("contact.lead.updated", lead)]
