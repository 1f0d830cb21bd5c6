"""Contacts by the thousand: the same rows as pings make."""

import pytest
from sqlalchemy.exc import IntegrityError

from app.contacts import store
from app.contacts.bulk import LOT, insert_contacts, newcomer
from app.contacts.records import Contact
from app.ids import is_contact_id
from app.places.cities import Place
from app.storage.sqlite import driver_of
from support.attributes import values_of
from support.recording import NOW, Recorder

ABORT = 2
"""The number by which SQLite knows that a statement which fails is taken back whole."""


def as_stored(recorder: Recorder, contact: Contact) -> dict[str, object]:
    return dict(recorder.row(contact.id))


def test_a_contact_is_stored_as_a_ping_would_store_it(recorder: Recorder) -> None:
    told = {
        "user_id": "42",
        "email": "Joe@Example.com",
        "name": "Dr. Joe Bloggs",
        "phone": "+1 404 555",
        "created_at": 1_600_000_000,
        "avatar": "https://example.com/joe.png",
        "anonymous_id": "a1",
        "plan": "pro",
    }
    pinged = recorder.ping(told, timezone="America/New_York", place=Place("Atlanta", "Georgia", "USA", "US"))
    by_ping, words = as_stored(recorder, pinged.contact), recorder.words(pinged.contact.id)
    recorder.conn.exec_driver_sql("DELETE FROM contacts")
    recorder.conn.exec_driver_sql("DELETE FROM pseudonym_counters")
    contact = newcomer(
        recorder.app_id,
        "user",
        NOW,
        external_id="42",
        email="Joe@Example.com",
        name="Dr. Joe Bloggs",
        phone="+1 404 555",
        signed_up_at=1_600_000_000.0,
        avatar_url="https://example.com/joe.png",
        anonymous_id="a1",
        first_seen_at=NOW,
        last_seen_at=NOW,
        active_at=NOW,
        session_started_at=NOW,
        session_count=1,
        timezone="America/New_York",
        city="Atlanta",
        region="Georgia",
        country="USA",
        country_code="US",
        custom_attributes={"plan": "pro"},
        provenance={"plan": {"source": "ping", "by": "messenger", "at": NOW, "lost": []}},
    )
    insert_contacts(recorder.conn, recorder.app_id, [contact])
    assert as_stored(recorder, contact) == by_ping | {"id": contact.id}
    assert recorder.words(contact.id) == words


def test_what_they_bear_is_found(recorder: Recorder) -> None:
    recorder.ping({"user_id": "0", "plan": "pro", "seats": 3})
    some, none, wrong = people = [
        newcomer(recorder.app_id, "user", NOW, external_id=str(n), custom_attributes=values)
        for n, values in enumerate(({"seats": 5, "unknown": 1, "plan": "pro"}, {}, {"seats": "many"}), 1)
    ]
    insert_contacts(recorder.conn, recorder.app_id, people)
    assert values_of(recorder, some.id) == {"plan": (None, "pro"), "seats": (5.0, None)}
    assert values_of(recorder, none.id) == {}
    assert values_of(recorder, wrong.id) == {"seats": (None, None)}


def test_little_may_be_known(recorder: Recorder) -> None:
    made = newcomer(recorder.app_id, "visitor", NOW, updated_at=NOW + 1)
    insert_contacts(recorder.conn, recorder.app_id, [made])
    contact = store.find_contact(recorder.conn, recorder.app_id, made.id)
    assert contact is not None
    assert (contact.role, contact.name_key) == ("visitor", contact.pseudonym.lower())
    assert (contact.created_at, contact.updated_at, contact.custom_attributes) == (NOW, NOW + 1, {})
    assert recorder.words(made.id) == set(contact.pseudonym.lower().split())


def test_more_than_a_lot_are_all_written(recorder: Recorder) -> None:
    count = 2 * LOT + 1
    cities = ["Atlanta", "Paris", None]
    people = [
        newcomer(recorder.app_id, "user", NOW, external_id=str(number), city=cities[number % 3])
        for number in range(count)
    ]
    insert_contacts(recorder.conn, recorder.app_id, iter(people))
    rows = {row["id"]: row["external_id"] for row in recorder.rows()}
    assert rows == {contact.id: contact.external_id for contact in people}
    assert len(rows) == count
    assert all(map(is_contact_id, rows))


def test_R22_pseudonyms_go_on_where_pings_left_off_and_on_from_there(recorder: Recorder) -> None:
    place = Place("Atlanta")
    called = [recorder.ping({"user_id": "first"}, place=place).contact.pseudonym]
    people = [newcomer(recorder.app_id, "visitor", NOW, city="Atlanta") for _ in range(500)]
    insert_contacts(recorder.conn, recorder.app_id, people)
    recorder.ping({"user_id": "last"}, place=place)
    called = [row["pseudonym"] for row in recorder.rows()]
    assert len(called) == len(set(called)) == 502


def test_nobody_is_nobody(recorder: Recorder) -> None:
    insert_contacts(recorder.conn, recorder.app_id, [])
    assert recorder.rows() == []


def test_R50_an_id_that_is_taken_is_refused(recorder: Recorder) -> None:
    recorder.ping({"user_id": "42"})
    people = [newcomer(recorder.app_id, "user", NOW, external_id=external_id) for external_id in ("7", "42")]
    with pytest.raises(IntegrityError), recorder.conn.begin_nested():
        insert_contacts(recorder.conn, recorder.app_id, people)
    assert [row["external_id"] for row in recorder.rows()] == ["42"]


def test_what_only_some_of_a_lot_have_is_null_for_the_others(recorder: Recorder) -> None:
    by_phone, by_email, by_neither = (
        newcomer(recorder.app_id, "lead", NOW, **known)
        for known in ({"phone": "+1"}, {"email": "a@b.example"}, {})
    )
    stored = []
    for lot in ([by_phone, by_email], [by_neither]):
        insert_contacts(recorder.conn, recorder.app_id, lot)
        for contact in lot:
            row = recorder.row(contact.id)
            stored.append((row["phone"], row["email"], row["name"], row["deleted_at"]))
    assert stored == [("+1", None, None, None), (None, "a@b.example", None, None), (None, None, None, None)]


def test_nobody_is_written_by_a_statement_that_could_fail_halfway(recorder: Recorder) -> None:
    """Before such a one changes a page SQLite copies it, and twenty have a part in a contact."""
    said: list[str] = []
    driver = driver_of(recorder.conn)
    driver.set_trace_callback(said.append)
    recorder.ping({"anonymous_id": "a1"})
    somebody = newcomer(recorder.app_id, "user", NOW, external_id="2")
    insert_contacts(recorder.conn, recorder.app_id, [somebody])
    driver.set_trace_callback(None)
    # Each of them is told once more for every statement of its triggers.
    inserts = {statement for statement in said if "INTO contacts " in statement}
    assert len(inserts) == 2
    for statement in inserts:
        steps = driver.execute(f"EXPLAIN {statement}").fetchall()
        taken_back = [step for step in steps if step[1].startswith("Halt") and step[2] and step[3] == ABORT]
        called = [step for step in steps if step[1] in ("Function", "PureFunc")]
        at_once = [step for step in steps if step[1] == "FkCounter" and not step[2]]
        assert (taken_back, called, at_once) == ([], [], [])
