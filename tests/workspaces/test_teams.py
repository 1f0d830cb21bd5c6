"""Teams, as the command line makes them."""

import pytest
from sqlalchemy import select

from app.auth.admins import create_admin, remove_member
from app.errors import Conflict, ParameterInvalid, TeamNotFound, WorkspaceNotFound
from app.ids import AppId
from app.storage.tables import audit_log
from app.trail.records import CLI
from app.workspaces.operations import create_workspace
from app.workspaces.teams import Team, change_members, create_team, delete_team, get_team, teams_of
from support.recording import NOW, Recorder


def _create(recorder: Recorder, name: str, *emails: str) -> Team:
    return create_team(recorder.conn, recorder.app_id, name, emails, actor=CLI, now=NOW)


def _change(recorder: Recorder, team: Team, *emails: str) -> Team:
    return change_members(recorder.conn, recorder.app_id, team.id, emails, actor=CLI, now=NOW)


def _actions(recorder: Recorder) -> list[str]:
    return list(recorder.conn.execute(select(audit_log.c.action).order_by(audit_log.c.id)).scalars())


def test_a_team_is_made_changed_and_dissolved(recorder: Recorder) -> None:
    ada, ben = (
        create_admin(recorder.conn, recorder.app_id, f"{name}@acme.example", None, NOW)
        for name in ("ada", "ben")
    )
    team = _create(recorder, " Sales ", "ADA@acme.example", "ada@acme.example")
    assert teams_of(recorder.conn, recorder.app_id) == [Team(team.id, "Sales", (ada,))]
    _change(recorder, team, "ada@acme.example", "ben@acme.example")
    assert get_team(recorder.conn, recorder.app_id, str(team.id)).admin_ids == (ada, ben)
    delete_team(recorder.conn, recorder.app_id, team.id, actor=CLI, now=NOW)
    assert teams_of(recorder.conn, recorder.app_id) == []
    assert _actions(recorder) == ["team.created", "team.updated", "team.deleted"]


def test_whoever_leaves_the_workspace_leaves_its_teams(recorder: Recorder) -> None:
    ada = create_admin(recorder.conn, recorder.app_id, "ada@acme.example", None, NOW)
    create_admin(recorder.conn, recorder.app_id, "ben@acme.example", None, NOW)
    team = _create(recorder, "Sales", "ada@acme.example")
    remove_member(recorder.conn, recorder.app_id, ada)
    assert get_team(recorder.conn, recorder.app_id, team.id).admin_ids == ()


def test_a_stranger_joins_no_team(recorder: Recorder) -> None:
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    create_admin(recorder.conn, other, "eve@globex.example", None, NOW)
    with pytest.raises(ParameterInvalid, match=r"eve@globex.example is no teammate"):
        _create(recorder, "Sales", "eve@globex.example")


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_team_has_a_name_of_1_to_100_characters(recorder: Recorder, name: str) -> None:
    with pytest.raises(ParameterInvalid, match="1 to 100"):
        _create(recorder, name)


def test_names_of_teams_differ_by_more_than_case(recorder: Recorder) -> None:
    _create(recorder, "x" * 100)
    with pytest.raises(Conflict):
        _create(recorder, "X" * 100)


def test_no_team_without_a_workspace(recorder: Recorder) -> None:
    with pytest.raises(WorkspaceNotFound):
        create_team(recorder.conn, AppId("uaaaaaaa"), "Sales", (), actor=CLI, now=NOW)


@pytest.mark.parametrize("given", ["999", "x", "", "9" * 30, None])
def test_an_id_of_no_team_is_not_found(recorder: Recorder, given: object) -> None:
    with pytest.raises(TeamNotFound, match=r"^Team not found$"):
        get_team(recorder.conn, recorder.app_id, given)


def test_R83_a_team_of_another_workspace_is_not_found(recorder: Recorder) -> None:
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    team = create_team(recorder.conn, other, "Sales", (), actor=CLI, now=NOW)
    with pytest.raises(TeamNotFound):
        get_team(recorder.conn, recorder.app_id, team.id)
