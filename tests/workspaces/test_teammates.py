"""Who is at the inbox, and who is away."""

import pytest
from sqlalchemy import select

from app.auth.admins import create_admin
from app.errors import AdminNotFound
from app.ids import AdminId
from app.storage.tables import audit_log
from app.trail.records import CLI, Actor
from app.workspaces.operations import create_workspace
from app.workspaces.teammates import Away, first_admin_of, get_teammate, set_away, teammates_of
from app.workspaces.teams import create_team
from support.recording import NOW, Recorder

BY = Actor("token", "7")


def _admin(recorder: Recorder, email: str, **told: str) -> AdminId:
    return create_admin(recorder.conn, recorder.app_id, email, None, NOW, **told)


def test_teammates_come_in_the_order_they_joined_with_their_teams(recorder: Recorder) -> None:
    zoe, ada = _admin(recorder, "zoe@acme.example"), _admin(recorder, "ada@acme.example", name="Ada")
    team = create_team(recorder.conn, recorder.app_id, "Sales", ["ada@acme.example"], actor=CLI, now=NOW)
    told = [
        (mate.id, mate.shown_name, mate.team_ids) for mate in teammates_of(recorder.conn, recorder.app_id)
    ]
    assert told == [(zoe, "zoe@acme.example", ()), (ada, "Ada", (team.id,))]
    assert get_teammate(recorder.conn, recorder.app_id, str(ada)).team_ids == (team.id,)


def test_the_first_admin_is_the_one_who_came_first(recorder: Recorder) -> None:
    assert first_admin_of(recorder.conn, recorder.app_id) is None
    _admin(recorder, "mate@acme.example", role="teammate")
    assert first_admin_of(recorder.conn, recorder.app_id) is None
    boss = _admin(recorder, "boss@acme.example")
    _admin(recorder, "late@acme.example")
    first = first_admin_of(recorder.conn, recorder.app_id)
    assert first is not None
    assert first.id == boss


def test_somebody_is_away_from_the_first_word_of_it_until_they_are_here(recorder: Recorder) -> None:
    ada = _admin(recorder, "ada@acme.example")
    set_away(recorder.conn, recorder.app_id, ada, Away(NOW, False, None), actor=BY, now=NOW)
    later = NOW + 60
    set_away(recorder.conn, recorder.app_id, ada, Away(later, True, 12), actor=BY, now=later)
    assert get_teammate(recorder.conn, recorder.app_id, ada).away == Away(NOW, True, 12)
    set_away(recorder.conn, recorder.app_id, ada, None, actor=BY, now=later)
    assert get_teammate(recorder.conn, recorder.app_id, ada).away is None


def test_R82_being_away_is_on_the_log(recorder: Recorder) -> None:
    ada = _admin(recorder, "ada@acme.example")
    set_away(recorder.conn, recorder.app_id, ada, Away(NOW, False, None), actor=BY, now=NOW)
    row = recorder.conn.execute(select(audit_log).where(audit_log.c.action == "admin.away_changed")).one()
    assert (row.actor_type, row.actor_id, row.subject_id, row.detail) == (
        "token",
        "7",
        str(ada),
        {"away": True},
    )


@pytest.mark.parametrize("given", ["999", "0", "-1", "x", "", "9" * 30, None, True, 1.5, [1]])
def test_an_id_of_nobody_names_the_field_it_came_in(recorder: Recorder, given: object) -> None:
    _admin(recorder, "ada@acme.example")
    with pytest.raises(AdminNotFound, match=r"^Admin for admin_id not found$"):
        get_teammate(recorder.conn, recorder.app_id, given, "admin_id")
    with pytest.raises(AdminNotFound, match=r"^Admin not found$"):
        get_teammate(recorder.conn, recorder.app_id, given)


def test_R83_a_teammate_of_another_workspace_is_nobody(recorder: Recorder) -> None:
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    stranger = create_admin(recorder.conn, other, "eve@globex.example", None, NOW)
    with pytest.raises(AdminNotFound):
        get_teammate(recorder.conn, recorder.app_id, stranger)
    with pytest.raises(AdminNotFound):
        set_away(recorder.conn, recorder.app_id, stranger, None, actor=BY, now=NOW)
