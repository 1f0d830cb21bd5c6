"""The attributes of a workspace are remembered for as long as its version stays the same."""

from sqlalchemy import update

from app.attributes import catalogue
from app.attributes.catalogue import catalogue_of
from app.attributes.operations import make_missing
from app.ids import AppId
from app.storage.sqlite import driver_of
from app.storage.tables import workspaces
from app.workspaces.operations import create_workspace, get_workspace
from support.recording import NOW, Recorder


def version(recorder: Recorder) -> str | None:
    return get_workspace(recorder.conn, recorder.app_id).attributes_version


def test_the_same_version_asks_the_database_once(recorder: Recorder) -> None:
    first = catalogue_of(recorder.conn, recorder.app_id, version(recorder))
    known = version(recorder)
    statements: list[str] = []
    driver_of(recorder.conn).set_trace_callback(statements.append)
    assert catalogue_of(recorder.conn, recorder.app_id, known) is first
    driver_of(recorder.conn).set_trace_callback(None)
    assert statements == []


def test_a_change_is_seen_at_once(recorder: Recorder) -> None:
    before = version(recorder)
    assert "plan" not in catalogue_of(recorder.conn, recorder.app_id, before).of("contact")
    make_missing(recorder.conn, recorder.app_id, "contact", {"plan": "pro"}, NOW)
    assert version(recorder) != before
    assert "plan" in catalogue_of(recorder.conn, recorder.app_id, version(recorder)).of("contact")


def test_what_was_rolled_back_is_not_remembered(recorder: Recorder) -> None:
    conn, app_id = recorder.conn, recorder.app_id
    undone = conn.begin_nested()
    make_missing(conn, app_id, "contact", {"plan": "pro"}, NOW)
    assert "plan" in catalogue_of(conn, app_id, version(recorder)).of("contact")
    undone.rollback()
    assert "plan" not in catalogue_of(conn, app_id, version(recorder)).of("contact")
    make_missing(conn, app_id, "contact", {"seats": 3}, NOW)
    assert catalogue_of(conn, app_id, version(recorder)).contact.keys() >= {"seats"}


def test_a_version_that_was_read_before_a_change_does_not_stand_for_it(recorder: Recorder) -> None:
    conn, app_id = recorder.conn, recorder.app_id
    before = version(recorder)
    undone = conn.begin_nested()
    make_missing(conn, app_id, "contact", {"plan": "pro"}, NOW)
    assert "plan" in catalogue_of(conn, app_id, before).of("contact")
    undone.rollback()
    assert "plan" not in catalogue_of(conn, app_id, before).of("contact")


def test_workspaces_are_told_apart(recorder: Recorder) -> None:
    other = create_workspace(recorder.conn, "Globex", NOW)
    make_missing(recorder.conn, other.app_id, "company", {"plan": "pro"}, NOW)
    assert "plan" not in catalogue_of(recorder.conn, recorder.app_id).company
    assert "plan" in catalogue_of(recorder.conn, other.app_id).company


def test_without_a_version_it_is_asked_for(recorder: Recorder) -> None:
    assert catalogue_of(recorder.conn, recorder.app_id) is catalogue_of(recorder.conn, recorder.app_id)
    make_missing(recorder.conn, recorder.app_id, "contact", {"plan": "pro"}, NOW)
    assert "plan" in catalogue_of(recorder.conn, recorder.app_id).contact
    assert catalogue_of(recorder.conn, AppId("unobody1")).contact == {}


def test_a_row_too_old_to_tell_its_version_is_not_remembered(recorder: Recorder) -> None:
    recorder.conn.execute(update(workspaces).values(attributes_version=None))
    first = catalogue_of(recorder.conn, recorder.app_id)
    assert catalogue_of(recorder.conn, recorder.app_id) is not first


def test_memory_has_a_limit(recorder: Recorder) -> None:
    catalogue._remembered.clear()
    catalogue._remembered.update(
        {AppId(f"u{number:07}"): ("v", catalogue.Catalogue({}, {})) for number in range(1_000)}
    )
    catalogue_of(recorder.conn, recorder.app_id, version(recorder))
    assert list(catalogue._remembered) == [recorder.app_id]
