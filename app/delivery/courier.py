"""The courier: takes word of changes from the outbox to the webhooks that listen.

The outbox is a table, written in the transaction of the change itself; a delivery leaves it only
when its outcome is written there. So whatever kills the server, each piece of news arrives at
least once, and now and then twice: receivers know it by its ``id``.

Each webhook is served by itself, so that one that hangs keeps no other waiting. Its deliveries go
out in the order in which things happened, a few at a time, those about one subject one after
another. Where nobody answers, the others wait as well, instead of failing one by one.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

from app import metrics
from app.clock import Clock
from app.delivery.envelopes import envelope
from app.delivery.posting import Post
from app.errors import StorageUnavailable
from app.log import get_logger
from app.storage.database import Database
from app.storage.lookout import RETRY_SECONDS, Lookout
from app.trail import webhook_store as store
from app.trail.operations import record
from app.trail.records import SYSTEM, Deed
from app.trail.webhook_store import Delivery
from app.trail.webhooks import Outcome, Webhook, is_hopeless, next_attempt, signature

BATCH: Final = 100
AT_ONCE: Final = 8
"""Deliveries under way to one webhook."""
KEEP_SECONDS: Final = 30 * 86_400.0
"""How long the log keeps what was delivered or given up."""
_TIDY_SECONDS: Final = 3_600.0
_UNRENDERED: Final = Outcome(error="this could not be put into words here")

Render: TypeAlias = Callable[[Connection, Delivery], Mapping[str, Any]]
"""What a delivery tells of its subject, as it is now."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """A delivery that is due, and what it says; no ``item`` where a fault of ours stands in the way."""

    delivery: Delivery
    item: Mapping[str, Any] | None


class Courier:
    """Use it from the event loop only."""

    def __init__(self, database: Database, clock: Clock, render: Render, post: Post) -> None:
        self._database = database
        self._clock = clock
        self._render = render
        self._post = post
        self._serving: set[int] = set()
        self._paused_until: dict[int, float] = {}
        self._tidied_at = 0.0

    async def run(self, lookout: Lookout) -> None:
        """Deliver what is due, for as long as the server runs."""
        async with asyncio.TaskGroup() as group:
            await lookout.keep(store.live_webhooks, partial(self._serve_all, group), event="webhooks.wait")

    async def _serve_all(self, group: asyncio.TaskGroup, webhooks: Iterable[Webhook]) -> None:
        for webhook in webhooks:
            if webhook.id not in self._serving:
                self._serving.add(webhook.id)
                group.create_task(self._serve(webhook))
        await self._tidy()

    async def deliver_due(self) -> None:
        """One round for every webhook; returns when all of it has ended."""
        webhooks = await self._database.read(store.live_webhooks)
        await asyncio.gather(*(self._serve(webhook) for webhook in webhooks))

    async def _serve(self, webhook: Webhook) -> None:
        try:
            now = self._clock.now()
            if now < self._paused_until.get(webhook.id, 0.0):
                return
            letters = await self._database.read(lambda conn: self._letters(conn, webhook, now))
            if letters:
                await self._send(webhook, letters, now)
        except StorageUnavailable as error:
            # Nothing is lost: what could not be written down is sent again.
            get_logger().error("webhooks.wait", webhook=webhook.id, reason=error.message)
            await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._serving.discard(webhook.id)

    def _letters(self, conn: Connection, webhook: Webhook, now: float) -> list[_Letter]:
        due = store.due_deliveries(conn, webhook.id, now, BATCH)
        return [_Letter(delivery, self._rendered(conn, delivery)) for delivery in due]

    def _rendered(self, conn: Connection, delivery: Delivery) -> Mapping[str, Any] | None:
        try:
            return self._render(conn, delivery)
        except StorageUnavailable:
            raise
        except Exception as error:
            # One that can't be told must not keep all others, and the server, from going on.
            get_logger().exception("webhooks.unrendered", topic=delivery.topic, error=type(error).__name__)
            return None

    async def _send(self, webhook: Webhook, letters: list[_Letter], now: float) -> None:
        tried: list[tuple[Delivery, Outcome]] = []
        slots, is_silent = asyncio.Semaphore(AT_ONCE), asyncio.Event()

        async def send_in_order(of_one: list[_Letter]) -> None:
            async with slots:
                for letter in of_one:
                    if is_silent.is_set():
                        return
                    outcome = await self._attempt(webhook, letter, now)
                    tried.append((letter.delivery, outcome))
                    if outcome.is_silence:
                        is_silent.set()

        await asyncio.gather(*(send_in_order(of_one) for of_one in _by_subject(letters)))
        after = [_after(delivery, outcome, now) for delivery, outcome in tried]
        if is_silent.is_set():
            self._paused_until[webhook.id] = min(
                (delivery.due_at for delivery in after if delivery.due_at is not None), default=now
            )
        await self._database.write(lambda conn: _write(conn, webhook, tried, after, now))

    async def _attempt(self, webhook: Webhook, letter: _Letter, now: float) -> Outcome:
        if letter.item is None:
            return _UNRENDERED
        body = envelope(letter.delivery, letter.item, now)
        headers = {
            "content-type": "application/json",
            "user-agent": "Porchlight-Webhook",
            "x-hub-signature": signature(webhook.secret, body),
            "intercom-webhook-id": letter.delivery.notification_id,
        }
        return await self._post(webhook.url, body, headers)

    async def _tidy(self) -> None:
        now = self._clock.now()
        if now - self._tidied_at >= _TIDY_SECONDS:
            self._tidied_at = now
            await self._database.write(lambda conn: store.forget_deliveries(conn, now - KEEP_SECONDS))


def _by_subject(letters: list[_Letter]) -> list[list[_Letter]]:
    def subject(letter: _Letter) -> tuple[str, str]:
        return letter.delivery.subject_type, letter.delivery.subject_id

    return [list(of_one) for _, of_one in groupby(sorted(letters, key=subject), key=subject)]


def _after(delivery: Delivery, outcome: Outcome, now: float) -> Delivery:
    """The delivery as it stands after an attempt at ``now``."""
    attempts = delivery.attempts + 1
    due_at = None if outcome.is_success else next_attempt(attempts, now)
    result = "delivered" if outcome.is_success else "failed" if due_at is not None else "given_up"
    metrics.webhook_deliveries.labels(result).inc()
    return replace(
        delivery,
        attempts=attempts,
        first_sent_at=now if delivery.first_sent_at is None else delivery.first_sent_at,
        due_at=due_at,
        delivered_at=now if outcome.is_success else None,
        status=outcome.status,
        error=outcome.error,
    )


def _write(
    conn: Connection,
    webhook: Webhook,
    tried: list[tuple[Delivery, Outcome]],
    after: list[Delivery],
    now: float,
) -> None:
    store.update_deliveries(conn, after)
    outcomes = [outcome for _, outcome in tried if outcome is not _UNRENDERED]
    if any(outcome.is_farewell for outcome in outcomes):
        _disable(conn, webhook, "the receiver is gone (410)", now)
    elif any(outcome.is_success for outcome in outcomes):
        if webhook.failing_since is not None:
            store.set_failing_since(conn, webhook.id, None)
    elif webhook.failing_since is None:
        if outcomes:
            store.set_failing_since(conn, webhook.id, now)
    elif is_hopeless(webhook.failing_since, now):
        _disable(conn, webhook, "the webhook was switched off after three days of failures", now)


def _disable(conn: Connection, webhook: Webhook, reason: str, now: float) -> None:
    store.disable(conn, webhook.id, reason, now)
    record(conn, webhook.app_id, SYSTEM, Deed("webhook.disabled", "webhook", str(webhook.id)), now)
    get_logger().warning("webhooks.disabled", webhook=webhook.id, reason=reason)
