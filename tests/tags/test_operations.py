"""Deeds with tags."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from app.errors import Conflict, NotFound, TagInUse
from app.ids import AdminId, AppId
from app.search.store import segments_of
from app.storage.database import open_database
from app.storage.migrations import migrate
from app.storage.tables import audit_log, segments
from app.tags import operations
from app.tags.records import Subject, Tag
from app.trail.records import Actor
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

TOKEN, TEAMMATE = Actor("token", "3"), Actor("admin", "7")
ADA = Subject("contact", "a" * 24)


def make(recorder: Recorder, name: str = "VIP") -> Tag:
    return operations.find_or_make(recorder.conn, recorder.app_id, name, actor=TOKEN, now=NOW)


def segment_row(app_id: AppId, tag_name: str) -> dict[str, Any]:
    row = {"app_id": app_id, "id": "c" * 24, "name": "Seg 1", "person_type": "contact"}
    tree = {"field": "tag", "operator": "is", "value": tag_name}
    return row | {"filter": tree, "created_at": NOW, "updated_at": NOW}


def save_segment(recorder: Recorder, tag_name: str) -> None:
    recorder.conn.execute(insert(segments), [segment_row(recorder.app_id, tag_name)])


def logged(recorder: Recorder) -> list[tuple[str, str, str]]:
    statement = select(audit_log.c.action, audit_log.c.subject_type, audit_log.c.subject_id)
    return [tuple(row) for row in recorder.conn.execute(statement.order_by(audit_log.c.id))]


def test_a_name_makes_one_tag_regardless_of_case(recorder: Recorder) -> None:
    tag = make(recorder)
    assert make(recorder, "vip") == tag
    assert logged(recorder) == [("tag.created", "tag", str(tag.id))]


def test_a_tag_may_be_renamed_to_its_own_name_in_other_letters(recorder: Recorder) -> None:
    tag = make(recorder)
    renamed = operations.rename(recorder.conn, recorder.app_id, tag.id, "vip", actor=TOKEN, now=NOW)
    assert operations.get_tag(recorder.conn, recorder.app_id, tag.id) == renamed
    assert renamed.name == "vip"


def test_a_tag_may_not_be_renamed_to_anothers_name(recorder: Recorder) -> None:
    make(recorder, "Lead")
    tag = make(recorder)
    with pytest.raises(Conflict):
        operations.rename(recorder.conn, recorder.app_id, tag.id, "LEAD", actor=TOKEN, now=NOW)


def test_R44_segments_follow_a_tags_name_and_the_log_says_so(recorder: Recorder) -> None:
    tag = make(recorder)
    save_segment(recorder, "vip")
    operations.rename(recorder.conn, recorder.app_id, tag.id, "Gold", actor=TOKEN, now=NOW + 9)
    [segment] = segments_of(recorder.conn, recorder.app_id)
    assert segment.filter["value"] == "Gold"
    assert logged(recorder)[1:] == [
        ("tag.updated", "tag", str(tag.id)),
        ("segment.updated", "segment", segment.id),
    ]


async def test_of_many_renamings_at_once_segments_follow_the_last(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)

    def prepare(conn: Connection) -> tuple[AppId, Tag]:
        app_id = create_workspace(conn, "Acme", NOW).app_id
        conn.execute(insert(segments), [segment_row(app_id, "VIP")])
        return app_id, operations.find_or_make(conn, app_id, "VIP", actor=TOKEN, now=NOW)

    try:
        app_id, tag = await database.write(prepare)

        def rename(conn: Connection, name: str) -> Tag:
            return operations.rename(conn, app_id, tag.id, name, actor=TOKEN, now=NOW)

        names = [f"Gold {n}" for n in range(10)]
        await asyncio.gather(*(database.write(lambda conn, name=name: rename(conn, name)) for name in names))
        last = await database.read(lambda conn: operations.get_tag(conn, app_id, tag.id))
        [segment] = await database.read(lambda conn: segments_of(conn, app_id))
        assert segment.filter["value"] == last.name
    finally:
        await database.close()


@pytest.mark.parametrize("given", ["999", 999, "no id", None, 1 << 80])
def test_an_unknown_id_is_not_found(recorder: Recorder, given: object) -> None:
    with pytest.raises(NotFound):
        operations.get_tag(recorder.conn, recorder.app_id, given)


def test_R83_another_workspaces_tag_is_not_found(recorder: Recorder) -> None:
    tag = make(recorder)
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    with pytest.raises(NotFound):
        operations.get_tag(recorder.conn, other, tag.id)


@pytest.mark.parametrize(("actor", "by"), [(TOKEN, None), (TEAMMATE, AdminId(7))])
def test_a_tag_tells_when_it_was_put_on_and_by_which_teammate(
    recorder: Recorder, actor: Actor, by: AdminId | None
) -> None:
    tag = make(recorder)
    assert operations.put_on(recorder.conn, recorder.app_id, tag, ADA, actor=actor, now=NOW + 5)
    assert not operations.put_on(recorder.conn, recorder.app_id, tag, ADA, actor=actor, now=NOW + 9)
    tagging = operations.tagging_of(recorder.conn, recorder.app_id, tag, ADA)
    assert (tagging.tag, tagging.applied_at, tagging.applied_by) == (tag, NOW + 5, by)


def test_R82_what_is_put_on_and_taken_off_is_on_the_log_once(recorder: Recorder) -> None:
    tag = make(recorder)
    for _ in range(2):
        operations.put_on(recorder.conn, recorder.app_id, tag, ADA, actor=TOKEN, now=NOW)
    assert operations.take_off(recorder.conn, recorder.app_id, tag, ADA, actor=TOKEN, now=NOW)
    assert not operations.take_off(recorder.conn, recorder.app_id, tag, ADA, actor=TOKEN, now=NOW)
    with pytest.raises(NotFound):
        operations.tagging_of(recorder.conn, recorder.app_id, tag, ADA)
    assert logged(recorder)[1:] == [
        ("contact.tag.created", "contact", ADA.id),
        ("contact.tag.deleted", "contact", ADA.id),
    ]


def test_a_tag_that_is_deleted_is_borne_by_nobody(recorder: Recorder) -> None:
    tag = make(recorder)
    operations.put_on(recorder.conn, recorder.app_id, tag, ADA, actor=TOKEN, now=NOW)
    operations.delete(recorder.conn, recorder.app_id, tag, actor=TOKEN, now=NOW)
    with pytest.raises(NotFound):
        operations.get_tag(recorder.conn, recorder.app_id, tag.id)
    with pytest.raises(NotFound):
        operations.tagging_of(recorder.conn, recorder.app_id, tag, ADA)


def test_a_tag_that_a_segment_asks_for_is_not_deleted(recorder: Recorder) -> None:
    tag = make(recorder)
    save_segment(recorder, "vip")
    message = r"^Unable to delete Tag with dependent objects. Segments: Seg 1.$"
    with pytest.raises(TagInUse, match=message):
        operations.delete(recorder.conn, recorder.app_id, tag, actor=TOKEN, now=NOW)
    assert operations.get_tag(recorder.conn, recorder.app_id, tag.id) == tag
