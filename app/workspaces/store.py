"""SQL of workspaces."""

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.ids import AppId
from app.storage.hot import Hot, Row
from app.storage.tables import workspaces
from app.workspaces.records import Workspace

_ONE = Hot(select(workspaces).where(workspaces.c.app_id == bindparam("app_id")))
_ALL = select(workspaces).order_by(workspaces.c.created_at, workspaces.c.app_id)


def find_workspace(conn: Connection, app_id: AppId) -> Workspace | None:
    rows = _ONE.rows(conn, {"app_id": app_id})
    return _workspace(rows[0]) if rows else None


def lock_workspace(conn: Connection, app_id: AppId) -> Workspace | None:
    """As ``find_workspace``, and nobody else changes it before this transaction ends."""
    question = select(workspaces).where(workspaces.c.app_id == app_id).with_for_update()
    row = conn.execute(question).one_or_none()
    return _workspace(row) if row else None


def all_workspaces(conn: Connection) -> list[Workspace]:
    """Every workspace, the oldest first."""
    return [_workspace(row) for row in conn.execute(_ALL)]


def insert_workspace(conn: Connection, workspace: Workspace) -> bool:
    """False where the ``app_id`` is taken."""
    try:
        with conn.begin_nested():
            conn.execute(insert(workspaces).values(_values(workspace)))
    except IntegrityError:
        return False
    return True


def update_workspace(conn: Connection, workspace: Workspace) -> None:
    conn.execute(update(workspaces).where(workspaces.c.app_id == workspace.app_id).values(_values(workspace)))


def _workspace(row: Row) -> Workspace:
    """A row of all columns, in the table's own order."""
    app_id, name, region, timezone, identity_verification, identity_secrets, allowed_origins, *rest = row
    created_at, attributes_version = rest
    return Workspace(
        app_id=AppId(app_id),
        name=name,
        region=region,
        timezone=timezone,
        identity_verification=identity_verification,
        identity_secrets=tuple(identity_secrets),
        allowed_origins=tuple(allowed_origins),
        created_at=created_at,
        attributes_version=attributes_version,
    )


def _values(workspace: Workspace) -> dict[str, object]:
    return {
        "app_id": workspace.app_id,
        "name": workspace.name,
        "region": workspace.region,
        "timezone": workspace.timezone,
        "identity_verification": workspace.identity_verification,
        "identity_secrets": list(workspace.identity_secrets),
        "allowed_origins": list(workspace.allowed_origins),
        "created_at": workspace.created_at,
    }
