"""The teammates of a workspace as the inbox knows them: their teams, and who is away.

Accounts, passwords and roles are ``app/auth/admins.py``'s affair.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, text

from app.auth.admins import Role
from app.errors import AdminNotFound
from app.ids import AdminId, AppId, serial_id
from app.storage.tables import admins, memberships
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News

_TEAMMATES: Final = (
    select(
        admins.c.id,
        admins.c.email,
        admins.c.name,
        memberships.c.role,
        memberships.c.away_since,
        memberships.c.away_reassigns,
        memberships.c.away_reason_id,
    )
    .join(memberships, memberships.c.admin_id == admins.c.id)
    .where(memberships.c.app_id == bindparam("app_id"))
    .order_by(admins.c.id)
)
_ONE: Final = _TEAMMATES.where(admins.c.id == bindparam("admin_id"))
_TEAM_IDS = text("SELECT admin_id, team_id FROM team_members WHERE app_id = :app_id ORDER BY team_id")
_SET_AWAY = text(
    """
    UPDATE memberships
    SET away_since = :since, away_reassigns = :reassigns, away_reason_id = :reason_id
    WHERE app_id = :app_id AND admin_id = :admin_id
    """
)


@dataclass(frozen=True, slots=True)
class Away:
    """Not at the inbox. ``reason_id`` is one of the customer's own, which nobody but they know."""

    since: float
    reassigns: bool
    reason_id: int | None


@dataclass(frozen=True, slots=True)
class Teammate:
    """``away`` is none while they are here."""

    id: AdminId
    email: str
    name: str | None
    role: Role
    away: Away | None = None
    team_ids: tuple[int, ...] = ()

    @property
    def shown_name(self) -> str:
        return self.name or self.email


def teammates_of(conn: Connection, app_id: AppId) -> list[Teammate]:
    """All of them, the first to come first."""
    teams: dict[int, list[int]] = {}
    for row in conn.execute(_TEAM_IDS, {"app_id": app_id}):
        teams.setdefault(row.admin_id, []).append(row.team_id)
    rows = conn.execute(_TEAMMATES, {"app_id": app_id})
    return [_teammate(row, tuple(teams.get(row.id, ()))) for row in rows]


def get_teammate(conn: Connection, app_id: AppId, given: object, field: str | None = None) -> Teammate:
    """The teammate that an id names, as digits or a number; raises AdminNotFound, which names ``field``."""
    admin_id = serial_id(given)
    row = admin_id and conn.execute(_ONE, {"app_id": app_id, "admin_id": admin_id}).one_or_none()
    if not row:
        raise AdminNotFound(field)
    rows = conn.execute(_TEAM_IDS, {"app_id": app_id})
    return _teammate(row, tuple(entry.team_id for entry in rows if entry.admin_id == row.id))


def first_admin_of(conn: Connection, app_id: AppId) -> Teammate | None:
    """The one who has been an admin of the workspace for longest; none where it has none."""
    return next((mate for mate in teammates_of(conn, app_id) if mate.role == "admin"), None)


def operator_email(app_id: AppId) -> str:
    """The address of whoever is nobody: the bot, a token. It reaches no one."""
    return f"operator+{app_id}@porchlight.invalid"


def set_away(
    conn: Connection, app_id: AppId, given: object, away: Away | None, *, actor: Actor, now: float
) -> Teammate:
    """Say that somebody is away, or here again; raises AdminNotFound."""
    before = get_teammate(conn, app_id, given, "admin_id")
    if away and before.away:
        away = replace(away, since=before.away.since)
    values: dict[str, object] = {"since": away and away.since, "reassigns": away and away.reassigns}
    values |= {"reason_id": away and away.reason_id, "app_id": app_id, "admin_id": before.id}
    conn.execute(_SET_AWAY, values)
    detail = {"away": away is not None}
    record(conn, app_id, actor, Deed("admin.away_changed", "admin", str(before.id), detail), now)
    announce(conn, app_id, News("admin.away_mode_updated", "admin", str(before.id)), now)
    return replace(before, away=away)


def _teammate(row: Row[*tuple[Any, ...]], team_ids: tuple[int, ...]) -> Teammate:
    away = None
    if row.away_since is not None:
        away = Away(row.away_since, bool(row.away_reassigns), row.away_reason_id)
    return Teammate(AdminId(row.id), row.email, row.name, row.role, away, team_ids)
