"""A lead goes up in a user, and a visitor in whoever it turned out to be. Rule R73."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.attributes.records import AttributeId, DataAttribute
from app.contacts import store
from app.contacts.deletion import delete_contact
from app.contacts.grace import GRACE_SECONDS
from app.contacts.merged_rows import heir_of_browser, merged_since
from app.contacts.merging import merge_contacts, taught, united
from app.contacts.pings import PingContext
from app.contacts.records import Contact
from app.contacts.shown import name_key, shown_values, words_of
from app.errors import ParameterInvalid, UserNotFound
from app.ids import AppId, ContactId, new_contact_id
from app.storage.database import open_database
from app.storage.migrations import migrate
from app.storage.tables import audit_log
from app.trail.records import Actor
from app.workspaces.operations import create_workspace, get_workspace
from support.recording import NOW, Recorder

BOT = Actor("token", "7")
MINUTE, DAY = 60.0, 86_400.0


def nobody_is_active(_: AppId, __: ContactId) -> float | None:
    return None


def contact(role: str, **values: Any) -> Contact:
    fields = {
        "listed": True,
        "pseudonym": "Pink Stereo",
        "name_key": "",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Contact(AppId("uaaaaaaa"), new_contact_id(NOW), role, **(fields | values))  # type: ignore[arg-type]


def pair(user: dict[str, Any], lead: dict[str, Any]) -> Contact:
    """What comes of a user and a lead with these values."""
    return united(contact("user", **user), contact("lead", **lead), NOW)


def add(recorder: Recorder, role: str, **values: Any) -> Contact:
    made = replace(contact(role, **values), app_id=recorder.app_id)
    shown = shown_values(made)
    made = replace(made, name_key=name_key(shown), words=words_of(shown))
    made = replace(made, email_key=made.email.lower() if made.email else None)
    store.insert_contact(recorder.conn, made)
    return made


def merge(recorder: Recorder, lead: str, user: str, **more: Any) -> Contact:
    given: dict[str, Any] = {"actor": BOT, "now": NOW, "active_at": nobody_is_active} | more
    return merge_contacts(recorder.conn, recorder.app_id, lead, user, **given)


# What comes of two


@pytest.mark.parametrize(
    ("user", "lead", "merged"),
    [
        ({"phone": "1"}, {"phone": "2"}, {"phone": "1"}),
        ({}, {"phone": "2"}, {"phone": "2"}),
        ({"phone": "1"}, {}, {"phone": "1"}),
        ({"name": "Ada"}, {"name": "Bob", "last_name": "Dole"}, {"name": "Ada", "last_name": None}),
        ({}, {"name": "Bob Dole", "first_name": "Bob"}, {"name": "Bob Dole", "first_name": "Bob"}),
        ({"city": "Rome"}, {"city": "Oslo", "country": "Norway"}, {"city": "Rome", "country": None}),
        (
            {"unsubscribed_from_emails": False},
            {"unsubscribed_from_emails": True},
            {"unsubscribed_from_emails": False},
        ),
        ({"external_id": "7"}, {"external_id": "8"}, {"external_id": "7"}),
        ({"email": "a@x.org"}, {"email": "b@x.org"}, {"email": "a@x.org"}),
        ({}, {"email": "B@x.org", "email_key": "b@x.org"}, {"email": "B@x.org", "email_key": "b@x.org"}),
        ({"anonymous_id": "a"}, {"anonymous_id": "b"}, {"anonymous_id": "a"}),
        ({}, {"anonymous_id": "b"}, {"anonymous_id": "b"}),
        ({"first_seen_at": 5.0}, {"first_seen_at": 3.0}, {"first_seen_at": 3.0}),
        ({"first_seen_at": 3.0}, {"first_seen_at": 5.0}, {"first_seen_at": 3.0}),
        ({}, {"first_seen_at": 5.0}, {"first_seen_at": 5.0}),
        ({"last_seen_at": 5.0}, {"last_seen_at": 9.0}, {"last_seen_at": 9.0}),
        ({"last_seen_at": 9.0}, {"last_seen_at": 5.0}, {"last_seen_at": 9.0}),
        ({"ios_session_count": 2}, {"ios_session_count": 3}, {"ios_session_count": 5}),
    ],
)
def test_R73_users_values_win_and_the_leads_fill_the_gaps(
    user: dict[str, Any], lead: dict[str, Any], merged: dict[str, Any]
) -> None:
    after = pair(user, lead)
    assert {name: getattr(after, name) for name in merged} == merged


def session(count: int, began_ago: float, active_ago: float) -> dict[str, Any]:
    return {
        "session_count": count,
        "session_started_at": NOW - began_ago,
        "active_at": NOW - active_ago,
    }


@pytest.mark.parametrize(
    ("user", "lead", "count", "began_ago"),
    [
        (session(5, 10 * MINUTE, 0), session(3, 20 * MINUTE, 0), 7, 20 * MINUTE),
        (session(5, 10 * MINUTE, 30 * MINUTE), session(3, 20 * MINUTE, 0), 7, 20 * MINUTE),
        (session(5, 40 * MINUTE, 30 * MINUTE + 1), session(3, 20 * MINUTE, 0), 8, 20 * MINUTE),
        (session(5, 5 * MINUTE, 0), session(3, DAY, 31 * MINUTE), 8, 5 * MINUTE),
        (session(5, DAY + 1, 0), session(3, 5 * MINUTE, 0), 8, 5 * MINUTE),
        (session(5, 3 * DAY, DAY), session(3, 2 * DAY, DAY), 8, 2 * DAY),
        ({"session_count": 0}, session(3, 5 * MINUTE, 0), 3, 5 * MINUTE),
    ],
)
def test_R73_sessions_add_up_less_one_when_both_are_running(
    user: dict[str, Any], lead: dict[str, Any], count: int, began_ago: float
) -> None:
    after = pair(user, lead)
    assert after.session_count == count
    assert after.session_started_at == NOW - began_ago


def origin(source: str) -> dict[str, Any]:
    return {"source": source, "by": "admin:1", "at": 1.0}


@pytest.mark.parametrize(
    ("user", "user_origin", "lead", "lead_origin", "value", "source"),
    [
        (50, "ping", 200, "manual", 50, "ping"),
        (None, None, 200, "manual", 200, "manual"),
        (None, None, 200, "ping", 200, "ping"),
        (None, "manual", 200, "ping", None, "manual"),
        (None, None, None, "manual", None, "manual"),
        (50, "ping", None, "manual", 50, "ping"),
        (50, "manual", 200, "manual", 50, "manual"),
    ],
)
def test_R73_manual_locks_travel_with_their_value(
    user: int | None,
    user_origin: str | None,
    lead: int | None,
    lead_origin: str,
    value: int | None,
    source: str,
) -> None:
    def known(number: int | None, source: str | None) -> dict[str, Any]:
        values = {} if number is None else {"size": number}
        return {"custom_attributes": values, "provenance": {"size": origin(source)} if source else None}

    after = pair(known(user, user_origin), known(lead, lead_origin))
    assert after.custom_attributes.get("size") == value
    assert after.provenance is not None
    assert after.provenance["size"]["source"] == source


# The deed


def test_R73_lead_is_no_more_and_the_user_has_what_it_had(recorder: Recorder) -> None:
    user = add(recorder, "user", external_id="7", session_count=2)
    lead = add(recorder, "lead", name="Ada Lovelace", email="ada@example.com", session_count=1)
    after = merge(recorder, lead.id, user.id)
    assert [row["id"] for row in recorder.rows()] == [user.id]
    assert (after.name, after.email, after.session_count) == ("Ada Lovelace", "ada@example.com", 3)
    assert recorder.row(user.id)["name"] == "Ada Lovelace"
    assert {"ada", "lovelace"} <= recorder.words(user.id)
    assert recorder.words(lead.id) == set()


def test_R50_email_of_another_user_is_not_taken_over(recorder: Recorder) -> None:
    add(recorder, "user", email="ada@example.com")
    user, lead = add(recorder, "user", external_id="7"), add(recorder, "lead", email="Ada@example.com")
    assert merge(recorder, lead.id, user.id).email is None


def test_R73_external_id_of_the_lead_is_taken_over_where_nobody_else_has_it(recorder: Recorder) -> None:
    user, lead = add(recorder, "user", email="ada@example.com"), add(recorder, "lead", external_id="L1")
    assert merge(recorder, lead.id, user.id).external_id == "L1"


def test_R50_external_id_of_another_user_is_not_taken_over(recorder: Recorder) -> None:
    add(recorder, "user", external_id="L1")
    user, lead = add(recorder, "user", email="ada@example.com"), add(recorder, "lead", external_id="L1")
    assert merge(recorder, lead.id, user.id).external_id is None


@pytest.mark.parametrize(("late", "email"), [(0.0, "ada@example.com"), (-1.0, None)])
def test_R62_email_of_a_deleted_user_is_taken_over_after_the_seven_days(
    recorder: Recorder, late: float, email: str | None
) -> None:
    deleted_at = NOW - GRACE_SECONDS - late
    gone = add(recorder, "user", email="ada@example.com", deleted_at=deleted_at, listed=False)
    user, lead = add(recorder, "user", external_id="7"), add(recorder, "lead", email="ada@example.com")
    assert merge(recorder, lead.id, user.id).email == email
    assert (gone.id in [row["id"] for row in recorder.rows()]) == (email is None)


def test_activity_that_only_memory_knows_keeps_a_session_running(recorder: Recorder) -> None:
    user = add(recorder, "user", external_id="7", **session(5, 3_600, 3_000))
    lead = add(recorder, "lead", **session(3, 60, 0))
    assert merge(recorder, lead.id, user.id, active_at=lambda app_id, id_: NOW).session_count == 7


def test_R82_merge_is_on_the_log(recorder: Recorder) -> None:
    user, lead = add(recorder, "user", external_id="7"), add(recorder, "lead")
    merge(recorder, lead.id, user.id)
    columns = (audit_log.c.action, audit_log.c.actor_id, audit_log.c.subject_id, audit_log.c.detail)
    assert [tuple(row) for row in recorder.conn.execute(select(*columns))] == [
        ("contact.merged", "7", user.id, {"from": lead.id})
    ]


@pytest.mark.parametrize(
    ("roles", "error"),
    [
        (("user", "user"), ParameterInvalid),
        (("lead", "lead"), ParameterInvalid),
        (("visitor", "user"), ParameterInvalid),
        (("user", "lead"), ParameterInvalid),
    ],
)
def test_only_a_lead_goes_up_in_a_user(
    recorder: Recorder, roles: tuple[str, str], error: type[Exception]
) -> None:
    gone, heir = (add(recorder, role) for role in roles)
    with pytest.raises(error):
        merge(recorder, gone.id, heir.id)
    assert len(recorder.rows()) == 2


def test_nobody_goes_up_in_themselves_or_in_a_stranger(recorder: Recorder) -> None:
    lead, user = add(recorder, "lead"), add(recorder, "user", external_id="7")
    deleted = add(recorder, "user", external_id="8", deleted_at=NOW, listed=False)
    for gone, heir in [(lead.id, "f" * 24), ("x", user.id), (lead.id, deleted.id), ("\0", user.id)]:
        with pytest.raises(UserNotFound):
            merge(recorder, gone, heir)
    with pytest.raises(ParameterInvalid):
        merge(recorder, lead.id, lead.id)
    assert len(recorder.rows()) == 3


async def test_R73_merge_on_postgres(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)

    def work(conn: Connection) -> tuple[Contact, ContactId | None]:
        app_id = create_workspace(conn, "Acme", NOW).app_id
        recorder = Recorder(conn, get_workspace(conn, app_id), PingContext(own_origin="https://x.example"))
        lead = recorder.ping({"anonymous_id": "a1", "name": "Ada"}).contact
        recorder.change(lead.id, role="lead")
        user = recorder.ping({"user_id": "42"}).contact
        merged = merge(recorder, lead.id, user.id)
        return merged, heir_of_browser(conn, app_id, "a1")

    try:
        merged, heir = await database.write(work)
        assert (merged.name, merged.session_count, heir) == ("Ada", 1, merged.id)
        assert await database.read(lambda conn: merged_since(conn, NOW))
    finally:
        await database.close()


def test_R61_a_browser_of_two_who_are_past_their_days_is_somebody_new(recorder: Recorder) -> None:
    heir = recorder.ping({"user_id": "1"}).contact
    lead = add(recorder, "lead", anonymous_id="browser")
    merge(recorder, lead.id, heir.id)
    after = recorder.ping({"user_id": "2", "anonymous_id": "browser"}).contact
    for contact_id in (heir.id, after.id):
        delete_contact(recorder.conn, recorder.app_id, contact_id, actor=BOT, now=NOW)
    # Who bears the browser's id makes way first; only then is it asked whose lead was here before.
    newcomer = recorder.ping({"anonymous_id": "browser"}, at=NOW + 7 * DAY).contact
    assert [row["id"] for row in recorder.rows()] == [newcomer.id]


# What a visitor leaves whoever it turned out to be


def test_a_visitor_fills_the_gaps_and_adds_no_visit() -> None:
    visits = session(3, 10 * MINUTE, 0) | {"first_seen_at": 3.0, "external_id": "8", "anonymous_id": "b"}
    user, visitor = (
        contact("user", phone="1"),
        contact("visitor", phone="2", name="Bob Dole", first_name="Bob", **visits),
    )
    assert taught(user, visitor, {}) == replace(user, name="Bob Dole", first_name="Bob")


def test_R31_a_visitors_values_come_with_where_they_are_from() -> None:
    blank = {"source": "manual", "by": "admin:7", "at": 5.0, "lost": []}
    said = {"source": "ping", "by": "messenger", "at": 6.0, "lost": []}
    user = contact("user", custom_attributes={"plan": "pro"}, provenance={"seats": blank})
    visitor = contact(
        "visitor",
        custom_attributes={"plan": "free", "seats": 3, "shoe": 42},
        provenance=dict.fromkeys(("plan", "seats", "shoe"), said),
    )
    after = taught(user, visitor, {})
    assert after.custom_attributes == {"plan": "pro", "shoe": 42}
    assert after.provenance == {"seats": blank, "shoe": said}


@pytest.mark.parametrize(
    ("source", "taken"), [("ping", {}), (None, {}), ("rest", {"plan": "pro"}), ("manual", {"plan": "pro"})]
)
def test_R40_what_is_not_from_the_messenger_comes_with_no_visitor_whose_pings_said_it(
    source: str | None, taken: dict[str, Any]
) -> None:
    plan = DataAttribute(
        AttributeId(1),
        AppId("uaaaaaaa"),
        "contact",
        "plan",
        "plan",
        None,
        "string",
        (),
        False,
        False,
        NOW,
        NOW,
    )
    entry = {"plan": {"source": source, "by": "somebody", "at": 5.0, "lost": []}} if source else None
    visitor = contact("visitor", custom_attributes={"plan": "pro"}, provenance=entry)
    assert taught(contact("user"), visitor, {"plan": plan}).custom_attributes == taken
