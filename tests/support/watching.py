"""A dashboard's socket as a test holds it: opened as a signed-in page opens it, watching, told of changes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from app.dashboard.access import COOKIE
from app.ids import ContactId
from support.desk import Team
from support.serving import Served

NOBODY = ContactId("0" * 24)
PATIENCE_SECONDS = 60


@asynccontextmanager
async def opened(
    server: Served, team: Team, token: str | None = None, origin: str | None = "own", **options: Any
) -> AsyncIterator[ClientConnection]:
    headers = {"Cookie": f"{COOKIE}={team.admin_token if token is None else token}"}
    given_origin = server.url if origin == "own" else origin
    url = f"ws://127.0.0.1:{server.port}/apps/{team.app_id}/socket"
    async with connect(
        url,
        origin=given_origin,
        additional_headers=headers,
        proxy=None,
        open_timeout=PATIENCE_SECONDS,
        **options,  # type: ignore[arg-type]
    ) as client:
        yield client


async def watch(client: ClientConnection, ids: list[Any]) -> dict[str, Any]:
    """Watch ``ids``; returns the snapshot."""
    await client.send(json.dumps({"type": "watch", "ids": ids}))
    return await told(client)


async def told(client: ClientConnection) -> dict[str, Any]:
    """The contacts of the next frame."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        frame = json.loads(await client.recv())
    assert frame.keys() == {"type", "contacts"}
    assert frame["type"] == "presence"
    contacts: dict[str, Any] = frame["contacts"]
    return contacts
