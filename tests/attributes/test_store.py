"""Attributes as they are stored."""

from dataclasses import replace

from app.attributes import store
from app.attributes.records import AttributeId
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
    store.insert_attributes(recorder.conn, [wanted])
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


def test_every_version_is_another(recorder: Recorder) -> None:
    seen = {get_workspace(recorder.conn, recorder.app_id).attributes_version}
    for _ in range(3):
        store.renew_version(recorder.conn, recorder.app_id)
        seen.add(get_workspace(recorder.conn, recorder.app_id).attributes_version)
    assert len(seen) == 4
