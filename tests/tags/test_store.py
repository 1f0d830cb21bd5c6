"""Tags in SQL, on both databases."""

import asyncio

from sqlalchemy import Connection

from app.ids import AdminId, AppId
from app.storage.database import open_database
from app.storage.migrations import migrate
from app.tags import store
from app.tags.records import Subject, Tag, Tagging
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

ADA, JOE = "a" * 24, "b" * 24


def follow_a_tag(conn: Connection, app_id: AppId) -> None:
    """A tag's life: made twice, renamed, put on, moved, taken off, deleted."""
    vip = store.insert_tag(conn, app_id, "VIP", NOW)
    assert store.insert_tag(conn, app_id, "vip", NOW + 1) == vip
    assert store.find_tag(conn, app_id, vip.id) == store.find_named(conn, app_id, "viP") == vip
    store.rename_tag(conn, app_id, vip.id, "Guest")
    guest = Tag(app_id, vip.id, "Guest", NOW)
    assert store.find_named(conn, app_id, "VIP") is None
    lead = store.insert_tag(conn, app_id, "Lead", NOW)
    assert store.all_tags(conn, app_id) == [guest, lead]
    assert store.put_on(conn, app_id, guest.id, Subject("contact", ADA), by=AdminId(7), now=NOW)
    assert not store.put_on(conn, app_id, guest.id, Subject("contact", ADA), by=None, now=NOW + 1)
    assert store.put_on(conn, app_id, lead.id, Subject("contact", ADA), by=None, now=NOW + 2)
    assert store.put_on(conn, app_id, guest.id, Subject("company", ADA), by=None, now=NOW)
    assert store.taggings_of(conn, app_id, "contact", [ADA, JOE]) == {
        ADA: [Tagging(guest, NOW, AdminId(7)), Tagging(lead, NOW + 2, None)],
        JOE: [],
    }
    store.put_on(conn, app_id, lead.id, Subject("contact", JOE), by=AdminId(8), now=NOW)
    store.move_taggings(conn, app_id, "contact", ADA, JOE)
    assert store.taggings_of(conn, app_id, "contact", [ADA, JOE]) == {
        ADA: [],
        JOE: [Tagging(guest, NOW, AdminId(7)), Tagging(lead, NOW, AdminId(8))],
    }
    assert store.take_off(conn, app_id, lead.id, Subject("contact", JOE))
    assert not store.take_off(conn, app_id, lead.id, Subject("contact", JOE))
    assert store.forget_subject(conn, app_id, Subject("company", ADA)) == 1
    store.delete_tag(conn, app_id, guest.id)
    assert store.find_tag(conn, app_id, guest.id) is None
    assert store.taggings_of(conn, app_id, "contact", [JOE]) == {JOE: []}


def test_a_tags_life(recorder: Recorder) -> None:
    follow_a_tag(recorder.conn, recorder.app_id)


async def test_a_tags_life_on_postgresql(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    try:
        await database.write(lambda conn: follow_a_tag(conn, create_workspace(conn, "Acme", NOW).app_id))
    finally:
        await database.close()


def test_R83_tags_of_another_workspace_are_not_found(recorder: Recorder) -> None:
    vip = store.insert_tag(recorder.conn, recorder.app_id, "VIP", NOW)
    store.put_on(recorder.conn, recorder.app_id, vip.id, Subject("contact", ADA), by=None, now=NOW)
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    assert store.find_tag(recorder.conn, other, vip.id) is None
    assert store.find_named(recorder.conn, other, "VIP") is None
    assert store.all_tags(recorder.conn, other) == []
    assert store.taggings_of(recorder.conn, other, "contact", [ADA]) == {ADA: []}
    store.delete_tag(recorder.conn, other, vip.id)
    assert store.all_tags(recorder.conn, recorder.app_id) == [vip]
    assert store.insert_tag(recorder.conn, other, "VIP", NOW).id != vip.id
