"""Put a deed on the trail, in the transaction of the deed itself. Rule R82.

A change is told to webhooks too: ``announce`` leaves word in the outbox, from which it is delivered
once the transaction is on the disk.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from app.ids import AppId
from app.trail import store
from app.trail.records import Actor, Deed, News


def record(conn: Connection, app_id: AppId, actor: Actor, deed: Deed, now: float) -> None:
    """Add a deed to the audit log."""
    store.insert_entry(conn, app_id, actor, deed, now)


def record_all(conn: Connection, app_id: AppId, actor: Actor, deeds: Sequence[Deed], now: float) -> None:
    """Add many deeds at once."""
    store.insert_entries(conn, app_id, actor, deeds, now)


def announce(conn: Connection, app_id: AppId, news: News, now: float) -> None:
    """Leave word for every webhook that listens to the topic."""
    announce_all(conn, app_id, [news], now)


def announce_all(conn: Connection, app_id: AppId, news: Iterable[News], now: float) -> None:
    """Leave word of many things at once: who listens is asked one time."""
    news = list(news)
    hooks = store.webhooks_of(conn, app_id) if news else []
    for item in news if hooks else ():
        listening = [hook.id for hook in hooks if hook.listens_to(item.topic)]
        if listening:
            store.insert_deliveries(conn, app_id, listening, item, now)
