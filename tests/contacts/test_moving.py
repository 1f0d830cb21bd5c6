"""What one contact bears and did, given to another, on both databases."""

import asyncio

from sqlalchemy import Connection

from app.companies.store import companies_of
from app.contacts.events_store import insert_event, sums_of
from app.contacts.moving import move_marks
from app.contacts.notes_store import insert_note, notes_of
from app.contacts.pings import PingContext, record_ping
from app.contacts.records import Ping
from app.contacts.user_data import read_user_data
from app.ids import AppId, ContactId
from app.storage.database import open_database
from app.storage.migrations import migrate
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
    move_marks(conn, app_id, ada, joe)
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


def test_all_that_one_bears_and_did_is_the_others_then(recorder: Recorder) -> None:
    move_all(recorder.conn, recorder.app_id)


async def test_all_of_it_on_postgresql(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    try:
        await database.write(lambda conn: move_all(conn, create_workspace(conn, "Acme", NOW).app_id))
    finally:
        await database.close()
