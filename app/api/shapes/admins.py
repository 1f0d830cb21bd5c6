"""Teammates, teams and the workspace as REST shows them."""

from typing import Any

from app.workspaces.records import Workspace
from app.workspaces.teammates import Teammate
from app.workspaces.teams import Team


def admin_shape(teammate: Teammate) -> dict[str, Any]:
    away = teammate.away
    return {
        "type": "admin",
        "id": str(teammate.id),
        "name": teammate.shown_name,
        "email": teammate.email,
        "job_title": None,
        "away_mode_enabled": away is not None,
        "away_mode_reassign": away is not None and away.reassigns,
        "away_status_reason_id": away and away.reason_id,
        "has_inbox_seat": True,
        "team_ids": list(teammate.team_ids),
        "avatar": None,
        "team_priority_level": None,
    }


def admin_with_app_shape(teammate: Teammate, workspace: Workspace) -> dict[str, Any]:
    """No email was ever checked by a letter, so that none counts as verified."""
    return admin_shape(teammate) | {
        "email_verified": False,
        "avatar": {"type": "avatar", "image_url": None},
        "app": _app_shape(workspace),
    }


def team_shape(team: Team) -> dict[str, Any]:
    """Teammates take conversations themselves: none is handed round."""
    return {
        "type": "team",
        "id": str(team.id),
        "name": team.name,
        "admin_ids": list(team.admin_ids),
        "admin_priority_level": None,
        "assignment_limit": None,
        "distribution_method": None,
    }


def _app_shape(workspace: Workspace) -> dict[str, Any]:
    return {
        "type": "app",
        "id_code": workspace.app_id,
        "name": workspace.name,
        "region": workspace.region.upper(),
        "timezone": workspace.timezone,
        "created_at": int(workspace.created_at),
        "secure": workspace.identity_verification,
        "identity_verification": workspace.identity_verification,
    }
