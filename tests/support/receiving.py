"""A receiver of webhooks on this machine, which answers as a test tells it to; and a webhook that leads there."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeAlias

import pytest
import pytest_asyncio

from app.ids import AppId
from app.storage.database import Database
from app.trail.records import CLI
from app.trail.webhook_operations import create_webhook
from app.trail.webhooks import Webhook
from app.workspaces.operations import create_workspace

Hook: TypeAlias = Callable[..., Coroutine[Any, Any, Webhook]]
NOW = 1_700_000_000.0


class Receiver:
    """``status`` is what it answers; with ``silent`` it takes a request and says nothing."""

    def __init__(self) -> None:
        self.status = 200
        self.headers = ""
        self.body = b""
        self.silent = False
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in"

    @property
    def told(self) -> list[dict[str, Any]]:
        """The notifications that came, in order."""
        return [json.loads(body) for _, body in self.requests]

    @property
    def subjects(self) -> list[str]:
        return [notification["data"]["item"]["id"] for notification in self.told]

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """From now on nobody listens there."""
        if self._server is not None:
            self._server.close()
            self._server = None
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
        body = await reader.readexactly(int(headers["content-length"]))
        self.requests.append((headers, body))
        if self.silent:
            await reader.read()
        else:
            answer = f"HTTP/1.1 {self.status} Told\r\n{self.headers}connection: close\r\n"
            writer.write(f"{answer}content-length: {len(self.body)}\r\n\r\n".encode() + self.body)
        writer.close()


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    opened = Receiver()
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def hook(database: Database, receiver: Receiver) -> Hook:
    """Makes a webhook to the receiver, in a workspace of its own or in the one of ``app_id``."""

    async def make(*topics: str, app_id: AppId | None = None, url: str = "") -> Webhook:
        def work(conn: Any) -> Webhook:
            owner = app_id or create_workspace(conn, "Acme", NOW).app_id
            return create_webhook(conn, owner, url or receiver.url, topics or ["*"], actor=CLI, now=NOW)

        return await database.write(work)

    return make
