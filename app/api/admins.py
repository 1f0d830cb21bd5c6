"""Teammates and teams over REST, and who a token stands for."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object
from app.api.calls import call_of
from app.api.shapes.admins import admin_shape, admin_with_app_shape, team_shape
from app.auth.tokens import TokenGrant
from app.errors import ParameterInvalid, ParameterNotFound
from app.ids import AdminId, AppId
from app.workspaces.operations import get_workspace
from app.workspaces.records import Workspace
from app.workspaces.teammates import (
    Away,
    Teammate,
    first_admin_of,
    get_teammate,
    operator_email,
    set_away,
    teammates_of,
)
from app.workspaces.teams import get_team, teams_of

_MOST_REASON: Final = (1 << 31) - 1


async def get_me(request: Request, grant: TokenGrant) -> Response:
    """``GET /me``: a token has no teammate of its own, so that it answers for the workspace's first admin."""
    call = call_of(request, grant)

    def work(conn: Connection) -> tuple[Teammate, Workspace]:
        first = first_admin_of(conn, call.app_id)
        return first or _stand_in(call.app_id, grant.name), get_workspace(conn, call.app_id)

    return Json(admin_with_app_shape(*await call.read(work)))


async def list_admins(request: Request, grant: TokenGrant) -> Response:
    """``GET /admins``."""
    call = call_of(request, grant)
    teammates = await call.read(lambda conn: teammates_of(conn, call.app_id))
    return Json({"type": "admin.list", "admins": [admin_shape(teammate) for teammate in teammates]})


async def get_admin(request: Request, grant: TokenGrant) -> Response:
    """``GET /admins/{admin_id}``."""
    call = call_of(request, grant)
    given = request.path_params["admin_id"]
    return Json(admin_shape(await call.read(lambda conn: get_teammate(conn, call.app_id, given))))


async def put_away(request: Request, grant: TokenGrant) -> Response:
    """``PUT /admins/{admin_id}/away``."""
    call = call_of(request, grant)
    away = read_away(await read_object(request), call.now)
    given = request.path_params["admin_id"]
    changed = await call.write(
        lambda conn: set_away(conn, call.app_id, given, away, actor=call.actor, now=call.now)
    )
    return Json(admin_shape(changed))


async def list_teams(request: Request, grant: TokenGrant) -> Response:
    """``GET /teams``."""
    call = call_of(request, grant)
    teams = await call.read(lambda conn: teams_of(conn, call.app_id))
    return Json({"type": "team.list", "teams": [team_shape(team) for team in teams]})


async def show_team(request: Request, grant: TokenGrant) -> Response:
    """``GET /teams/{team_id}``."""
    call = call_of(request, grant)
    given = request.path_params["team_id"]
    return Json(team_shape(await call.read(lambda conn: get_team(conn, call.app_id, given))))


def read_away(body: Mapping[str, Any], now: float) -> Away | None:
    """What a body says of somebody's being away; raises ParameterNotFound, ParameterInvalid."""
    for name in ("away_mode_enabled", "away_mode_reassign"):
        if name not in body:
            raise ParameterNotFound(f"{name} is missing: it is true or false")
        if not isinstance(body[name], bool):
            raise ParameterInvalid(f"{name} must be true or false")
    reason_id = body.get("away_status_reason_id")
    if reason_id is not None and not _is_reason(reason_id):
        raise ParameterInvalid("away_status_reason_id must be a positive number")
    if not body["away_mode_enabled"]:
        return None
    return Away(now, body["away_mode_reassign"], reason_id)


def _is_reason(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_REASON


def _stand_in(app_id: AppId, token_name: str) -> Teammate:
    """Who stands for a token while the workspace has no admin: nobody's id, an address that reaches nobody."""
    return Teammate(AdminId(0), operator_email(app_id), token_name, "admin")
