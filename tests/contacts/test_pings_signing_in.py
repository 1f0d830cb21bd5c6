"""Pings of browsers that sign in, and what becomes of the visitor or lead that they were."""

from app.attributes.operations import AttributeChange, attributes_of, change_attribute
from app.contacts.merged_rows import Merged, merged_since
from app.trail.records import SYSTEM
from support.recording import NOW, Recorder


def test_a_visitor_that_signs_in_as_somebody_new_becomes_that_user(recorder: Recorder) -> None:
    visitor = recorder.ping({"anonymous_id": "a1"}).contact
    user = recorder.ping({"anonymous_id": "a1", "user_id": "42"}, at=NOW + 60)
    assert (user.contact.id, user.contact.pseudonym) == (visitor.id, visitor.pseudonym)
    assert (user.contact.role, user.absorbed) == ("user", None)
    [row] = recorder.rows()
    assert (row["role"], row["external_id"], row["anonymous_id"]) == ("user", "42", "a1")
    assert (row["session_count"], user.new_session) == (1, False)


def test_a_visitor_that_signs_in_as_a_known_user_is_absorbed(recorder: Recorder) -> None:
    user = recorder.ping({"user_id": "42"}, at=NOW)
    visitor = recorder.ping({"anonymous_id": "a1"}, at=NOW - 1_000)
    signed_in = recorder.ping({"anonymous_id": "a1", "user_id": "42"}, at=NOW + 60)
    assert (signed_in.contact.id, signed_in.absorbed) == (user.contact.id, visitor.contact.id)
    # Its tickets count for the user, in a server that is started anew too.
    assert merged_since(recorder.conn, NOW + 60) == [
        Merged(recorder.app_id, visitor.contact.id, user.contact.id)
    ]
    [row] = recorder.rows()
    assert (row["id"], row["anonymous_id"]) == (user.contact.id, "a1")
    assert (row["first_seen_at"], row["session_count"]) == (NOW - 1_000, 1)
    assert recorder.words(visitor.contact.id) == set()


def test_a_visitor_that_is_absorbed_leaves_the_user_what_only_it_said(recorder: Recorder) -> None:
    user = recorder.ping({"user_id": "42", "phone": "1", "plan": "free"}).contact
    said = {"name": "Ada Lovelace", "phone": "2", "plan": "pro", "seats": 3, "city_at": 5, "shoe": 42}
    recorder.ping({"anonymous_id": "a1", "avatar": "https://a.example/1.png"} | said, at=NOW + 60)
    recorder.ping({"anonymous_id": "a1", "user_id": "42", "seats": 4}, at=NOW + 120)
    row = recorder.row(user.id)
    assert (row["name"], row["first_name"], row["last_name"]) == ("Ada Lovelace", "Ada", "Lovelace")
    assert (row["phone"], row["avatar_url"]) == ("1", "https://a.example/1.png")
    assert row["custom_attributes"] == {"plan": "free", "seats": 4, "city_at": 5, "shoe": 42}
    assert {name: entry["at"] for name, entry in row["provenance"].items()} == {
        "plan": NOW, "seats": NOW + 120, "city_at": NOW + 60, "shoe": NOW + 60
    }  # fmt: skip
    assert row["session_count"] == 1
    assert {"ada", "lovelace"} <= recorder.words(user.id)


def test_R40_a_visitor_brings_the_user_nothing_that_is_not_from_the_messenger(recorder: Recorder) -> None:
    user = recorder.ping({"user_id": "42"}).contact
    recorder.ping({"anonymous_id": "a1", "plan": "pro"})
    plan = attributes_of(recorder.conn, recorder.app_id, "contact")["plan"]
    change = AttributeChange(messenger_writable=False)
    change_attribute(recorder.conn, recorder.app_id, plan.id, change, actor=SYSTEM, now=NOW)
    recorder.ping({"anonymous_id": "a1", "user_id": "42"}, at=NOW + 60)
    assert recorder.row(user.id)["custom_attributes"] == {}


def test_a_later_visit_brings_no_earlier_first_seen(recorder: Recorder) -> None:
    recorder.ping({"user_id": "42"}, at=NOW)
    recorder.ping({"anonymous_id": "a1"}, at=NOW + 10)
    recorder.ping({"anonymous_id": "a1", "user_id": "42"}, at=NOW + 60)
    assert recorder.rows()[0]["first_seen_at"] == NOW


def test_a_lead_that_signs_in_as_somebody_new_becomes_that_user(recorder: Recorder) -> None:
    lead = recorder.ping({"anonymous_id": "a1"}).contact
    recorder.change(lead.id, role="lead")
    assert recorder.ping({"anonymous_id": "a1"}).contact.role == "lead"
    user = recorder.ping({"anonymous_id": "a1", "user_id": "42"}).contact
    assert (user.id, user.role) == (lead.id, "user")


def test_R73_lead_that_signs_in_as_a_known_user_is_merged_into_it(recorder: Recorder) -> None:
    lead = recorder.ping({"anonymous_id": "a1", "phone": "+49301234567"}).contact
    recorder.change(lead.id, role="lead", email="lead@example.com", email_key="lead@example.com")
    user = recorder.ping({"user_id": "42", "name": "Ada"}).contact
    recorded = recorder.ping({"anonymous_id": "a1", "user_id": "42", "name": "Ada L."}, at=NOW + 60)
    assert (recorded.contact.id, recorded.merged, recorded.absorbed) == (user.id, lead.id, None)
    # Both sessions were running, and are one.
    assert (recorded.contact.session_count, recorded.new_session) == (1, False)
    [row] = recorder.rows()
    assert (row["name"], row["phone"], row["email"]) == ("Ada L.", "+49301234567", "lead@example.com")
    assert row["anonymous_id"] == "a1"


def test_R73_browser_of_a_merged_lead_leads_to_the_user(recorder: Recorder) -> None:
    lead = recorder.ping({"anonymous_id": "a1"}).contact
    recorder.change(lead.id, role="lead")
    user = recorder.ping({"user_id": "42", "anonymous_id": "b2"}).contact
    recorder.ping({"anonymous_id": "a1", "user_id": "42"})
    recorder.change(user.id, anonymous_id="b2")
    assert recorder.ping({"anonymous_id": "a1"}).contact.id == user.id
    assert recorder.row(user.id)["anonymous_id"] == "b2"


def test_R80_browser_of_a_merged_lead_is_no_proof_of_who_it_is(recorder: Recorder) -> None:
    lead = recorder.ping({"anonymous_id": "a1"}).contact
    recorder.change(lead.id, role="lead")
    user = recorder.ping({"user_id": "42", "anonymous_id": "b2"}).contact
    recorder.ping({"anonymous_id": "a1", "user_id": "42"})
    recorder.verify_identities()
    assert recorder.ping({"anonymous_id": "a1"}).contact.id != user.id


def test_a_browser_belongs_to_whoever_signed_in_last(recorder: Recorder) -> None:
    joe = recorder.ping({"anonymous_id": "a1", "user_id": "joe"}).contact
    ann = recorder.ping({"anonymous_id": "a1", "user_id": "ann"}).contact
    assert joe.id != ann.id
    assert recorder.row(joe.id)["anonymous_id"] is None
    assert recorder.ping({"anonymous_id": "a1"}).contact.id == ann.id
