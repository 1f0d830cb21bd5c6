"""SQL of webhooks and of their outbox, which is their log of deliveries too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from app.ids import AppId
from app.storage.tables import webhook_deliveries, webhooks
from app.trail.webhooks import Webhook

_COLUMNS: Final = tuple(
    webhooks.c[name]
    for name in ("id", "app_id", "url", "topics", "secret", "created_at", "disabled_at", "failing_since")
)
_UPDATE_DELIVERY: Final = (
    update(webhook_deliveries)
    .where(webhook_deliveries.c.id == bindparam("of_id"))
    .values(
        {
            name: bindparam(name)
            for name in ("attempts", "first_sent_at", "due_at", "delivered_at", "status", "error")
        }
    )
)

State = Literal["waiting", "delivered", "given_up"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One piece of news for one webhook: what it is about, and how its delivery goes."""

    id: int
    app_id: AppId
    webhook_id: int
    notification_id: str
    topic: str
    subject_type: str
    subject_id: str
    detail: Mapping[str, Any]
    created_at: float
    attempts: int
    first_sent_at: float | None
    due_at: float | None
    delivered_at: float | None
    status: int | None
    error: str | None

    @property
    def state(self) -> State:
        if self.delivered_at is not None:
            return "delivered"
        return "waiting" if self.due_at is not None else "given_up"


_DELIVERY: Final = tuple(webhook_deliveries.c[name] for name in Delivery.__slots__)


def insert_webhook(conn: Connection, webhook: Webhook) -> int:
    """Returns its id; the one in ``webhook`` counts for nothing."""
    row = {name: getattr(webhook, name) for name in Webhook.__slots__ if name != "id"}
    row["topics"] = list(webhook.topics)
    return int(conn.execute(insert(webhooks).returning(webhooks.c.id), row).scalar_one())


def find_webhook(conn: Connection, app_id: AppId, webhook_id: int) -> Webhook | None:
    statement = select(*_COLUMNS).where(webhooks.c.app_id == app_id, webhooks.c.id == webhook_id)
    row = conn.execute(statement).one_or_none()
    return _webhook(row) if row else None


def webhooks_of(conn: Connection, app_id: AppId) -> list[Webhook]:
    """All of a workspace, those that are switched off too, the oldest first."""
    statement = select(*_COLUMNS).where(webhooks.c.app_id == app_id).order_by(webhooks.c.id)
    return [_webhook(row) for row in conn.execute(statement)]


def live_webhooks(conn: Connection) -> list[Webhook]:
    """Those of all workspaces that are on."""
    statement = select(*_COLUMNS).where(webhooks.c.disabled_at.is_(None)).order_by(webhooks.c.id)
    return [_webhook(row) for row in conn.execute(statement)]


def count_webhooks(conn: Connection, app_id: AppId) -> int:
    statement = select(func.count()).select_from(webhooks).where(webhooks.c.app_id == app_id)
    return int(conn.execute(statement).scalar_one())


def delete_webhook(conn: Connection, app_id: AppId, webhook_id: int) -> bool:
    """The webhook with its log; false where there is none."""
    conn.execute(
        delete(webhook_deliveries).where(
            webhook_deliveries.c.app_id == app_id, webhook_deliveries.c.webhook_id == webhook_id
        )
    )
    statement = delete(webhooks).where(webhooks.c.app_id == app_id, webhooks.c.id == webhook_id)
    return conn.execute(statement).rowcount > 0


def set_failing_since(conn: Connection, webhook_id: int, failing_since: float | None) -> None:
    conn.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(failing_since=failing_since))


def disable(conn: Connection, webhook_id: int, reason: str, now: float) -> None:
    """Switch a webhook off; what waits for it is given up."""
    conn.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(disabled_at=now))
    conn.execute(
        update(webhook_deliveries)
        .where(webhook_deliveries.c.webhook_id == webhook_id, webhook_deliveries.c.due_at.is_not(None))
        .values(due_at=None, error=reason)
    )


def due_deliveries(conn: Connection, webhook_id: int, now: float, most: int) -> list[Delivery]:
    """What is due for a webhook, in the order in which it happened."""
    statement = (
        select(*_DELIVERY)
        .where(webhook_deliveries.c.webhook_id == webhook_id, webhook_deliveries.c.due_at <= now)
        .order_by(webhook_deliveries.c.id)
        .limit(most)
    )
    return [Delivery(*row) for row in conn.execute(statement)]


def deliveries_of(
    conn: Connection, app_id: AppId, webhook_id: int, before: int | None, most: int
) -> list[Delivery]:
    """A webhook's log, the newest first; ``before`` leaves out that delivery and newer ones."""
    statement = select(*_DELIVERY).where(
        webhook_deliveries.c.app_id == app_id, webhook_deliveries.c.webhook_id == webhook_id
    )
    if before is not None:
        statement = statement.where(webhook_deliveries.c.id < before)
    rows = conn.execute(statement.order_by(webhook_deliveries.c.id.desc()).limit(most))
    return [Delivery(*row) for row in rows]


def update_deliveries(conn: Connection, deliveries: Iterable[Delivery]) -> None:
    """Write how they went. One whose webhook was deleted meanwhile is no more, which does no harm."""
    names = ("attempts", "first_sent_at", "due_at", "delivered_at", "status", "error")
    rows: Sequence[dict[str, Any]] = [
        {"of_id": delivery.id} | {name: getattr(delivery, name) for name in names} for delivery in deliveries
    ]
    if rows:
        conn.execute(_UPDATE_DELIVERY, rows)


def forget_deliveries(conn: Connection, before: float) -> int:
    """Remove what is no longer to be delivered and was written before a moment; returns how many."""
    statement = delete(webhook_deliveries).where(
        webhook_deliveries.c.due_at.is_(None), webhook_deliveries.c.created_at < before
    )
    return conn.execute(statement).rowcount


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(**{**row._mapping, "topics": tuple(row.topics)})
