"""Teams: teammates by the name that conversations are assigned to. The command line makes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from app.auth.admins import find_by_email, role_in
from app.errors import Conflict, ParameterInvalid, TeamNotFound
from app.ids import AdminId, AppId, serial_id
from app.storage.tables import conversations, team_members, teams
from app.trail.operations import record
from app.trail.records import Actor, Deed
from app.workspaces.operations import get_workspace

_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Team:
    id: int
    name: str
    admin_ids: tuple[AdminId, ...] = ()


def teams_of(conn: Connection, app_id: AppId) -> list[Team]:
    """All of them, the oldest first."""
    members: dict[int, list[AdminId]] = {}
    statement = select(team_members.c.team_id, team_members.c.admin_id)
    rows = conn.execute(statement.where(team_members.c.app_id == app_id).order_by(team_members.c.admin_id))
    for team_id, admin_id in rows:
        members.setdefault(team_id, []).append(AdminId(admin_id))
    rows = conn.execute(select(teams.c.id, teams.c.name).where(teams.c.app_id == app_id).order_by(teams.c.id))
    return [Team(team_id, name, tuple(members.get(team_id, ()))) for team_id, name in rows]


def get_team(conn: Connection, app_id: AppId, given: object) -> Team:
    """The team that an id names, as digits or a number; raises TeamNotFound."""
    team_id = serial_id(given)
    for team in teams_of(conn, app_id):
        if team.id == team_id:
            return team
    raise TeamNotFound


def create_team(
    conn: Connection, app_id: AppId, name: str, emails: Sequence[str], *, actor: Actor, now: float
) -> Team:
    """A team of the teammates with these emails.

    Raises WorkspaceNotFound, ParameterInvalid for an email of no teammate, Conflict where the name is taken.
    """
    get_workspace(conn, app_id)
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise ParameterInvalid(f"A team's name has 1 to {_LONGEST_NAME} characters")
    if any(team.name.casefold() == name.casefold() for team in teams_of(conn, app_id)):
        raise Conflict(f"A team named {name!r} exists already")
    row = {"app_id": app_id, "name": name, "created_at": now}
    team_id = int(conn.execute(insert(teams).returning(teams.c.id), row).scalar_one())
    team = Team(team_id, name, _put_members(conn, app_id, team_id, emails))
    record(conn, app_id, actor, _deed("team.created", team), now)
    return team


def change_members(
    conn: Connection, app_id: AppId, given: object, emails: Sequence[str], *, actor: Actor, now: float
) -> Team:
    """From now on the team is these teammates; raises TeamNotFound, ParameterInvalid."""
    team = get_team(conn, app_id, given)
    _forget_members(conn, app_id, team.id)
    team = Team(team.id, team.name, _put_members(conn, app_id, team.id, emails))
    record(conn, app_id, actor, _deed("team.updated", team), now)
    return team


def delete_team(conn: Connection, app_id: AppId, given: object, *, actor: Actor, now: float) -> None:
    """Dissolve a team; what was assigned to it is assigned to nobody. Raises TeamNotFound."""
    team = get_team(conn, app_id, given)
    _forget_members(conn, app_id, team.id)
    theirs = (conversations.c.app_id == app_id, conversations.c.team_assignee_id == team.id)
    conn.execute(update(conversations).where(*theirs).values(team_assignee_id=None))
    conn.execute(delete(teams).where(teams.c.app_id == app_id, teams.c.id == team.id))
    record(conn, app_id, actor, _deed("team.deleted", team), now)


def _put_members(conn: Connection, app_id: AppId, team_id: int, emails: Sequence[str]) -> tuple[AdminId, ...]:
    ids = sorted({_teammate_of(conn, app_id, email) for email in emails})
    if ids:
        rows = [{"app_id": app_id, "team_id": team_id, "admin_id": admin_id} for admin_id in ids]
        conn.execute(insert(team_members), rows)
    return tuple(ids)


def _teammate_of(conn: Connection, app_id: AppId, email: str) -> AdminId:
    account = find_by_email(conn, email)
    if account is None or role_in(conn, app_id, account.id) is None:
        raise ParameterInvalid(f"{email} is no teammate of this workspace")
    return account.id


def _forget_members(conn: Connection, app_id: AppId, team_id: int) -> None:
    conn.execute(
        delete(team_members).where(team_members.c.app_id == app_id, team_members.c.team_id == team_id)
    )


def _deed(action: str, team: Team) -> Deed:
    return Deed(action, "team", str(team.id), {"members": len(team.admin_ids)})
