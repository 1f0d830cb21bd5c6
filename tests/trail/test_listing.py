"""The trail, read."""

import pytest
from sqlalchemy import insert

from app.auth.tokens import create_token, revoke_token
from app.ids import AppId
from app.storage.tables import receipts
from app.trail.listing import View, entries_of, names_of, receipts_of
from app.trail.operations import record
from app.trail.records import CLI, SYSTEM, Actor, Deed
from app.workspaces.administration import add_teammate, remove_teammate
from support.recording import NOW, Recorder

ADA, BOT = Actor("admin", "3"), Actor("token", "7")


@pytest.fixture
def log(recorder: Recorder) -> Recorder:
    """Five entries of Acme's and one of somebody else's."""
    for actor, action, subject in [
        (ADA, "contact.viewed", "a"),
        (BOT, "contact.viewed", "b"),
        (CLI, "token.created", None),
        (ADA, "contact.updated", "a"),
        (SYSTEM, "contact.destroyed", "a"),
    ]:
        record(recorder.conn, recorder.app_id, actor, Deed(action, "contact", subject), NOW)
    record(recorder.conn, AppId("uzzzzzzz"), ADA, Deed("contact.viewed", "contact", "a"), NOW)
    return recorder


@pytest.mark.parametrize(
    ("view", "numbers"),
    [
        (View(), [5, 4, 3, 2, 1]),
        (View(before=4), [3, 2, 1]),
        (View(actor="admin:3"), [4, 1]),
        (View(actor="cli"), [3]),
        (View(actor="admin"), []),
        (View(action="contact.viewed"), [2, 1]),
        (View(action="contact"), []),
        (View(subject_id="a", before=5), [4, 1]),
        (View(actor="admin:3", action="contact.viewed"), [1]),
    ],
)
def test_newest_come_first_and_others_are_left_out(log: Recorder, view: View, numbers: list[int]) -> None:
    assert [entry.id for entry in entries_of(log.conn, log.app_id, view, 10)] == numbers


def test_no_more_are_read_than_asked_for(log: Recorder) -> None:
    assert [entry.id for entry in entries_of(log.conn, log.app_id, View(), 2)] == [5, 4]


def test_actors_are_named_though_they_have_gone(recorder: Recorder) -> None:
    conn, app_id, by = recorder.conn, recorder.app_id, {"actor": CLI, "now": NOW}
    add_teammate(conn, app_id, "ada@example.com", None, **by)  # type: ignore[arg-type]
    grace = add_teammate(conn, app_id, "grace@example.com", None, **by)  # type: ignore[arg-type]
    remove_teammate(conn, app_id, grace, **by)  # type: ignore[arg-type]
    create_token(conn, app_id, "billing", NOW)
    revoke_token(conn, app_id, "billing", NOW)
    actors = [Actor("admin", "2"), Actor("token", "1"), Actor("token", "99"), CLI]
    assert names_of(conn, app_id, actors) == {
        Actor("admin", "2"): "grace@example.com",
        Actor("token", "1"): "billing",
    }


def test_R65_receipts_are_read_newest_first_and_by_workspace(recorder: Recorder) -> None:
    row = {"destroyed_at": NOW, "deleted_at": NOW - 7, "asked_by": "admin:3", "kept": {}}
    for app_id, count in ((recorder.app_id, 1), (recorder.app_id, 2), ("uzzzzzzz", 3)):
        recorder.conn.execute(insert(receipts), row | {"app_id": app_id, "destroyed": {"notes": count}})
    found = receipts_of(recorder.conn, recorder.app_id)
    assert [receipt.destroyed for receipt in found] == [{"notes": 2}, {"notes": 1}]
