"""What the trail of a small database holds, and a webhook that hears everything."""

from typing import Protocol

from sqlalchemy import Connection, insert, select

from app.ids import AppId
from app.storage.tables import audit_log, webhook_deliveries, webhooks
from support.serving import Served


class Place(Protocol):
    """A workspace, and a connection to where it is."""

    conn: Connection

    @property
    def app_id(self) -> AppId: ...


def listen(place: Place) -> None:
    """From now on everything is told to a webhook."""
    hook = {"app_id": place.app_id, "url": "https://a.example", "topics": ["*"], "secret": "s"}
    place.conn.execute(insert(webhooks), hook | {"created_at": 1.0})


def told(place: Place) -> list[tuple[str, str]]:
    """What webhooks were told: topics and subjects."""
    rows = select(webhook_deliveries.c.topic, webhook_deliveries.c.subject_id)
    return [tuple(row) for row in place.conn.execute(rows.order_by(webhook_deliveries.c.id))]


def logged(place: Place) -> list[tuple[str, str]]:
    """What is on the audit log: actions and subjects."""
    rows = select(audit_log.c.action, audit_log.c.subject_id)
    return [tuple(row) for row in place.conn.execute(rows.order_by(audit_log.c.id))]


def actions_of(conn: Connection, app_id: AppId) -> list[tuple[str, str | None, str, str | None]]:
    """What is on a workspace's audit log: who did what to whom."""
    names = ("actor_type", "actor_id", "action", "subject_id")
    rows = select(*(audit_log.c[name] for name in names)).where(audit_log.c.app_id == app_id)
    return [tuple(row) for row in conn.execute(rows.order_by(audit_log.c.id))]


async def looks(server: Served, action: str) -> list[object]:
    """What the audit log tells of each look of one kind, the oldest first."""
    told = select(audit_log.c.detail).where(audit_log.c.action == action).order_by(audit_log.c.id)
    return await server.state.database.read(lambda conn: list(conn.execute(told).scalars()))
