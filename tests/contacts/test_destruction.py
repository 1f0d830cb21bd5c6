"""What a destruction takes, what it leaves, and its receipt. Rules R61, R63, R65."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, String, Table, Text, insert, select

from app.contacts import deletion
from app.contacts.destruction import destroy
from app.contacts.records import Contact
from app.storage import tables
from app.storage.tables import metadata
from app.trail.operations import announce
from app.trail.records import Actor, News
from support.recording import NOW, Recorder
from support.trail import listen

EMAIL = "ada.okonkwo@mail.example.com"


def add(conn: Connection, table: Table, **values: Any) -> None:
    """A row; what is not given has a value of its column's kind, without meaning."""
    row: dict[str, Any] = {}
    for column in table.c:
        if not column.nullable and not (column.primary_key and column.name == "id"):
            row[column.name] = (
                "x" if isinstance(column.type, String | Text) else {} if str(column.type) == "JSON" else 0
            )
    conn.execute(insert(table), row | values)


def rows_with(conn: Connection, needle: str) -> list[str]:
    """The tables in which a text is found anywhere."""
    return [
        table.name
        for table in metadata.sorted_tables
        if any(needle in str(value) for row in conn.execute(select(table)) for value in row)
    ]


@pytest.fixture
def ada(recorder: Recorder) -> Contact:
    """Somebody of whom there is something in every table."""
    listen(recorder)
    conn, app_id = recorder.conn, recorder.app_id
    told = {
        "user_id": "ada-42",
        "email": EMAIL,
        "name": "Ada",
        "plan_of_ours": "quintessential",
        "company": {"id": "acme"},
    }
    ada = recorder.ping(told).contact
    bob = recorder.ping({"user_id": "bob", "name": "Bob"}).contact
    own = {"app_id": app_id, "contact_id": ada.id}
    add(conn, tables.attribute_values, **own, attribute_id=1, text=EMAIL)
    add(conn, tables.events, **own, metadata={"who": EMAIL})
    add(conn, tables.event_summaries, **own, name="ada-came")
    add(conn, tables.event_summaries, app_id=app_id, contact_id="e" * 24, name="ada-went")
    add(conn, tables.presence_intervals, **own)
    add(conn, tables.notes, **own, body=f"write to {EMAIL}")
    add(conn, tables.taggings, app_id=app_id, kind="contact", subject_id=ada.id)
    add(conn, tables.merged_contacts, app_id=app_id, id="e" * 24, into_id=ada.id, anonymous_id="old-browser")
    said = {"author_type": "user", "author_id": ada.id, "body": f"I am {EMAIL}"}
    add(conn, tables.conversations, **own, id=1, **said)
    add(conn, tables.conversation_contacts, **own, conversation_id=1)
    add(conn, tables.conversation_contacts, app_id=app_id, contact_id=bob.id, conversation_id=1)
    add(conn, tables.conversation_parts, app_id=app_id, conversation_id=1, **said)
    add(conn, tables.conversation_parts, app_id=app_id, conversation_id=1, author_type="admin", author_id="3")
    add(conn, tables.taggings, app_id=app_id, kind="conversation", subject_id="1")
    add(conn, tables.conversation_facts, app_id=app_id, conversation_id=1, parts=2)
    add(conn, tables.conversation_ratings, **own, conversation_id=1, rating=5, remark="fine")
    # Bob's conversation, which Ada began and took part in.
    add(conn, tables.conversations, app_id=app_id, contact_id=bob.id, id=2, **said)
    add(conn, tables.conversation_contacts, **own, conversation_id=2)
    add(conn, tables.conversation_contacts, app_id=app_id, contact_id=bob.id, conversation_id=2)
    add(conn, tables.conversation_parts, app_id=app_id, conversation_id=2, **said)
    add(conn, tables.conversation_parts, app_id=app_id, conversation_id=2, author_id=bob.id, body="I am Bob")
    return deletion.delete_contact(conn, app_id, ada.id, actor=Actor("token", "7"), now=NOW + 1)


def test_R61_nothing_that_tells_of_the_contact_is_left_in_any_table(recorder: Recorder, ada: Contact) -> None:
    assert len(rows_with(recorder.conn, ada.id)) >= 14
    destroy(recorder.conn, ada, NOW + 2)
    for needle in (EMAIL, "ada-42", "ada", "okonkwo", "quintessential", "old-browser"):
        assert rows_with(recorder.conn, needle) == []
    # The log holds ids only, and stays.
    assert rows_with(recorder.conn, ada.id) == ["audit_log"]


def test_R61_every_table_that_names_a_contact_is_tried_here(recorder: Recorder, ada: Contact) -> None:
    # A table that is new has to be destroyed too: say so in destruction.py, and add a row above.
    naming = {table.name for table in metadata.sorted_tables if "contact_id" in table.c}
    assert naming <= set(rows_with(recorder.conn, ada.id))


def test_R63_ratings_and_facts_stay_without_a_name(recorder: Recorder, ada: Contact) -> None:
    destroy(recorder.conn, ada, NOW + 2)
    [rating] = recorder.conn.execute(select(tables.conversation_ratings)).mappings()
    assert (rating["rating"], rating["remark"], rating["contact_id"]) == (5, "fine", None)
    [facts] = recorder.conn.execute(select(tables.conversation_facts)).mappings()
    assert (facts["conversation_id"], facts["parts"]) == (1, 2)


def test_what_is_another_s_stays(recorder: Recorder, ada: Contact) -> None:
    destroy(recorder.conn, ada, NOW + 2)
    [bob] = recorder.rows()
    [conversation] = recorder.conn.execute(select(tables.conversations)).mappings()
    assert (conversation["contact_id"], conversation["body"]) == (bob["id"], None)
    [part] = recorder.conn.execute(select(tables.conversation_parts)).mappings()
    assert part["body"] == "I am Bob"
    [member] = recorder.conn.execute(select(tables.conversation_contacts)).mappings()
    assert (member["contact_id"], member["conversation_id"]) == (bob["id"], 2)
    assert len(recorder.conn.execute(select(tables.companies)).all()) == 1


def test_R65_the_receipt_tells_what_went_and_who_had_asked_and_names_nobody(
    recorder: Recorder, ada: Contact
) -> None:
    receipt = destroy(recorder.conn, ada, NOW + 2)
    [row] = recorder.conn.execute(select(tables.receipts)).mappings()
    assert (row["deleted_at"], row["destroyed_at"], row["asked_by"]) == (NOW + 1, NOW + 2, "token:7")
    assert (row["destroyed"], row["kept"]) == (receipt.destroyed, receipt.kept)
    assert receipt.kept == {"ratings": 1, "conversation_facts": 1}
    counted = dict(receipt.destroyed)
    assert counted.pop("search_words") > 3
    assert counted == {
        "attribute_values": 2,
        "events": 1,
        "event_summaries": 2,
        "presence_intervals": 1,
        "notes": 1,
        "companies": 1,
        "tags": 2,
        "webhook_deliveries": 2,
        "merged_contacts": 1,
        "conversation_parts": 2,
        "replies_to_others": 1,
        "participations": 3,
        "conversations": 1,
        "contacts": 1,
    }


def test_R61_nothing_is_left_of_a_visitor_who_went_up_in_the_contact(recorder: Recorder) -> None:
    conn, app_id = recorder.conn, recorder.app_id
    listen(recorder)
    ada = recorder.ping({"user_id": "42"}).contact
    visitor = recorder.ping({"anonymous_id": "a1"}).contact
    news = News("event.created", "contact", visitor.id, {"metadata": {"who": EMAIL}})
    announce(conn, app_id, news, NOW)
    assert recorder.ping({"anonymous_id": "a1", "user_id": "42"}).absorbed == visitor.id
    announce(
        conn, app_id, News("contact.offline", "contact", visitor.id), NOW
    )  # written when its dot has gone off
    gone = deletion.delete_contact(conn, app_id, ada.id, actor=Actor("token", "7"), now=NOW + 1)
    destroy(conn, gone, NOW + 2)
    assert rows_with(conn, EMAIL) == rows_with(conn, visitor.id) == []


def test_only_what_was_deleted_is_destroyed(recorder: Recorder) -> None:
    bob = recorder.ping({"user_id": "bob"}).contact
    with pytest.raises(ValueError, match="not deleted"):
        destroy(recorder.conn, bob, NOW)
    assert replace(bob) == bob
    assert len(recorder.rows()) == 1
