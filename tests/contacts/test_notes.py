"""Notes that teammates and scripts write."""

import pytest
from sqlalchemy import select

from app.auth.admins import create_admin
from app.contacts import notes
from app.contacts.notes_store import Note
from app.errors import NotFound, UserNotFound
from app.ids import AdminId, ContactId
from app.storage.tables import audit_log
from app.trail.records import Actor
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

TOKEN = Actor("token", "3")


@pytest.fixture
def ada(recorder: Recorder) -> ContactId:
    return recorder.ping({"user_id": "42"}).contact.id


def add_admin(recorder: Recorder) -> AdminId:
    return create_admin(recorder.conn, recorder.app_id, "tess@example.com", None, NOW)


def write(recorder: Recorder, contact_id: str, author_id: object = None) -> Note:
    return notes.write_note(
        recorder.conn, recorder.app_id, contact_id, "<p>Hi</p>", author_id=author_id, actor=TOKEN, now=NOW
    )


def test_a_note_has_the_teammate_who_is_named(recorder: Recorder, ada: ContactId) -> None:
    tess = add_admin(recorder)
    assert write(recorder, ada, tess).admin_id == tess
    assert write(recorder, ada, str(tess)).admin_id == tess


def test_a_note_may_have_no_author(recorder: Recorder, ada: ContactId) -> None:
    assert write(recorder, ada).admin_id is None
    assert write(recorder, ada, "").admin_id is None


@pytest.mark.parametrize("author_id", ["999", 999, "tess", True, [1], 1 << 70])
def test_a_note_by_nobody_known_is_refused(recorder: Recorder, ada: ContactId, author_id: object) -> None:
    with pytest.raises(NotFound):
        write(recorder, ada, author_id)


def test_R83_a_teammate_of_another_workspace_writes_no_note(recorder: Recorder, ada: ContactId) -> None:
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    theirs = create_admin(recorder.conn, other, "theo@example.com", None, NOW)
    with pytest.raises(NotFound):
        write(recorder, ada, theirs)


@pytest.mark.parametrize("contact_id", ["0" * 24, "no id", ""])
def test_a_note_on_nobody_is_refused(recorder: Recorder, contact_id: str) -> None:
    with pytest.raises(UserNotFound):
        write(recorder, contact_id)


def test_a_note_is_found_by_its_id(recorder: Recorder, ada: ContactId) -> None:
    note = write(recorder, ada)
    assert notes.get_note(recorder.conn, recorder.app_id, str(note.id)) == note
    for given in ("0", "x", None, 1 << 70, note.id + 1):
        with pytest.raises(NotFound):
            notes.get_note(recorder.conn, recorder.app_id, given)


def test_R82_a_note_is_on_the_log_without_its_words(recorder: Recorder, ada: ContactId) -> None:
    note = write(recorder, ada)
    statement = select(audit_log.c.action, audit_log.c.subject_id, audit_log.c.detail)
    row = recorder.conn.execute(statement.order_by(audit_log.c.id.desc())).first()
    assert row is not None
    assert tuple(row) == ("note.created", str(note.id), {"contact_id": ada})
