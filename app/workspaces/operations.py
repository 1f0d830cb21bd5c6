"""Make a workspace, and turn its switches."""

import secrets
import zoneinfo
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, cast, get_args
from unicodedata import category

from sqlalchemy import Connection

from app.attributes.operations import create_defaults
from app.errors import ParameterInvalid, WorkspaceNotFound
from app.ids import AppId, Region, new_app_id
from app.workspaces.origins import read_origin
from app.workspaces.records import Workspace
from app.workspaces.store import find_workspace, insert_workspace, lock_workspace, update_workspace

LIVE_SECRETS: Final = 2
_LONGEST_NAME: Final = 200
_MOST_ORIGINS: Final = 100
# Control characters, halves of surrogate pairs, line and paragraph separators.
_UNSHOWN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def create_workspace(
    conn: Connection,
    name: str,
    now: float,
    *,
    region: str = "us",
    timezone: str = "UTC",
    allowed_origins: Sequence[str] = (),
) -> Workspace:
    """A new workspace with an identity secret and its first data attributes; raises ParameterInvalid."""
    if region not in get_args(Region):
        raise ParameterInvalid(f"region is {region!r}: it is one of {', '.join(get_args(Region))}")
    workspace = Workspace(
        app_id=AppId(""),
        name=_checked_name(name),
        region=cast("Region", region),
        timezone=_checked_zone(timezone),
        identity_verification=False,
        identity_secrets=(_new_secret(),),
        allowed_origins=_checked_origins(allowed_origins),
        created_at=now,
    )
    while True:
        named = replace(workspace, app_id=new_app_id(workspace.region))
        if insert_workspace(conn, named):
            create_defaults(conn, named.app_id, now)
            return get_workspace(conn, named.app_id)


def change_workspace(
    conn: Connection,
    app_id: AppId,
    *,
    identity_verification: bool | None = None,
    timezone: str | None = None,
    allowed_origins: Sequence[str] | None = None,
) -> Workspace:
    """Turn the switches that are given; raises WorkspaceNotFound, ParameterInvalid."""
    workspace = _locked(conn, app_id)
    if identity_verification is not None:
        workspace = replace(workspace, identity_verification=identity_verification)
    if timezone is not None:
        workspace = replace(workspace, timezone=_checked_zone(timezone))
    if allowed_origins is not None:
        workspace = replace(workspace, allowed_origins=_checked_origins(allowed_origins))
    update_workspace(conn, workspace)
    return workspace


def rotate_secret(conn: Connection, app_id: AppId) -> Workspace:
    """A new identity secret comes first; the one before it stays live until the next rotation."""
    workspace = _locked(conn, app_id)
    live = (_new_secret(), *workspace.identity_secrets)[:LIVE_SECRETS]
    workspace = replace(workspace, identity_secrets=live)
    update_workspace(conn, workspace)
    return workspace


def retire_old_secret(conn: Connection, app_id: AppId) -> Workspace:
    """Only the newest secret stays live."""
    workspace = _locked(conn, app_id)
    workspace = replace(workspace, identity_secrets=workspace.identity_secrets[:1])
    update_workspace(conn, workspace)
    return workspace


def get_workspace(conn: Connection, app_id: AppId) -> Workspace:
    """Raises WorkspaceNotFound."""
    workspace = find_workspace(conn, app_id)
    if workspace is None:
        raise WorkspaceNotFound
    return workspace


def _locked(conn: Connection, app_id: AppId) -> Workspace:
    workspace = lock_workspace(conn, app_id)
    if workspace is None:
        raise WorkspaceNotFound
    return workspace


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


def _checked_name(name: str) -> str:
    stripped = name.strip()
    if not 1 <= len(stripped) <= _LONGEST_NAME:
        raise ParameterInvalid(
            f"The name has {len(stripped)} characters: a workspace's name has 1 to {_LONGEST_NAME}"
        )
    if any(category(character) in _UNSHOWN for character in stripped):
        raise ParameterInvalid("The name holds a character that can't be shown, such as a line break")
    return stripped


def _checked_zone(timezone: str) -> str:
    try:
        zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ParameterInvalid(
            f"timezone is {timezone!r}: it must be an IANA name such as Europe/Berlin or UTC"
        ) from None
    return timezone


def _checked_origins(origins: Sequence[str]) -> tuple[str, ...]:
    checked = tuple(dict.fromkeys(read_origin(origin) for origin in origins))
    if len(checked) > _MOST_ORIGINS:
        raise ParameterInvalid(f"allowed_origin is given {len(checked)} times: at most {_MOST_ORIGINS}")
    return checked
