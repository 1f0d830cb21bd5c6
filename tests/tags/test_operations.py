"""Deeds with tags."""

import pytest
from sqlalchemy import insert, select

from app.errors import Conflict, NotFound, TagInUse
from app.ids import AdminId
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


def logged(recorder: Recorder) -> list[tuple[str, str, str]]:
    statement = select(audit_log.c.action, audit_log.c.subject_type, audit_log.c.subject_id)
    return [tuple(row) for row in recorder.conn.execute(statement.order_by(audit_log.c.id))]


def test_a_name_makes_one_tag_regardless_of_case(recorder: Recorder) -> None:
    tag = make(recorder)
    assert make(recorder, "vip") == tag
    assert logged(recorder) == [("tag.created", "tag", str(tag.id))]


def test_a_tag_may_be_renamed_to_its_own_name_in_other_letters(recorder: Recorder) -> None:
    tag = make(recorder)
    renamed = operations.rename(recorder.conn, recorder.app_id, tag, "vip", actor=TOKEN, now=NOW)
    assert operations.get_tag(recorder.conn, recorder.app_id, tag.id) == renamed
    assert renamed.name == "vip"


def test_a_tag_may_not_be_renamed_to_anothers_name(recorder: Recorder) -> None:
    make(recorder, "Lead")
    tag = make(recorder)
    with pytest.raises(Conflict):
        operations.rename(recorder.conn, recorder.app_id, tag, "LEAD", actor=TOKEN, now=NOW)


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
    row = {"app_id": recorder.app_id, "id": "c" * 24, "name": "Seg 1", "person_type": "contact"}
    row |= {
        "filter": {"field": "tag", "operator": "is", "value": "vip"},
        "created_at": NOW,
        "updated_at": NOW,
    }
    recorder.conn.execute(insert(segments), [row])
    message = r"^Unable to delete Tag with dependent objects. Segments: Seg 1.$"
    with pytest.raises(TagInUse, match=message):
        operations.delete(recorder.conn, recorder.app_id, tag, actor=TOKEN, now=NOW)
    assert operations.get_tag(recorder.conn, recorder.app_id, tag.id) == tag
