"""SQL of workspaces."""

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.ids import AppId
from app.storage.tables import workspaces
from app.workspaces.records import Workspace

_ONE = select(workspaces).where(workspaces.c.app_id == bindparam("app_id"))
_ALL = select(workspaces).order_by(workspaces.c.created_at, workspaces.c.app_id)


def find_workspace(conn: Connection, app_id: AppId) -> Workspace | None:
    row = conn.execute(_ONE, {"app_id": app_id}).mappings().one_or_none()
    return _workspace(row) if row else None


def lock_workspace(conn: Connection, app_id: AppId) -> Workspace | None:
    """As ``find_workspace``, and nobody else changes it before this transaction ends."""
    question = select(workspaces).where(workspaces.c.app_id == app_id).with_for_update()
    row = conn.execute(question).mappings().one_or_none()
    return _workspace(row) if row else None


def all_workspaces(conn: Connection) -> list[Workspace]:
    """Every workspace, the oldest first."""
    return [_workspace(row) for row in conn.execute(_ALL).mappings()]


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


def _workspace(row: RowMapping) -> Workspace:
    return Workspace(
        app_id=AppId(row["app_id"]),
        name=row["name"],
        region=row["region"],
        timezone=row["timezone"],
        identity_verification=row["identity_verification"],
        identity_secrets=tuple(row["identity_secrets"]),
        allowed_origins=tuple(row["allowed_origins"]),
        created_at=row["created_at"],
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
