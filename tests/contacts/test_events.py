"""What contacts did, as scripts tell it."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from app.contacts.event_orders import Whose, read_event
from app.contacts.events import contact_of, record_event, record_sums
from app.contacts.events_store import Event, EventSum, events_of, sums_of
from app.contacts.records import Contact
from app.errors import UserNotFound
from app.ids import ContactId, new_contact_id
from app.storage.tables import audit_log, contacts, webhook_deliveries, webhooks
from app.trail.records import Actor
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

TOKEN = Actor("token", "3")


@pytest.fixture
def ada(recorder: Recorder) -> Contact:
    return recorder.ping({"user_id": "42", "email": "Ada@example.com"}).contact


def add_lead(recorder: Recorder, email: str) -> ContactId:
    contact_id = new_contact_id(NOW)
    row = {"app_id": recorder.app_id, "id": contact_id, "role": "lead", "listed": True, "pseudonym": "Pink"}
    row |= {"email": email, "email_key": email, "name_key": "", "created_at": NOW, "updated_at": NOW}
    row |= {"custom_attributes": {}, "session_count": 0, "ios_session_count": 0, "android_session_count": 0}
    recorder.conn.execute(insert(contacts), [row])
    return contact_id


def tell(recorder: Recorder, **body: Any) -> None:
    given = read_event({"event_name": "invited", "created_at": int(NOW)} | body)
    record_event(recorder.conn, recorder.app_id, given, actor=TOKEN, now=NOW)


def told(recorder: Recorder, contact: Contact) -> list[Event]:
    return events_of(recorder.conn, recorder.app_id, contact.id, since=0, before=None, limit=9)


def test_an_event_goes_on_record_by_any_of_three_ids(recorder: Recorder, ada: Contact) -> None:
    tell(recorder, event_name="a", id=ada.id)
    tell(recorder, event_name="b", user_id="42")
    tell(recorder, event_name="c", email="ADA@example.com", metadata={"n": 1})
    assert [(event.name, event.metadata) for event in told(recorder, ada)] == [
        ("c", {"n": 1}),
        ("b", {}),
        ("a", {}),
    ]


def test_an_event_that_is_told_again_is_ignored(recorder: Recorder, ada: Contact) -> None:
    tell(recorder, user_id="42", metadata={"n": 1})
    tell(recorder, email="ada@example.com", metadata={"n": 2})
    tell(recorder, user_id="42", created_at=int(NOW) + 1)
    assert [event.metadata for event in told(recorder, ada)] == [{}, {"n": 1}]


def test_an_email_names_the_user_or_the_only_lead(recorder: Recorder, ada: Contact) -> None:
    def named(email: str) -> ContactId:
        return contact_of(recorder.conn, recorder.app_id, Whose(email=email)).id

    add_lead(recorder, "ada@example.com")
    joe = add_lead(recorder, "joe@example.com")
    assert (named("ada@example.com"), named(" JOE@example.com")) == (ada.id, joe)
    add_lead(recorder, "joe@example.com")
    with pytest.raises(UserNotFound):
        named("joe@example.com")


def test_R64_an_email_names_an_archived_user_as_its_id_does(recorder: Recorder, ada: Contact) -> None:
    recorder.change(ada.id, archived_at=NOW, listed=False)
    add_lead(recorder, "ada@example.com")
    tell(recorder, event_name="a", user_id="42")
    tell(recorder, event_name="b", email="ADA@example.com ")
    assert [event.name for event in told(recorder, ada)] == ["b", "a"]
    recorder.change(ada.id, deleted_at=NOW)
    assert contact_of(recorder.conn, recorder.app_id, Whose(email="ada@example.com")).role == "lead"


@pytest.mark.parametrize(
    "whose",
    [{"id": "0" * 24}, {"id": "x"}, {"user_id": "43"}, {"email": "eve@example.com"}, {"user_id": "a\0b"}],
)
def test_an_event_of_nobody_is_refused(recorder: Recorder, ada: Contact, whose: dict[str, str]) -> None:
    with pytest.raises(UserNotFound):
        tell(recorder, **whose)


def test_R83_another_workspaces_contact_has_no_events_here(recorder: Recorder, ada: Contact) -> None:
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    for whose in (Whose(id=ada.id), Whose(user_id="42"), Whose(email="ada@example.com")):
        with pytest.raises(UserNotFound):
            contact_of(recorder.conn, other, whose)


def test_sums_count_with_what_is_on_record(recorder: Recorder, ada: Contact) -> None:
    tell(recorder, user_id="42")
    for count in (9, 4):
        before = EventSum("invited", count, NOW - 90, NOW - 80)
        record_sums(recorder.conn, recorder.app_id, Whose(user_id="42"), [before], actor=TOKEN, now=NOW)
    expected = [EventSum("invited", 5, NOW - 90, NOW)]
    assert sums_of(recorder.conn, recorder.app_id, ada.id) == expected


def test_R82_an_event_is_on_the_log_without_values_and_told_to_webhooks(
    recorder: Recorder, ada: Contact
) -> None:
    hook = {"app_id": recorder.app_id, "url": "https://a.example", "topics": ["event.created"], "secret": "s"}
    recorder.conn.execute(insert(webhooks), [hook | {"created_at": NOW}])
    tell(recorder, user_id="42", metadata={"b": "secret", "a": 1})
    tell(recorder, user_id="42", metadata={"b": "secret", "a": 1})
    logged = select(audit_log.c.action, audit_log.c.subject_id, audit_log.c.detail)
    assert [tuple(row) for row in recorder.conn.execute(logged)] == [
        ("event.created", ada.id, {"metadata": ["a", "b"]})
    ]
    [detail] = recorder.conn.execute(select(webhook_deliveries.c.detail)).scalars()
    assert detail == {"event_name": "invited", "created_at": NOW, "metadata": {"b": "secret", "a": 1}}
