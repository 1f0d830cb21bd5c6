"""Contacts in SQL: one question for all ids, updates of what changed, and nothing beyond the workspace."""

from dataclasses import fields, replace

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from app.contacts import events_store, store
from app.contacts.records import Contact, Role
from app.ids import ContactId
from app.storage.tables import contacts, events, presence_intervals
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder


@pytest.fixture
def made(recorder: Recorder) -> Contact:
    """A contact of whom much is known."""
    contact = Contact(
        recorder.app_id,
        ContactId("a" * 24),
        "user",
        listed=True,
        pseudonym="Pink Stereo",
        name_key="joe",
        created_at=NOW,
        updated_at=NOW,
        external_id="42",
        email="Joe@example.com",
        email_key="joe@example.com",
        anonymous_id="a1",
        custom_attributes={"plan": "pro", "seats": 3, "beta": True, "score": 2.5},
        words=" bloggs joe",
    )
    store.insert_contact(recorder.conn, contact)
    return contact


def another(contact: Contact, number: int, role: Role = "visitor") -> Contact:
    return replace(
        contact,
        id=ContactId(f"{number:024x}"),
        role=role,
        external_id=None,
        email_key=None,
        anonymous_id=None,
    )


def test_a_record_has_every_column_of_the_table() -> None:
    assert {field.name for field in fields(Contact)} == set(contacts.c.keys())


def test_a_contact_is_read_as_it_was_written(recorder: Recorder, made: Contact) -> None:
    assert store.find_contact(recorder.conn, recorder.app_id, made.id) == made
    assert store.find_contact(recorder.conn, recorder.app_id, ContactId("b" * 24)) is None


def test_whatever_is_known_of_who_is_new_is_written(recorder: Recorder, made: Contact) -> None:
    optional = {field.name for field in fields(Contact) if field.default is None} - {"provenance"}
    for number, name in enumerate(sorted(optional)):
        value = contacts.c[name].type.python_type(1)
        contact = replace(another(made, number), **{name: value})
        store.insert_contact(recorder.conn, contact)
        assert store.find_contact(recorder.conn, recorder.app_id, contact.id) == contact, name


def test_one_question_finds_who_holds_which_id(recorder: Recorder, made: Contact) -> None:
    visitor = replace(another(made, 1), anonymous_id="a2")
    store.insert_contact(recorder.conn, visitor)
    found = store.find_holders(recorder.conn, recorder.app_id, "42", "joe@example.com", "a2")
    assert (found.by_external_id, found.by_email, found.by_anonymous_id) == (made, made, visitor)
    found = store.find_holders(recorder.conn, recorder.app_id, None, "joe@example.com", None)
    assert (found.by_external_id, found.by_email, found.by_anonymous_id) == (None, made, None)
    assert store.find_holders(recorder.conn, recorder.app_id, None, None, None) == store.Holders()


def test_R50_only_users_hold_a_user_id_or_an_email(recorder: Recorder, made: Contact) -> None:
    lead = replace(another(made, 1, "lead"), external_id="7", email_key="ann@example.com")
    store.insert_contact(recorder.conn, lead)
    assert store.find_holders(recorder.conn, recorder.app_id, "7", "ann@example.com", None) == store.Holders()


def test_R83_nothing_is_found_from_another_workspace(recorder: Recorder, made: Contact) -> None:
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    assert store.find_holders(recorder.conn, other, "42", "joe@example.com", "a1") == store.Holders()
    assert store.find_contact(recorder.conn, other, made.id) is None
    store.update_contact(recorder.conn, replace(made, app_id=other), replace(made, app_id=other, name="X"))
    store.forget_words(recorder.conn, replace(made, app_id=other))
    assert recorder.words(made.id) == {"joe", "bloggs"}
    assert store.find_contact(recorder.conn, recorder.app_id, made.id) == made


def test_the_ids_are_looked_up_in_their_indexes(recorder: Recorder) -> None:
    statement = str(store.HOLDERS.compile(dialect=sqlite.dialect(paramstyle="named")))
    values = {"app_id": "u", "external_id": "1", "email_key": "2", "anonymous_id": "3"}
    plan = " ".join(
        row.detail for row in recorder.conn.execute(text(f"EXPLAIN QUERY PLAN {statement}"), values)
    )
    assert "SCAN" not in plan
    for index in ("contacts_external_id", "contacts_email", "contacts_anonymous_id"):
        assert f"USING INDEX {index} (app_id=? AND" in plan


def test_many_ids_are_looked_up_in_their_indexes_as_well(recorder: Recorder, made: Contact) -> None:
    many = [f"{number}" for number in range(5_000)]
    assert store.find_named(recorder.conn, recorder.app_id, many, many, many) == [made]
    assert store.find_named(recorder.conn, recorder.app_id, [], [], ["joe@example.com"]) == [made]
    asked = store.named([made.id], ["42"], ["joe@example.com"]).params(app_id=recorder.app_id)
    statement = asked.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    plan = " ".join(row.detail for row in recorder.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}"))
    assert "SCAN contacts" not in plan
    for looked_up in (
        "sqlite_autoindex_contacts_1 (app_id=? AND id=?",
        "contacts_external_id (app_id=? AND external_id=?",
        "contacts_email (app_id=? AND email_key=?",
    ):
        assert f"INDEX {looked_up}" in plan


def test_what_is_read_to_be_changed_is_locked_where_others_write_too() -> None:
    assert "FOR UPDATE" in str(store.HOLDERS.compile(dialect=postgresql.dialect()))


def test_a_record_with_other_facts_is_a_record_of_its_own(made: Contact) -> None:
    facts = {"name": "Joe", "custom_attributes": {"plan": "free"}, "archived_at": NOW}
    assert store.with_facts(made, facts) == replace(made, **facts)  # type: ignore[arg-type]
    assert made.name is None
    with pytest.raises(KeyError):
        store.with_facts(made, {"nickname": "Joe"})


def test_only_what_changed_is_written(recorder: Recorder, made: Contact) -> None:
    recorder.change(made.id, phone="meanwhile")
    after = replace(made, name="Joe", custom_attributes={"plan": "free"})
    store.update_contact(recorder.conn, made, after)
    assert store.find_contact(recorder.conn, recorder.app_id, made.id) == replace(after, phone="meanwhile")


def test_a_value_that_is_equal_and_of_another_type_is_written(recorder: Recorder, made: Contact) -> None:
    one = replace(made, custom_attributes={"beta": 1})
    store.update_contact(recorder.conn, made, one)
    store.update_contact(recorder.conn, one, replace(made, custom_attributes={"beta": True}))
    assert recorder.row(made.id)["custom_attributes"]["beta"] is True


def test_nothing_changed_is_nothing_written(recorder: Recorder, made: Contact) -> None:
    before = recorder.conn.connection.driver_connection
    assert before is not None
    changes = before.total_changes
    store.update_contact(recorder.conn, made, replace(made))
    assert before.total_changes == changes


def test_R50_the_database_itself_refuses_doubles(recorder: Recorder, made: Contact) -> None:
    for double in ({"external_id": "42"}, {"email_key": "joe@example.com"}, {"anonymous_id": "a1"}):
        with pytest.raises(IntegrityError), recorder.conn.begin_nested():
            store.insert_contact(recorder.conn, replace(another(made, 1, "user"), **double))  # type: ignore[arg-type]


def test_a_contact_is_found_under_the_words_it_bears(recorder: Recorder, made: Contact) -> None:
    assert recorder.words(made.id) == {"joe", "bloggs"}
    smith = replace(made, words=" joe smith")
    store.update_contact(recorder.conn, made, smith)
    assert recorder.words(made.id) == {"joe", "smith"}
    store.forget_words(recorder.conn, smith)
    assert recorder.words(made.id) == set()


def test_R22_each_place_counts_its_own_pseudonyms(recorder: Recorder) -> None:
    def take(place: str, count: int = 1) -> int:
        return store.take_pseudonyms(recorder.conn, recorder.app_id, place, count)

    assert [take("Atlanta"), take("Atlanta"), take("Paris"), take("")] == [0, 1, 0, 0]
    assert [take("Atlanta", 10), take("Atlanta")] == [2, 12]


def test_an_anonymous_id_can_be_given_up(recorder: Recorder, made: Contact) -> None:
    store.clear_anonymous_id(recorder.conn, made.app_id, made.id)
    assert store.find_contact(recorder.conn, made.app_id, made.id) == replace(made, anonymous_id=None)


def test_an_absorbed_visitor_leaves_its_events_and_nothing_else(recorder: Recorder, made: Contact) -> None:
    conn, visitor = recorder.conn, replace(another(made, 1), words=" pink")
    store.insert_contact(conn, visitor)
    events_store.insert_event(
        conn, made.app_id, visitor.id, name="looked", created_at=NOW, metadata={"at": "shoes"}
    )
    row = {
        "app_id": made.app_id,
        "contact_id": visitor.id,
        "online_from": NOW - 60,
        "online_until": NOW,
    }
    conn.execute(insert(presence_intervals), [row])
    store.absorb_visitor(conn, visitor, made.id, NOW)
    assert store.find_contact(conn, made.app_id, visitor.id) is None
    assert recorder.words(visitor.id) == set()
    assert recorder.words(made.id) == {"joe", "bloggs"}
    assert _count(conn, presence_intervals) == 0
    [event] = conn.execute(select(events)).mappings()
    assert (event["contact_id"], event["name"], event["metadata"]) == (made.id, "looked", {"at": "shoes"})


def _count(conn: Connection, table: object) -> int:
    return len(conn.execute(select(table)).all())  # type: ignore[call-overload]
