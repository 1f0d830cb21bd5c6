"""The courier: in order, until it is taken, and no longer than sense."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from app.clock import Clock
from app.delivery.courier import KEEP_SECONDS, Courier
from app.delivery.posting import open_client, poster
from app.storage.database import Database
from app.storage.lookout import Lookout
from app.trail import webhook_store as store
from app.trail.operations import announce
from app.trail.records import News
from app.trail.webhook_store import Delivery
from app.trail.webhooks import PATIENCE_SECONDS, PAUSES, Webhook, signature
from support.receiving import NOW, Hook, Receiver

ARCHIVED = "contact.archived"


def plain(_: object, delivery: Delivery) -> Mapping[str, Any]:
    if delivery.subject_id == "unspeakable":
        raise RuntimeError("no words for this")
    return {"type": delivery.subject_type, "id": delivery.subject_id}


@pytest.fixture
def clock() -> Clock:
    return Clock(at=NOW)


@pytest_asyncio.fixture
async def courier(database: Database, clock: Clock) -> AsyncIterator[Courier]:
    async with open_client() as client:
        yield Courier(database, clock, plain, poster(client))


async def tell(database: Database, webhook: Webhook, *subjects: str) -> None:
    def work(conn: Any) -> None:
        for subject in subjects:
            announce(conn, webhook.app_id, News(ARCHIVED, "contact", subject), NOW)

    await database.write(work)


async def log(database: Database, webhook: Webhook) -> list[Delivery]:
    """The oldest first."""
    found = await database.read(
        lambda conn: store.deliveries_of(conn, webhook.app_id, webhook.id, None, 1_000)
    )
    return found[::-1]


async def states(database: Database, webhook: Webhook) -> list[str]:
    return [delivery.state for delivery in await log(database, webhook)]


async def test_word_arrives_signed_and_once(
    courier: Courier, database: Database, hook: Hook, receiver: Receiver
) -> None:
    webhook = await hook()
    await tell(database, webhook, "ada")
    await courier.deliver_due()
    await courier.deliver_due()
    [(headers, body)] = receiver.requests
    assert headers["x-hub-signature"] == signature(webhook.secret, body)
    assert headers["content-type"] == "application/json"
    assert receiver.told[0]["data"]["item"] == {"type": "contact", "id": "ada"}
    [delivery] = await log(database, webhook)
    assert (delivery.state, delivery.attempts, delivery.status) == ("delivered", 1, 200)


async def test_news_of_one_subject_arrives_in_order(
    courier: Courier, database: Database, hook: Hook, receiver: Receiver
) -> None:
    webhook = await hook()
    await tell(database, webhook, *(f"{number % 3}" for number in range(60)))
    await courier.deliver_due()
    ids = [delivery.notification_id for delivery in await log(database, webhook)]
    for subject in ("0", "1", "2"):
        came = [told["id"] for told in receiver.told if told["data"]["item"]["id"] == subject]
        assert came == [name for number, name in enumerate(ids) if str(number % 3) == subject]


async def test_failure_is_tried_again_after_a_pause_that_grows(
    courier: Courier, database: Database, hook: Hook, receiver: Receiver, clock: Clock
) -> None:
    webhook = await hook()
    await tell(database, webhook, "ada")
    receiver.status = 500
    await courier.deliver_due()
    for attempt, pause in enumerate(PAUSES, start=1):
        clock.advance(pause - 0.001)
        await courier.deliver_due()
        assert len(receiver.requests) == attempt
        clock.advance(0.002)
        await courier.deliver_due()
        assert len(receiver.requests) == attempt + 1
    assert [told["delivery_attempts"] for told in receiver.told] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert {told["first_sent_at"] for told in receiver.told} == {int(NOW)}
    assert len({told["id"] for told in receiver.told}) == 1
    assert await states(database, webhook) == ["given_up"]


async def test_one_refusal_keeps_no_others_waiting(
    courier: Courier, database: Database, hook: Hook, receiver: Receiver
) -> None:
    webhook = await hook()
    await tell(database, webhook, "unspeakable", "bob")
    await courier.deliver_due()
    assert receiver.subjects == ["bob"]
    assert await states(database, webhook) == ["waiting", "delivered"]


async def test_all_wait_where_nobody_answers(
    courier: Courier, database: Database, hook: Hook, receiver: Receiver, clock: Clock
) -> None:
    webhook = await hook()
    await tell(database, webhook, *("ada" for _ in range(30)))
    await receiver.close()
    await courier.deliver_due()
    assert [delivery.attempts for delivery in await log(database, webhook)] == [1] + [0] * 29
    await receiver.open()
    await courier.deliver_due()
    assert receiver.requests == []
    clock.advance(PAUSES[0])
    await courier.deliver_due()
    assert await states(database, webhook) == ["delivered"] * 30


async def test_receiver_that_hangs_keeps_no_other_waiting(
    database: Database, hook: Hook, receiver: Receiver, clock: Clock
) -> None:
    hanging = await hook(url="http://hanging.example/")
    well = await hook(app_id=hanging.app_id)
    await tell(database, hanging, "ada")

    async with open_client() as client:
        real = poster(client)

        async def post(url: str, body: bytes, headers: Mapping[str, str]) -> Any:
            if "hanging" in url:
                await asyncio.Event().wait()
            return await real(url, body, headers)

        lookout = Lookout(database)
        task = asyncio.create_task(Courier(database, clock, plain, post).run(lookout))
        try:
            async with asyncio.timeout(60):
                while await states(database, well) != ["delivered"]:
                    await lookout.look()
            await tell(database, hanging, "bob")
            async with asyncio.timeout(60):
                while await states(database, well) != ["delivered"] * 2:
                    await lookout.look()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    assert await states(database, hanging) == ["waiting", "waiting"]


async def test_webhook_that_only_fails_is_switched_off(
    courier: Courier, database: Database, hook: Hook, receiver: Receiver, clock: Clock
) -> None:
    webhook = await hook()
    receiver.status = 500
    await tell(database, webhook, "ada")
    await courier.deliver_due()
    clock.advance(PATIENCE_SECONDS - 1)
    await tell(database, webhook, "bob")
    await courier.deliver_due()
    assert len(await database.read(store.live_webhooks)) == 1
    clock.advance(400)
    await courier.deliver_due()
    assert await database.read(store.live_webhooks) == []
    assert await states(database, webhook) == ["given_up", "given_up"]


async def test_one_success_forgets_the_failures(
    courier: Courier, database: Database, hook: Hook, receiver: Receiver, clock: Clock
) -> None:
    webhook = await hook()
    receiver.status = 500
    await tell(database, webhook, "ada")
    await courier.deliver_due()
    receiver.status = 200
    clock.advance(60)
    await courier.deliver_due()
    [live] = await database.read(store.live_webhooks)
    assert live.failing_since is None


async def test_receiver_that_is_gone_is_left_alone(
    courier: Courier, database: Database, hook: Hook, receiver: Receiver
) -> None:
    webhook = await hook()
    receiver.status = 410
    await tell(database, webhook, "ada")
    await courier.deliver_due()
    assert await database.read(store.live_webhooks) == []
    assert await states(database, webhook) == ["given_up"]


async def test_what_was_sent_and_not_written_down_is_sent_again(
    database: Database, hook: Hook, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = await hook()
    await tell(database, webhook, "ada")

    def killed(*_: object) -> None:
        raise RuntimeError("killed")

    async with open_client() as client:
        with monkeypatch.context() as patched:
            patched.setattr(store, "update_deliveries", killed)
            with pytest.raises(RuntimeError):
                await Courier(database, clock, plain, poster(client)).deliver_due()
        await Courier(database, clock, plain, poster(client)).deliver_due()
    assert receiver.told[0]["id"] == receiver.told[1]["id"]
    assert await states(database, webhook) == ["delivered"]


async def test_old_deliveries_are_forgotten(
    courier: Courier, database: Database, hook: Hook, clock: Clock
) -> None:
    webhook = await hook()
    await tell(database, webhook, "ada")
    await courier.deliver_due()
    assert await states(database, webhook) == ["delivered"]
    clock.advance(KEEP_SECONDS + 1)
    lookout = Lookout(database)
    task = asyncio.create_task(courier.run(lookout))
    try:
        async with asyncio.timeout(60):
            while await log(database, webhook):
                await lookout.look()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
