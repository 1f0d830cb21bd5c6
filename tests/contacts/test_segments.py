"""Segments: saved, renamed, deleted, and on the log."""

import asyncio

import pytest
from sqlalchemy import Connection, select

from app.contacts.segments import (
    SegmentDraft,
    change_segment,
    create_segment,
    delete_segment,
    get_segment,
    list_segments,
)
from app.errors import Conflict, InvalidField, NotFound, ParameterInvalid
from app.search.store import Segment
from app.storage.database import open_database
from app.storage.migrations import migrate
from app.storage.tables import audit_log
from app.trail.records import CLI
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

BUSY = {"field": "session_count", "operator": "gt", "value": 5}


def test_R44_a_segment_is_saved_found_and_forgotten(recorder: Recorder, conn: Connection) -> None:
    app_id = recorder.app_id
    made = create_segment(conn, app_id, SegmentDraft("Busy", BUSY), actor=CLI, now=NOW)
    assert get_segment(conn, app_id, made.id) == made
    later = change_segment(conn, app_id, made.id, SegmentDraft(name="Busier"), actor=CLI, now=NOW + 1)
    assert (later.name, later.filter, later.updated_at) == ("Busier", BUSY, NOW + 1)
    assert list_segments(conn, app_id) == [later]
    delete_segment(conn, app_id, made.id, actor=CLI, now=NOW + 2)
    assert list_segments(conn, app_id) == []
    with pytest.raises(NotFound):
        get_segment(conn, app_id, made.id)


def test_R82_what_happens_to_a_segment_is_on_the_log(recorder: Recorder, conn: Connection) -> None:
    made = create_segment(conn, recorder.app_id, SegmentDraft("Busy", BUSY), actor=CLI, now=NOW)
    change_segment(conn, recorder.app_id, made.id, SegmentDraft(filter=BUSY), actor=CLI, now=NOW)
    delete_segment(conn, recorder.app_id, made.id, actor=CLI, now=NOW)
    rows = conn.execute(select(audit_log.c.action, audit_log.c.subject_id, audit_log.c.detail)).all()
    assert [tuple(row) for row in rows][-3:] == [
        ("segment.created", made.id, {}),
        ("segment.updated", made.id, {"fields": ["filter"]}),
        ("segment.deleted", made.id, {}),
    ]


def test_names_are_unique_without_case_and_a_segment_may_keep_its_own(
    recorder: Recorder, conn: Connection
) -> None:
    busy = create_segment(conn, recorder.app_id, SegmentDraft("Busy", BUSY), actor=CLI, now=NOW)
    idle = create_segment(conn, recorder.app_id, SegmentDraft("Idle", BUSY), actor=CLI, now=NOW)
    with pytest.raises(Conflict):
        change_segment(conn, recorder.app_id, idle.id, SegmentDraft(name="BUSY"), actor=CLI, now=NOW)
    assert (
        change_segment(conn, recorder.app_id, busy.id, SegmentDraft(name="BUSY"), actor=CLI, now=NOW).name
        == "BUSY"
    )


def test_only_filters_that_mean_something_are_saved(recorder: Recorder, conn: Connection) -> None:
    for tree, error in (
        ({"field": "shoe", "operator": "is", "value": 1}, InvalidField),
        ({"field": "segment", "operator": "is", "value": "x"}, ParameterInvalid),
    ):
        with pytest.raises(error):
            create_segment(conn, recorder.app_id, SegmentDraft("x", tree), actor=CLI, now=NOW)
    assert list_segments(conn, recorder.app_id) == []


async def test_of_many_who_save_one_name_at_once_one_does(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    try:
        app_id = await database.write(lambda conn: create_workspace(conn, "Acme", NOW).app_id)

        def save(conn: Connection) -> Segment:
            return create_segment(conn, app_id, SegmentDraft("Busy", BUSY), actor=CLI, now=NOW)

        saved = await asyncio.gather(*(database.write(save) for _ in range(10)), return_exceptions=True)
        assert sorted((type(one) for one in saved), key=str) == [Conflict] * 9 + [Segment]
    finally:
        await database.close()
