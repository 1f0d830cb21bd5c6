"""The whole way: a change is told to a receiver while the server runs."""

import asyncio
from pathlib import Path
from typing import Any

from app.trail.operations import announce
from app.trail.records import CLI, News
from app.trail.webhook_operations import create_webhook
from app.trail.webhooks import Webhook
from app.workspaces.operations import create_workspace
from support.receiving import Receiver
from support.serving import START, serving, settings_in, whole_app


async def test_running_server_tells_of_changes_and_of_dots(tmp_path: Path, receiver: Receiver) -> None:
    def listen(conn: Any) -> Webhook:
        app_id = create_workspace(conn, "Acme", START).app_id
        return create_webhook(conn, app_id, receiver.url, ["*"], actor=CLI, now=START)

    async with serving(settings_in(tmp_path), make_app=whole_app) as server:
        state = server.state
        webhook = await state.database.write(listen)
        news = News("contact.archived", "contact", "c" * 24)
        await state.database.write(lambda conn: announce(conn, webhook.app_id, news, START))
        async with asyncio.timeout(60):
            while not receiver.requests:
                await asyncio.sleep(0.05)
            contact_id: Any = "d" * 24
            while len(receiver.requests) < 2:
                # The workspace is heard within a second of having a webhook.
                state.tracker.ping(webhook.app_id, contact_id, state.clock.now())
                await asyncio.sleep(0.3)
                state.tracker.forget(webhook.app_id, contact_id, state.clock.now())
    assert receiver.told[0]["topic"] == "contact.archived"
    assert {told["topic"] for told in receiver.told[1:]} <= {"contact.online", "contact.offline"}
