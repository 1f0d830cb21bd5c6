"""What teammates did."""

from app.trail.activities import activities_between, count_activities
from app.trail.operations import record
from app.trail.records import CLI, Actor, Deed
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

ADA = Actor("admin", "3")


def _do(recorder: Recorder, action: str, at: float, actor: Actor = ADA) -> None:
    record(recorder.conn, recorder.app_id, actor, Deed(action, "contact", "c" * 24), at)


def _actions(recorder: Recorder, after: float, before: float, **told: int) -> list[str]:
    found = activities_between(recorder.conn, recorder.app_id, after, before, **{"most": 10, **told})
    return [entry.action for entry in found]


def test_only_teammates_deeds_count_and_the_newest_comes_first(recorder: Recorder) -> None:
    _do(recorder, "contact.viewed", NOW)
    _do(recorder, "contact.created", NOW, CLI)
    _do(recorder, "contact.deleted", NOW + 1, Actor("token", "3"))
    _do(recorder, "contact.updated", NOW + 2)
    assert _actions(recorder, NOW, NOW + 2) == ["contact.updated", "contact.viewed"]
    assert count_activities(recorder.conn, recorder.app_id, NOW, NOW + 2) == 2
    assert _actions(recorder, NOW, NOW + 2, most=1, offset=1) == ["contact.viewed"]


def test_both_moments_belong_to_it(recorder: Recorder) -> None:
    _do(recorder, "contact.viewed", NOW + 0.9)
    assert _actions(recorder, NOW, NOW) == ["contact.viewed"]
    assert _actions(recorder, NOW + 1, NOW + 9) == []
    assert _actions(recorder, NOW - 9, NOW - 1) == []


def test_R83_only_ones_own(recorder: Recorder) -> None:
    _do(recorder, "contact.viewed", NOW)
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    assert activities_between(recorder.conn, other, 0, NOW, most=9) == []
    assert count_activities(recorder.conn, other, 0, NOW) == 0
