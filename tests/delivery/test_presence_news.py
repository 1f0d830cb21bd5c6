"""Dots that turn, told to those who listen."""

import pytest

from app.delivery import presence_news
from app.delivery.presence_news import PresenceNews
from app.ids import AppId, ContactId
from app.presence.changes import Change
from app.presence.hub import Hub
from app.storage.database import Database
from app.trail import webhook_store as store
from app.trail.webhook_store import Delivery
from app.trail.webhooks import Webhook
from support.receiving import NOW, Hook

ADA = ContactId("a" * 24)


def change(app_id: AppId, online: bool, contact_id: ContactId = ADA) -> Change:
    return Change(app_id, contact_id, online, NOW, NOW - 1, NOW - 60)


async def told(database: Database, webhook: Webhook) -> list[Delivery]:
    found = await database.read(
        lambda conn: store.deliveries_of(conn, webhook.app_id, webhook.id, None, 10_000)
    )
    return found[::-1]


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def news(hub: Hub, database: Database) -> PresenceNews:
    return PresenceNews(hub, database)


async def test_turns_are_told_in_order_with_what_presence_was(
    news: PresenceNews, hub: Hub, database: Database, hook: Hook
) -> None:
    webhook = await hook("contact.online", "contact.offline")
    await news.flush()
    for online in (True, False, True):
        hub.publish(change(webhook.app_id, online))
    await news.flush()
    found = await told(database, webhook)
    assert [delivery.topic for delivery in found] == ["contact.online", "contact.offline", "contact.online"]
    assert [delivery.detail["presence"]["since"] for delivery in found] == [
        int(NOW) - 60,
        None,
        int(NOW) - 60,
    ]
    assert len(news) == 0


async def test_each_is_told_what_it_listens_to(
    news: PresenceNews, hub: Hub, database: Database, hook: Hook
) -> None:
    offline = await hook("contact.offline")
    everything = await hook("*", app_id=offline.app_id)
    await news.flush()
    hub.publish(change(offline.app_id, True))
    hub.publish(change(offline.app_id, False))
    await news.flush()
    assert [delivery.topic for delivery in await told(database, offline)] == ["contact.offline"]
    assert len(await told(database, everything)) == 2


async def test_workspace_without_such_a_webhook_costs_nothing(
    news: PresenceNews, hub: Hub, database: Database, hook: Hook
) -> None:
    webhook = await hook("contact.archived")
    await news.flush()
    writes = database.committed
    hub.publish(change(webhook.app_id, True))
    await news.flush()
    assert len(news) == 0
    assert database.committed == writes


async def test_workspace_is_no_longer_heard_when_its_webhook_goes(
    news: PresenceNews, hub: Hub, database: Database, hook: Hook
) -> None:
    webhook = await hook("contact.online")
    await news.flush()
    await database.write(lambda conn: store.disable(conn, webhook.id, "off", NOW))
    await news.flush()
    hub.publish(change(webhook.app_id, True))
    assert len(news) == 0


async def test_storm_is_written_in_batches(
    news: PresenceNews, hub: Hub, database: Database, hook: Hook
) -> None:
    webhook = await hook("contact.online")
    await news.flush()
    before, _ = database.committed
    for number in range(presence_news.BATCH * 2 + 1):
        hub.publish(change(webhook.app_id, True, ContactId(f"{number:024x}")))
    await news.flush()
    after, _ = database.committed
    assert after - before == 3
    assert len(await told(database, webhook)) == presence_news.BATCH * 2 + 1
