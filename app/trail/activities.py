"""What teammates did, out of the audit log, from one moment to another."""

from typing import Any

from sqlalchemy import Connection, Select, func, select

from app.ids import AppId
from app.storage.tables import audit_log
from app.trail.listing import Entry
from app.trail.records import Actor


def activities_between(
    conn: Connection, app_id: AppId, after: float, before: float, *, most: int, offset: int = 0
) -> list[Entry]:
    """The deeds of teammates, the newest first; both moments belong to it."""
    statement = _activities(app_id, after, before, select(audit_log)).order_by(audit_log.c.id.desc())
    return [
        Entry(
            row.id,
            row.at,
            Actor(row.actor_type, row.actor_id),
            row.action,
            row.subject_type,
            row.subject_id,
            row.detail,
        )
        for row in conn.execute(statement.limit(most).offset(offset))
    ]


def count_activities(conn: Connection, app_id: AppId, after: float, before: float) -> int:
    statement = _activities(app_id, after, before, select(func.count()).select_from(audit_log))
    return int(conn.execute(statement).scalar_one())


def _activities(app_id: AppId, after: float, before: float, statement: Select[Any]) -> Select[Any]:
    return statement.where(
        audit_log.c.app_id == app_id,
        audit_log.c.actor_type == "admin",
        audit_log.c.at >= after,
        # A moment is a whole second here.
        audit_log.c.at < before + 1,
    )
