"""Visitors as scripts see them."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from app.contacts.event_orders import Whose
from app.contacts.events_store import insert_event, sums_of
from app.contacts.grace import GRACE_SECONDS
from app.contacts.records import Contact
from app.contacts.visitor_orders import read_change, read_conversion
from app.contacts.visitors import Converted, change_visitor, convert, get_visitor
from app.errors import Conflict, ParameterInvalid, ParameterNotFound, UserNotFound, VisitorNotFound
from app.storage.tables import webhook_deliveries, webhooks
from app.tags.records import Subject
from app.tags.store import insert_tag, put_on, taggings_of
from app.trail.records import Actor
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

TOKEN = Actor("token", "3")


@pytest.fixture
def visitor(recorder: Recorder) -> Contact:
    return recorder.ping({"anonymous_id": "a1"}, at=NOW - 60).contact


def ask(recorder: Recorder, user: dict[str, Any], type_: str = "user", at: float = NOW) -> Converted:
    order = read_conversion({"visitor": {"user_id": "a1"}, "user": user, "type": type_})
    return convert(recorder.conn, recorder.app_id, order, actor=TOKEN, now=at)


@pytest.mark.parametrize("by", ["user_id", "id"])
def test_a_visitor_is_found_by_its_browser_or_its_id(recorder: Recorder, visitor: Contact, by: str) -> None:
    whose = Whose(user_id="a1") if by == "user_id" else Whose(id=visitor.id)
    assert get_visitor(recorder.conn, recorder.app_id, whose) == visitor


@pytest.mark.parametrize(
    "whose",
    [
        Whose(user_id="a2"),
        Whose(id="0" * 24),
        Whose(id="x"),
        Whose(email="a@b.example"),
        Whose(user_id="a\0"),
    ],
)
def test_who_is_no_visitor_is_not_found(recorder: Recorder, visitor: Contact, whose: Whose) -> None:
    with pytest.raises(VisitorNotFound):
        get_visitor(recorder.conn, recorder.app_id, whose)


@pytest.mark.parametrize("values", [{"role": "user"}, {"role": "lead"}, {"deleted_at": NOW, "listed": False}])
def test_a_browser_of_somebody_known_or_deleted_is_no_visitor(
    recorder: Recorder, visitor: Contact, values: dict[str, Any]
) -> None:
    recorder.change(visitor.id, **values)
    for whose in (Whose(user_id="a1"), Whose(id=visitor.id)):
        with pytest.raises(VisitorNotFound):
            get_visitor(recorder.conn, recorder.app_id, whose)


def test_R83_another_workspaces_visitor_is_not_found(recorder: Recorder, visitor: Contact) -> None:
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    for whose in (Whose(user_id="a1"), Whose(id=visitor.id)):
        with pytest.raises(VisitorNotFound):
            get_visitor(recorder.conn, other, whose)


def test_a_visitor_is_given_a_name(recorder: Recorder, visitor: Contact) -> None:
    whose, draft = read_change({"user_id": "a1", "name": "Gareth Bale"})
    changed = change_visitor(recorder.conn, recorder.app_id, whose, draft, actor=TOKEN, now=NOW)
    assert (changed.id, changed.role, changed.first_name) == (visitor.id, "visitor", "Gareth")


@pytest.mark.parametrize(
    ("user", "type_"),
    [
        ({"email": "foo@bar.com"}, "user"),
        ({"user_id": "42"}, "user"),
        ({"email": "foo@bar.com"}, "lead"),
        ({}, "lead"),
    ],
)
def test_a_visitor_becomes_whom_nobody_knew(
    recorder: Recorder, visitor: Contact, user: dict[str, Any], type_: str
) -> None:
    converted = ask(recorder, user, type_)
    contact = converted.contact
    assert (converted.absorbed, contact.id, contact.role) == (None, visitor.id, type_)
    assert (contact.email, contact.external_id) == (user.get("email"), user.get("user_id"))
    assert (contact.session_count, contact.anonymous_id) == (1, "a1")


def test_a_visitor_goes_up_in_the_user_that_is_there(recorder: Recorder, visitor: Contact) -> None:
    user = recorder.ping({"user_id": "42"}, at=NOW - 7_200).contact
    insert_event(recorder.conn, recorder.app_id, visitor.id, name="saw", created_at=NOW, metadata={})
    tag = insert_tag(recorder.conn, recorder.app_id, "VIP", NOW)
    subject = Subject("contact", visitor.id)
    put_on(recorder.conn, recorder.app_id, tag.id, subject, by=None, now=NOW)
    converted = ask(recorder, {"user_id": "42"})
    contact = converted.contact
    assert (converted.absorbed, contact.id, contact.anonymous_id) == (visitor.id, user.id, "a1")
    assert (contact.first_seen_at, contact.last_seen_at, contact.session_count) == (NOW - 7_200, NOW - 60, 1)
    assert [row["id"] for row in recorder.rows()] == [user.id]
    assert sums_of(recorder.conn, recorder.app_id, user.id)[0].count == 1
    assert len(taggings_of(recorder.conn, recorder.app_id, "contact", [user.id])[user.id]) == 1


def test_a_visitor_leaves_the_user_what_only_it_said(recorder: Recorder) -> None:
    user = recorder.ping({"user_id": "42", "phone": "1"}).contact
    recorder.ping({"anonymous_id": "a1", "name": "Ada Lovelace", "phone": "2", "plan": "pro"})
    after = ask(recorder, {"user_id": "42"}).contact
    assert (after.phone, after.first_name, after.custom_attributes) == ("1", "Ada", {"plan": "pro"})
    assert recorder.row(user.id)["custom_attributes"] == {"plan": "pro"}
    assert {"ada", "lovelace"} <= recorder.words(user.id)


def test_R10_the_users_next_ping_begins_its_own_session(recorder: Recorder, visitor: Contact) -> None:
    recorder.ping({"user_id": "42"}, at=NOW - 7_200)
    ask(recorder, {"user_id": "42"})
    assert recorder.ping({"user_id": "42"}, at=NOW + 1).contact.session_count == 2


def test_the_browser_of_a_visitor_that_went_up_leads_to_the_user(
    recorder: Recorder, visitor: Contact
) -> None:
    user = recorder.ping({"user_id": "42"}, at=NOW - 7_200).contact
    ask(recorder, {"user_id": "42"})
    assert recorder.ping({"anonymous_id": "a1"}, at=NOW + 1).contact.id == user.id


@pytest.mark.parametrize("key", ["id", "email", "user_id"])
def test_the_user_is_found_by_any_of_its_ids(recorder: Recorder, visitor: Contact, key: str) -> None:
    user = recorder.ping({"user_id": "42", "email": "joe@example.com"}).contact
    ids = {"id": user.id, "email": "JOE@example.com", "user_id": "42"}
    assert ask(recorder, {key: ids[key]}).contact.id == user.id


def test_an_email_that_is_another_users_is_a_conflict(recorder: Recorder, visitor: Contact) -> None:
    user = recorder.ping({"user_id": "42", "email": "joe@example.com"}).contact
    with pytest.raises(Conflict, match=user.id):
        ask(recorder, {"user_id": "43", "email": "joe@example.com"})


def test_R62_a_deleted_users_ids_are_a_conflict(recorder: Recorder, visitor: Contact) -> None:
    user = recorder.ping({"user_id": "42"}).contact
    recorder.change(user.id, deleted_at=NOW, listed=False)
    with pytest.raises(Conflict, match=user.id):
        ask(recorder, {"user_id": "42"})
    with pytest.raises(UserNotFound):
        ask(recorder, {"id": user.id})


@pytest.mark.parametrize("ids", [{"user_id": "42"}, {"email": "joe@example.com"}])
def test_R62_after_the_seven_days_they_are_free(
    recorder: Recorder, visitor: Contact, ids: dict[str, Any]
) -> None:
    user = recorder.ping({"user_id": "42", "email": "joe@example.com"}).contact
    recorder.change(user.id, deleted_at=NOW - GRACE_SECONDS, listed=False)
    assert ask(recorder, ids).contact.id == visitor.id
    assert [row["id"] for row in recorder.rows()] == [visitor.id]


def test_a_user_needs_an_id_and_a_lead_none(recorder: Recorder, visitor: Contact) -> None:
    with pytest.raises(ParameterNotFound):
        ask(recorder, {})
    assert ask(recorder, {}, "lead").contact.role == "lead"


def test_a_visitor_goes_up_in_a_lead_that_is_named_by_id(recorder: Recorder, visitor: Contact) -> None:
    lead = recorder.ping({"anonymous_id": "a2"}).contact
    recorder.change(lead.id, role="lead")
    with pytest.raises(ParameterInvalid, match="lead"):
        ask(recorder, {"id": lead.id}, "user")
    converted = ask(recorder, {"id": lead.id}, "lead")
    assert (converted.contact.id, converted.absorbed) == (lead.id, visitor.id)


@pytest.mark.parametrize("strict", [False, True])
def test_a_lead_that_a_visitor_goes_up_in_keeps_its_own_browser(
    recorder: Recorder, visitor: Contact, strict: bool
) -> None:
    if strict:
        recorder.verify_identities()
    lead = recorder.ping({"anonymous_id": "a2"}).contact
    recorder.change(lead.id, role="lead")
    ask(recorder, {"id": lead.id}, "lead")
    assert [recorder.ping({"anonymous_id": browser}).contact.id for browser in ("a1", "a2", "a1")] == [
        lead.id
    ] * 3


@pytest.mark.parametrize("is_known", [False, True])
def test_R73_a_lead_signs_in_from_either_of_its_browsers(
    recorder: Recorder, visitor: Contact, is_known: bool
) -> None:
    lead = recorder.ping({"anonymous_id": "a2"}).contact
    recorder.change(lead.id, role="lead", phone="1")
    ask(recorder, {"id": lead.id}, "lead")
    user = recorder.ping({"user_id": "42"}).contact if is_known else lead
    signed_in = recorder.ping({"user_id": "42", "anonymous_id": "a1"}).contact
    assert (signed_in.id, signed_in.role, signed_in.phone) == (user.id, "user", "1")
    assert [row["id"] for row in recorder.rows()] == [user.id]
    assert recorder.ping({"anonymous_id": "a1"}).contact.id == user.id


def test_nobody_is_no_visitor_to_convert(recorder: Recorder) -> None:
    with pytest.raises(VisitorNotFound):
        ask(recorder, {"email": "foo@bar.com"})


@pytest.mark.parametrize(
    ("is_known", "type_", "topics"),
    [
        (False, "user", ["contact.user.created", "visitor.signed_up"]),
        (True, "user", ["contact.user.updated", "visitor.signed_up"]),
        (False, "lead", ["contact.lead.created"]),
    ],
)
def test_webhooks_are_told_what_a_visitor_became(
    recorder: Recorder, visitor: Contact, is_known: bool, type_: str, topics: list[str]
) -> None:
    if is_known:
        recorder.ping({"user_id": "42"})
    hook = {"app_id": recorder.app_id, "url": "https://a.example", "topics": ["*"], "secret": "s"}
    recorder.conn.execute(insert(webhooks), [hook | {"created_at": NOW}])
    ask(recorder, {"user_id": "42"}, type_)
    told = select(webhook_deliveries.c.topic).order_by(webhook_deliveries.c.id)
    assert list(recorder.conn.execute(told).scalars()) == topics
