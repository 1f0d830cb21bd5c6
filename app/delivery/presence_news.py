"""``contact.online`` and ``contact.offline``: dots that turn, told to webhooks.

Presence itself writes nothing for this. Only workspaces with a webhook that listens are heard at
all; their changes are gathered here, and go to the outbox once a second in batches.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from app.errors import StorageUnavailable
from app.ids import AppId
from app.log import get_logger
from app.presence.changes import Change
from app.presence.hub import Hub
from app.storage.database import Database
from app.storage.lookout import Lookout
from app.trail import webhook_store
from app.trail.records import News
from app.trail.store import insert_news
from app.trail.topics import OFFLINE, ONLINE, PRESENCE
from app.trail.webhooks import Webhook

BATCH: Final = 300
MOST_WAITING: Final = 100_000
"""Beyond this the oldest changes are dropped: a database that takes no writes must not fill the memory."""


class PresenceNews:
    """Changes that wait for the outbox. Use it from the event loop only."""

    def __init__(self, hub: Hub, database: Database) -> None:
        self._hub = hub
        self._database = database
        self._heard: dict[AppId, Callable[[], None]] = {}
        self._waiting: deque[Change] = deque(maxlen=MOST_WAITING)

    async def run(self, lookout: Lookout) -> None:
        """Listen and write, for as long as the server runs; what waits when it ends is written last."""
        try:
            await lookout.keep(webhook_store.live_webhooks, self._flush, event="webhooks.presence_waits")
        finally:
            try:
                await self.flush()
            except StorageUnavailable as error:
                get_logger().error("webhooks.presence_waits", changes=len(self), reason=error.message)

    async def flush(self) -> None:
        """Hear whom a webhook listens to by now, and write what was heard; raises StorageUnavailable."""
        await self._flush(await self._database.read(webhook_store.live_webhooks))

    async def _flush(self, webhooks: Collection[Webhook]) -> None:
        self._hear({webhook.app_id for webhook in webhooks if _listens(webhook)})
        while self._waiting:
            batch = list(islice(self._waiting, BATCH))
            news = [
                (app_id, ids, piece, at)
                for change in batch
                for app_id, ids, piece, at in _told(change, webhooks)
            ]
            await self._database.write(_writing(news))
            for _ in batch:
                self._waiting.popleft()

    def __len__(self) -> int:
        return len(self._waiting)

    def _hear(self, app_ids: set[AppId]) -> None:
        for app_id in app_ids - self._heard.keys():
            self._heard[app_id] = self._hub.subscribe(app_id, self._waiting.append)
        for app_id in self._heard.keys() - app_ids:
            self._heard.pop(app_id)()


def _listens(webhook: Webhook) -> bool:
    return any(webhook.listens_to(topic) for topic in PRESENCE)


def _told(change: Change, webhooks: Iterable[Webhook]) -> list[tuple[AppId, list[int], News, float]]:
    """The outbox's entry for a change; none where nobody listens to that way of turning."""
    topic = ONLINE if change.online else OFFLINE
    ids = [hook.id for hook in webhooks if hook.app_id == change.app_id and hook.listens_to(topic)]
    if not ids:
        return []
    presence = {
        "online": change.online,
        "since": int(change.since) if change.online else None,
        "last_seen_at": int(change.last_seen_at),
    }
    news = News(topic, "contact", change.contact_id, {"presence": presence})
    return [(change.app_id, ids, news, change.at)]


def _writing(news: list[tuple[AppId, list[int], News, float]]) -> Callable[[Connection], None]:
    return lambda conn: insert_news(conn, news)
