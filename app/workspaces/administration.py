"""What admins and operators do to a workspace: who may enter it, and its switches. All on the audit log.

The same deeds come from the dashboard and from the command line; ``actor`` tells which. The log
holds no names, no emails and no secrets: a teammate and a token are known by their numbers. Rule R82.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from app.auth import admins, tokens
from app.ids import AdminId, AppId
from app.trail.operations import record
from app.trail.records import Actor, Deed
from app.workspaces import operations
from app.workspaces.records import Workspace


def change_switches(
    conn: Connection,
    app_id: AppId,
    *,
    actor: Actor,
    now: float,
    identity_verification: bool | None = None,
    timezone: str | None = None,
    allowed_origins: Sequence[str] | None = None,
) -> Workspace:
    """Turn the switches that are given; raises WorkspaceNotFound, ParameterInvalid."""
    before = operations.get_workspace(conn, app_id)
    after = operations.change_workspace(
        conn,
        app_id,
        identity_verification=identity_verification,
        timezone=timezone,
        allowed_origins=allowed_origins,
    )
    names = ("identity_verification", "timezone", "allowed_origins")
    changed = [name for name in names if getattr(before, name) != getattr(after, name)]
    if changed:
        record(conn, app_id, actor, Deed("workspace.updated", "workspace", app_id, {"fields": changed}), now)
    return after


def rotate_secret(conn: Connection, app_id: AppId, *, actor: Actor, now: float) -> Workspace:
    """A new identity secret, the one before it still live; raises WorkspaceNotFound."""
    changed = operations.rotate_secret(conn, app_id)
    _record(conn, app_id, actor, "identity_secret.rotated", now)
    return changed


def retire_old_secret(conn: Connection, app_id: AppId, *, actor: Actor, now: float) -> Workspace:
    """Only the newest secret stays live; raises WorkspaceNotFound."""
    changed = operations.retire_old_secret(conn, app_id)
    _record(conn, app_id, actor, "identity_secret.retired", now)
    return changed


def reveal_secret(conn: Connection, app_id: AppId, *, actor: Actor, now: float) -> Workspace:
    """The workspace with its identity secret, for somebody who asks to see it; raises WorkspaceNotFound."""
    workspace = operations.get_workspace(conn, app_id)
    _record(conn, app_id, actor, "identity_secret.viewed", now)
    return workspace


def make_token(conn: Connection, app_id: AppId, name: str, *, actor: Actor, now: float) -> str:
    """A new bearer token, in the only moment it can be read; raises WorkspaceNotFound, Conflict, ParameterInvalid."""
    operations.get_workspace(conn, app_id)
    made = tokens.create_token(conn, app_id, name, now)
    token_id = tokens.authenticate(conn, made).token_id
    record(conn, app_id, actor, Deed("token.created", "token", str(token_id)), now)
    return made


def revoke_token(conn: Connection, app_id: AppId, name: str, *, actor: Actor, now: float) -> None:
    """Raises WorkspaceNotFound, and NotFound where no live token has that name."""
    operations.get_workspace(conn, app_id)
    token_id = tokens.revoke_token(conn, app_id, name, now)
    record(conn, app_id, actor, Deed("token.revoked", "token", str(token_id)), now)


def add_teammate(
    conn: Connection,
    app_id: AppId,
    email: str,
    password_hash: str | None,
    *,
    actor: Actor,
    now: float,
    role: str = "admin",
    name: str | None = None,
) -> AdminId:
    """An account in the workspace; raises Conflict, ParameterInvalid."""
    admin_id = admins.create_admin(conn, app_id, email, password_hash, now, role=role, name=name)
    record(conn, app_id, actor, Deed("admin.added", "admin", str(admin_id), {"role": role}), now)
    return admin_id


def remove_teammate(conn: Connection, app_id: AppId, admin_id: AdminId, *, actor: Actor, now: float) -> None:
    """Raises NotFound for a stranger, Conflict for the last admin."""
    admins.remove_member(conn, app_id, admin_id)
    record(conn, app_id, actor, Deed("admin.removed", "admin", str(admin_id)), now)


def _record(conn: Connection, app_id: AppId, actor: Actor, action: str, now: float) -> None:
    record(conn, app_id, actor, Deed(action, "workspace", app_id), now)
