"""What contacts did, in SQL, on both databases."""

import asyncio

from sqlalchemy import Connection

from app.contacts import events_store
from app.contacts.events_store import EventSum
from app.ids import AppId, ContactId
from app.storage.database import open_database
from app.storage.migrations import migrate
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

ADA, JOE = ContactId("a" * 24), ContactId("b" * 24)


def look_at_events(conn: Connection, app_id: AppId) -> None:
    def put(name: str, at: float, contact_id: ContactId = ADA) -> None:
        events_store.insert_event(conn, app_id, contact_id, name=name, created_at=at, metadata={"n": 1})

    def listed(
        since: float = 0.0, before: tuple[float, int] | None = None, limit: int = 9
    ) -> list[tuple[str, float]]:
        found = events_store.events_of(conn, app_id, ADA, since=since, before=before, limit=limit)
        return [(event.name, event.created_at) for event in found]

    put("saw", NOW)
    put("bought", NOW + 0.25)
    put("paid", NOW + 0.25)
    put("saw", NOW + 60)
    put("saw", NOW, JOE)
    every = [("saw", NOW + 60), ("paid", NOW + 0.25), ("bought", NOW + 0.25), ("saw", NOW)]
    assert listed() == every
    assert listed(limit=2) == every[:2]
    assert listed(since=NOW + 0.25) == every[:3]
    paid = events_store.events_of(conn, app_id, ADA, since=0, before=None, limit=9)[1]
    assert paid.metadata == {"n": 1}
    assert listed(before=(NOW, paid.id)) == every[2:]
    assert listed(before=(NOW + 0.25, 0)) == every[3:]
    assert listed(before=(NOW + 60, 999)) == every[1:]
    assert events_store.is_on_record(conn, app_id, ADA, "saw", NOW)
    assert not events_store.is_on_record(conn, app_id, ADA, "saw", NOW + 1)
    assert not events_store.is_on_record(conn, app_id, ADA, "left", NOW)
    events_store.put_sum(conn, app_id, ADA, EventSum("saw", 9, NOW - 90, NOW - 80))
    events_store.put_sum(conn, app_id, ADA, EventSum("saw", 5, NOW - 70, NOW - 60))
    events_store.put_sum(conn, app_id, JOE, EventSum("saw", 2, NOW - 100, NOW - 50))
    assert events_store.sums_of(conn, app_id, ADA) == [
        EventSum("bought", 1, NOW + 0.25, NOW + 0.25),
        EventSum("paid", 1, NOW + 0.25, NOW + 0.25),
        EventSum("saw", 7, NOW - 70, NOW + 60),
    ]
    events_store.move_events(conn, app_id, JOE, ADA)
    assert events_store.sums_of(conn, app_id, JOE) == []
    assert events_store.sums_of(conn, app_id, ADA)[2] == EventSum("saw", 10, NOW - 100, NOW + 60)


def test_events_in_sql(recorder: Recorder) -> None:
    look_at_events(recorder.conn, recorder.app_id)


async def test_events_in_sql_on_postgresql(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    try:
        await database.write(lambda conn: look_at_events(conn, create_workspace(conn, "Acme", NOW).app_id))
    finally:
        await database.close()


def test_R83_events_of_another_workspace_are_not_told(recorder: Recorder) -> None:
    events_store.insert_event(recorder.conn, recorder.app_id, ADA, name="saw", created_at=NOW, metadata={})
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    assert events_store.events_of(recorder.conn, other, ADA, since=0, before=None, limit=9) == []
    assert events_store.sums_of(recorder.conn, other, ADA) == []
