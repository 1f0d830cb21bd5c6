"""What one contact bears and did, given to another, on both databases."""

import asyncio

from sqlalchemy import Connection, insert, select

from app.companies.store import companies_of
from app.contacts.events_store import insert_event, sums_of
from app.contacts.moving import move_marks, move_participations
from app.contacts.notes_store import insert_note, notes_of
from app.contacts.pings import PingContext, record_ping
from app.contacts.records import Ping
from app.contacts.user_data import read_user_data
from app.ids import AppId, ContactId
from app.storage.database import open_database
from app.storage.migrations import migrate
from app.storage.tables import conversation_contacts
from app.tags.records import Subject
from app.tags.store import insert_tag, put_on, taggings_of
from app.trail.records import News
from app.trail.store import insert_deliveries
from app.trail.webhook_store import deliveries_of
from app.workspaces.operations import create_workspace
from support.recording import NOW, OWN, Recorder


def move_all(conn: Connection, app_id: AppId) -> None:
    def person(user_id: str, *companies: str) -> ContactId:
        listed = [{"company_id": name} for name in companies]
        ping = Ping(app_id, read_user_data({"user_id": user_id, "companies": listed}))
        return record_ping(conn, ping, PingContext(own_origin=OWN), NOW).contact.id

    ada, joe = person("ada", "6", "7"), person("joe", "7", "8")
    for name, whose in (("a", [ada]), ("b", [ada, joe])):
        tag = insert_tag(conn, app_id, name, NOW)
        for contact_id in whose:
            put_on(conn, app_id, tag.id, Subject("contact", contact_id), by=None, now=NOW)
    for contact_id in (ada, joe):
        insert_note(conn, app_id, contact_id, "<p>Hi</p>", by=None, now=NOW)
        insert_event(conn, app_id, contact_id, name="saw", created_at=NOW, metadata={})
        for subject_type in ("contact", "company"):
            insert_deliveries(conn, app_id, [1], News("some.topic", subject_type, contact_id), NOW)
        insert_deliveries(conn, app_id, [1], News("contact.offline", "contact", contact_id), NOW)
    brought_in = {"app_id": app_id, "conversation_id": 9, "contact_id": ada, "added_at": NOW}
    conn.execute(insert(conversation_contacts), brought_in)
    move_marks(conn, app_id, ada, joe)
    assert conn.execute(select(conversation_contacts.c.contact_id)).scalars().all() == [joe]
    tags = taggings_of(conn, app_id, "contact", [ada, joe])
    assert {whose: [tagging.tag.name for tagging in found] for whose, found in tags.items()} == {
        ada: [],
        joe: ["a", "b"],
    }
    assert companies_of(conn, app_id, ada) == []
    assert {company.company_id for company in companies_of(conn, app_id, joe)} == {"6", "7", "8"}
    assert notes_of(conn, app_id, ada, limit=9, offset=0) == []
    assert len(notes_of(conn, app_id, joe, limit=9, offset=0)) == 2
    told = {(row.subject_type, row.subject_id) for row in deliveries_of(conn, app_id, 1, None, 9)}
    assert told == {("contact", joe), ("company", ada), ("company", joe)}
    told_offline = [row for row in deliveries_of(conn, app_id, 1, None, 9) if row.topic == "contact.offline"]
    assert [row.subject_id for row in told_offline] == [joe]
    assert sums_of(conn, app_id, ada) == []
    assert sums_of(conn, app_id, joe)[0].count == 2


def take_part(conn: Connection, app_id: AppId) -> None:
    ada, joe = ContactId("a" * 24), ContactId("b" * 24)
    for conversation_id, contact_id, left_at in [
        (1, ada, None),
        (2, ada, NOW),
        (3, ada, None),
        (3, joe, NOW),
        (4, ada, NOW),
        (4, joe, None),
        (5, joe, NOW),
    ]:
        row = {"app_id": app_id, "conversation_id": conversation_id, "contact_id": contact_id}
        conn.execute(insert(conversation_contacts), row | {"added_at": NOW, "left_at": left_at})
    move_participations(conn, app_id, ada, joe)
    told = conversation_contacts.c
    statement = select(told.conversation_id, told.contact_id, told.left_at).where(told.app_id == app_id)
    rows = conn.execute(statement.order_by(told.conversation_id))
    assert [tuple(row) for row in rows] == [
        (1, joe, None),
        (2, joe, NOW),
        (3, joe, None),
        (4, joe, None),
        (5, joe, NOW),
    ]


def test_all_that_one_bears_and_did_is_the_others_then(recorder: Recorder) -> None:
    move_all(recorder.conn, recorder.app_id)


def test_who_takes_part_goes_on_as_the_other_even_where_that_one_was_let_go(recorder: Recorder) -> None:
    take_part(recorder.conn, recorder.app_id)


async def test_all_of_it_on_postgresql(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    try:
        for move in (move_all, take_part):
            await database.write(
                lambda conn, move=move: move(conn, create_workspace(conn, "Acme", NOW).app_id)
            )
    finally:
        await database.close()
