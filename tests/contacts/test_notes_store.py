"""Notes in SQL, on both databases."""

import asyncio
from collections.abc import Callable

from sqlalchemy import Connection

from app.contacts import notes_store
from app.contacts.pings import PingContext, record_ping
from app.contacts.records import Ping
from app.contacts.user_data import read_user_data
from app.ids import AdminId, AppId, ContactId, NoteId
from app.storage.database import open_database
from app.storage.migrations import migrate
from app.workspaces.operations import create_workspace
from support.recording import NOW, OWN, Recorder


def look_at_notes(conn: Connection, app_id: AppId, add: Callable[[str], ContactId]) -> None:
    ada, joe = add("ada"), add("joe")
    first = notes_store.insert_note(conn, app_id, ada, "<p>1</p>", by=AdminId(7), now=NOW)
    second = notes_store.insert_note(conn, app_id, ada, "<p>2</p>", by=None, now=NOW)
    other = notes_store.insert_note(conn, app_id, joe, "<p>3</p>", by=None, now=NOW + 1)
    assert (first.admin_id, second.admin_id) == (7, None)
    assert notes_store.find_note(conn, app_id, first.id) == first
    assert notes_store.notes_of(conn, app_id, ada, limit=9, offset=0) == [second, first]
    assert notes_store.notes_of(conn, app_id, ada, limit=1, offset=1) == [first]
    assert notes_store.notes_of(conn, app_id, ada, limit=9, offset=2) == []
    assert notes_store.count_notes_of(conn, app_id, joe) == 1
    assert notes_store.find_note(conn, app_id, NoteId(other.id + 1)) is None


def test_notes_in_sql(recorder: Recorder) -> None:
    look_at_notes(recorder.conn, recorder.app_id, lambda name: recorder.ping({"user_id": name}).contact.id)


async def test_notes_in_sql_on_postgresql(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)

    def work(conn: Connection) -> None:
        app_id = create_workspace(conn, "Acme", NOW).app_id

        def add(name: str) -> ContactId:
            ping = Ping(app_id, read_user_data({"user_id": name}))
            return record_ping(conn, ping, PingContext(own_origin=OWN), NOW).contact.id

        look_at_notes(conn, app_id, add)

    try:
        await database.write(work)
    finally:
        await database.close()


def test_R60_a_note_on_a_deleted_contact_is_not_found(recorder: Recorder) -> None:
    contact = recorder.ping({"user_id": "42"}).contact
    note = notes_store.insert_note(recorder.conn, recorder.app_id, contact.id, "<p>1</p>", by=None, now=NOW)
    recorder.change(contact.id, deleted_at=NOW, listed=False)
    assert notes_store.find_note(recorder.conn, recorder.app_id, note.id) is None


def test_R83_a_note_of_another_workspace_is_not_found(recorder: Recorder) -> None:
    contact = recorder.ping({"user_id": "42"}).contact
    note = notes_store.insert_note(recorder.conn, recorder.app_id, contact.id, "<p>1</p>", by=None, now=NOW)
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    assert notes_store.find_note(recorder.conn, other, note.id) is None
    assert notes_store.notes_of(recorder.conn, other, contact.id, limit=9, offset=0) == []
