"""SQL of the trail: the audit log, webhooks and their outbox."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select

from app.ids import AppId
from app.storage.hot import Hot
from app.storage.tables import audit_log, webhook_deliveries, webhooks
from app.trail.records import Actor, Deed, News

_INSERT_ENTRY: Final = Hot(
    insert(audit_log).values({name: bindparam(name) for name in map(str, audit_log.c.keys()) if name != "id"})
)
_INSERT_DELIVERIES: Final = insert(webhook_deliveries)
# Asked for every newcomer that a ping makes.
_WEBHOOKS: Final = Hot(
    select(webhooks.c.id, webhooks.c.topics)
    .where(webhooks.c.app_id == bindparam("app_id"), webhooks.c.disabled_at.is_(None))
    .order_by(webhooks.c.id)
)


@dataclass(frozen=True, slots=True)
class Listener:
    """A webhook that is on; ``*`` among its topics stands for all of them."""

    id: int
    topics: tuple[str, ...]

    def listens_to(self, topic: str) -> bool:
        return topic in self.topics or "*" in self.topics


def insert_entry(conn: Connection, app_id: AppId, actor: Actor, deed: Deed, now: float) -> None:
    insert_entries(conn, app_id, actor, [deed], now)


def insert_entries(conn: Connection, app_id: AppId, actor: Actor, deeds: Sequence[Deed], now: float) -> None:
    entry = {"app_id": app_id, "at": now, "actor_type": actor.type, "actor_id": actor.id}
    _INSERT_ENTRY.run_many(conn, [entry | _row_of(deed) for deed in deeds])


def _row_of(deed: Deed) -> dict[str, object]:
    return {
        "action": deed.action,
        "subject_type": deed.subject_type,
        "subject_id": deed.subject_id,
        "detail": dict(deed.detail),
    }


def webhooks_of(conn: Connection, app_id: AppId) -> list[Listener]:
    """The webhooks of a workspace that are on."""
    return [Listener(number, tuple(topics)) for number, topics in _WEBHOOKS.rows(conn, {"app_id": app_id})]


def insert_deliveries(
    conn: Connection,
    app_id: AppId,
    webhook_ids: Collection[int],
    news: News,
    now: float,
) -> None:
    """One delivery for each webhook, due at once; they share one notification id."""
    insert_news(conn, [(app_id, webhook_ids, news, now)])


def insert_news(conn: Connection, pieces: Iterable[tuple[AppId, Collection[int], News, float]]) -> None:
    """Many pieces of news at once: whose each is, the webhooks that listen, and when it happened."""
    rows = [
        row | {"webhook_id": webhook_id}
        for app_id, webhook_ids, news, at in pieces
        for row in [_delivery(app_id, news, at)]
        for webhook_id in webhook_ids
    ]
    if rows:
        conn.execute(_INSERT_DELIVERIES, rows)


def _delivery(app_id: AppId, news: News, at: float) -> dict[str, object]:
    row: dict[str, object] = {
        "app_id": app_id,
        "notification_id": f"notif_{secrets.token_hex(12)}",
        "topic": news.topic,
    }
    row |= {"subject_type": news.subject_type, "subject_id": news.subject_id, "detail": dict(news.detail)}
    return row | {"created_at": at, "due_at": at, "attempts": 0}
