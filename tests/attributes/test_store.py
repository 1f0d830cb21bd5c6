"""Attributes as they are stored."""

from dataclasses import replace

from app.attributes import store
from app.attributes.records import AttributeId
from app.ids import AppId
from app.workspaces.operations import create_workspace, get_workspace
from support.attributes import attribute
from support.recording import NOW, Recorder


def test_an_attribute_is_read_as_it_was_written(recorder: Recorder) -> None:
    wanted = attribute(
        "size",
        "options",
        app_id=recorder.app_id,
        options=("1-10", "11-50"),
        description="How many they are",
        messenger_writable=False,
        archived=True,
        created_at=NOW,
        updated_at=NOW + 1,
        admin_id=7,
        qualification_position=3,
    )
    store.insert_attributes(recorder.conn, recorder.app_id, [wanted])
    stored = store.all_attributes(recorder.conn, recorder.app_id)[-1]
    assert stored == replace(wanted, id=stored.id)
    assert store.find_attribute(recorder.conn, recorder.app_id, stored.id) == stored


def test_R83_an_attribute_of_another_workspace_is_not_found(recorder: Recorder) -> None:
    other = create_workspace(recorder.conn, "Globex", NOW)
    theirs = store.all_attributes(recorder.conn, other.app_id)[0]
    assert store.find_attribute(recorder.conn, recorder.app_id, theirs.id) is None
    store.update_attribute(recorder.conn, replace(theirs, app_id=recorder.app_id, label="Ours"))
    assert store.find_attribute(recorder.conn, other.app_id, theirs.id) == theirs


def test_an_id_that_is_none_finds_nothing(recorder: Recorder) -> None:
    assert store.find_attribute(recorder.conn, recorder.app_id, AttributeId(0)) is None


def test_every_change_draws_another_version(recorder: Recorder) -> None:
    conn, app_id = recorder.conn, recorder.app_id
    seen = [store.version_of(conn, app_id)]
    store.insert_attributes(conn, app_id, [attribute("plan", app_id=app_id)])
    seen.append(store.version_of(conn, app_id))
    store.update_attribute(conn, replace(store.all_attributes(conn, app_id)[-1], label="Plan"))
    seen.append(store.version_of(conn, app_id))
    store.hold_attributes(conn, app_id)
    seen.append(store.version_of(conn, app_id))
    assert None not in seen
    assert len(set(seen)) == 4
    assert seen[-1] == get_workspace(conn, app_id).attributes_version


def test_a_workspace_that_is_none_has_no_version(recorder: Recorder) -> None:
    assert store.version_of(recorder.conn, AppId("unobody1")) is None
