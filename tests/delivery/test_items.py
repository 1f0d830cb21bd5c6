"""What a notification is about."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from app.clock import Clock
from app.contacts.notes_store import insert_note
from app.conversations.operations import begin_conversation
from app.conversations.orders import read_opening
from app.delivery.items import renderer
from app.presence.hub import Hub
from app.presence.last_seen import Ledger
from app.presence.lease_file import LeaseFile
from app.presence.tracker import Tracker
from app.storage.tables import companies, tags
from app.trail.operations import announce
from app.trail.records import CLI, News, SubjectType
from app.trail.webhook_operations import create_webhook
from app.trail.webhook_store import due_deliveries
from app.workspaces.administration import add_teammate
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder


@pytest.fixture
def tracker() -> Tracker:
    return Tracker(offline_seconds=120.0, publish=Hub().publish, ledger=Ledger(), leases=LeaseFile(None))


def item_of(
    recorder: Recorder, tracker: Tracker, kind: SubjectType, subject_id: str, **detail: Any
) -> dict[str, Any]:
    hook = create_webhook(recorder.conn, recorder.app_id, "https://h.example", ["*"], actor=CLI, now=NOW)
    topic = detail.pop("topic", "contact.archived")
    announce(recorder.conn, recorder.app_id, News(topic, kind, subject_id, detail), NOW)
    [delivery] = due_deliveries(recorder.conn, hook.id, NOW, 1)
    return dict(renderer(tracker, Clock(at=NOW))(recorder.conn, delivery))


def test_contact_is_told_as_rest_shows_it(recorder: Recorder, tracker: Tracker) -> None:
    ada = recorder.ping({"user_id": "7", "name": "Ada Lovelace"}).contact
    tracker.ping(recorder.app_id, ada.id, NOW)
    item = item_of(recorder, tracker, "contact", ada.id)
    assert (item["type"], item["external_id"], item["first_name"]) == ("contact", "7", "Ada")
    assert item["presence"] == {"online": True, "since": int(NOW), "last_seen_at": int(NOW)}


def test_way_a_dot_turned_is_told_as_it_was_then(recorder: Recorder, tracker: Tracker) -> None:
    ada = recorder.ping({"user_id": "7"}).contact
    tracker.ping(recorder.app_id, ada.id, NOW)
    then = {"online": False, "since": None, "last_seen_at": 5}
    assert item_of(recorder, tracker, "contact", ada.id, presence=then)["presence"] == then


def test_conversation_is_told_without_its_parts(recorder: Recorder, tracker: Tracker) -> None:
    ada = recorder.ping({"user_id": "7"}).contact
    opening = read_opening({"from": {"type": "user", "id": ada.id}, "body": "Hello"})
    begun = begin_conversation(recorder.conn, recorder.app_id, opening, actor=CLI, now=NOW)
    item = item_of(recorder, tracker, "conversation", str(begun.id))
    assert (item["type"], item["id"], item["state"]) == ("conversation", str(begun.id), "open")


def test_teammate_is_told_as_rest_shows_them(recorder: Recorder, tracker: Tracker) -> None:
    ada = add_teammate(recorder.conn, recorder.app_id, "ada@example.com", None, actor=CLI, now=NOW)
    assert item_of(recorder, tracker, "admin", str(ada))["email"] == "ada@example.com"


def test_note_is_told_as_rest_shows_it(recorder: Recorder, tracker: Tracker) -> None:
    ada = recorder.ping({"user_id": "7"}).contact
    note = insert_note(recorder.conn, recorder.app_id, ada.id, "<p>Hi</p>", by=None, now=NOW)
    item = item_of(recorder, tracker, "note", str(note.id), topic="contact.note.created")
    assert (item["type"], item["body"], item["contact"]["id"]) == ("note", "<p>Hi</p>", ada.id)


@pytest.mark.parametrize("kind", ["contact", "conversation", "admin", "note", "job"])
def test_what_is_no_more_is_told_of_by_type_and_id(
    recorder: Recorder, tracker: Tracker, kind: SubjectType
) -> None:
    item = item_of(recorder, tracker, kind, "c" * 24, deleted=True)
    assert item == {"type": kind, "id": "c" * 24, "deleted": True}


def test_R83_contact_of_another_workspace_is_nobody(recorder: Recorder, tracker: Tracker) -> None:
    ada = recorder.ping({"user_id": "7", "name": "Ada"}).contact
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    hook = create_webhook(recorder.conn, other, "https://h.example", ["*"], actor=CLI, now=NOW)
    announce(recorder.conn, other, News("contact.archived", "contact", ada.id), NOW)
    [delivery] = due_deliveries(recorder.conn, hook.id, NOW, 1)
    assert renderer(tracker, Clock(at=NOW))(recorder.conn, delivery) == {"type": "contact", "id": ada.id}


def test_event_is_told_with_whose_it_is(recorder: Recorder, tracker: Tracker) -> None:
    ada = recorder.ping({"user_id": "7", "email": "ada@example.com"}).contact
    told = {"event_name": "ordered", "created_at": 5, "metadata": {"price": 7}}
    item = item_of(recorder, tracker, "contact", ada.id, topic="event.created", **told)
    whose = {"intercom_user_id": ada.id, "user_id": "7", "email": "ada@example.com"}
    assert item == {"type": "event", **whose, **told}


def test_tag_is_told_with_whom_it_was_put_on(recorder: Recorder, tracker: Tracker) -> None:
    ada = recorder.ping({"user_id": "7"}).contact
    row = {"app_id": recorder.app_id, "name": "VIP", "name_key": "vip", "created_at": NOW}
    tag_id = recorder.conn.execute(insert(tags).returning(tags.c.id), row).scalar_one()
    item = item_of(recorder, tracker, "contact", ada.id, topic="contact.user.tag.created", tag_id=tag_id)
    assert (item["type"], item["contact"]["id"], item["tag"]["name"]) == ("contact_tag", ada.id, "VIP")


def test_company_is_told_as_rest_shows_it(recorder: Recorder, tracker: Tracker) -> None:
    recorder.ping({"user_id": "7", "company": {"company_id": "acme", "name": "Acme"}})
    [company_id] = recorder.conn.execute(select(companies.c.id)).scalars()
    item = item_of(recorder, tracker, "company", company_id, topic="company.created")
    assert (item["type"], item["name"], item["user_count"]) == ("company", "Acme", 1)
