"""Server-sent events: every change of a workspace's presence, for as long as somebody listens.

The hub calls on the loop and must not wait, so changes gather in a backlog between it and the
connection. Whoever can't keep up is cut, not queued for: it comes back and asks for a fresh
picture by ``POST /presence/query``. The token is looked at again and again, so that revoking it
ends the stream.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

import anyio
import msgspec
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from app.ids import AppId
from app.log import get_logger
from app.presence.changes import Change
from app.presence.hub import Hub
from app.server.front_door import ABORT, ENDLESS

CHUNK_CHANGES: Final = 500
GOODBYE_SECONDS: Final = 1.0
_LAST: Final[Message] = {"type": "http.response.body", "body": b"", "more_body": False}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a stream waits for, and what it does not."""

    check_seconds: float = 2.0
    """How often the token is looked at: well inside the 5 s in which a revoked one has to end."""
    keep_alive_seconds: float = 15.0
    patience_seconds: float = 8.0
    """How long one chunk may take to leave: a reader that stands still is cut after that."""
    most_waiting: int = 10_000


class Backlog:
    """Changes that were heard and not yet sent. It holds ``most`` of them, and then is overrun for good."""

    def __init__(self, most: int) -> None:
        self.is_overrun = False
        self._most = most
        self._changes: deque[Change] = deque()
        self._woken = asyncio.Event()

    def add(self, change: Change) -> None:
        if len(self._changes) >= self._most:
            self.is_overrun = True
        else:
            self._changes.append(change)
        self._woken.set()

    async def wait(self) -> None:
        """Until there is something to send."""
        await self._woken.wait()

    def take(self) -> list[Change]:
        """The oldest changes, one chunk of them at most."""
        taken = list(islice(self._changes, CHUNK_CHANGES))
        for _ in taken:
            self._changes.popleft()
        if not self._changes:
            self._woken.clear()
        return taken


class PresenceStream(Response):
    """The answer that goes on. ``may_listen`` tells whether the token still opens it; ``ended`` is called once."""

    media_type = "text/event-stream"

    def __init__(
        self,
        hub: Hub,
        app_id: AppId,
        *,
        may_listen: Callable[[], Awaitable[bool]],
        ended: Callable[[], None],
        limits: Limits = Limits(),
    ) -> None:
        self.status_code = 200
        self.background = None
        # Proxies such as nginx hold answers back unless told not to.
        self.init_headers({"cache-control": "no-store", "x-accel-buffering": "no"})
        self._hub = hub
        self._app_id = app_id
        self._may_listen = may_listen
        self._ended = ended
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") == "HEAD":
            self._ended()
            await send(self._start())
            await send(_LAST)
            return
        scope[ENDLESS] = True
        backlog = Backlog(self._limits.most_waiting)
        unsubscribe = self._hub.subscribe(self._app_id, backlog.add)
        try:
            await _first_to_end(
                partial(self._send_changes, backlog, send),
                self._until_revoked,
                partial(_until_hung_up, receive),
            )
        finally:
            unsubscribe()
            self._ended()
        # Whoever does not take even this stands still: closing politely would wait for it, so it is dropped.
        with anyio.move_on_after(GOODBYE_SECONDS) as goodbye:
            await send(_LAST)
        if goodbye.cancelled_caught:
            scope.get("extensions", {}).get(ABORT, _nothing)()

    async def _send_changes(self, backlog: Backlog, send: Send) -> None:
        keeps_up = await self._sent(send, self._start()) and await self._sent(
            send, _body(b": changes from here on\n\n")
        )
        while keeps_up and not backlog.is_overrun:
            with anyio.move_on_after(self._limits.keep_alive_seconds):
                await backlog.wait()
            events = b"".join(map(event_of, backlog.take()))
            keeps_up = await self._sent(send, _body(events or b": still here\n\n"))
        get_logger().warning("presence.stream_cut", app_id=self._app_id, overrun=backlog.is_overrun)

    def _start(self) -> Message:
        return {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}

    async def _sent(self, send: Send, message: Message) -> bool:
        """Whether ``message`` left in time."""
        with anyio.move_on_after(self._limits.patience_seconds) as patience:
            await send(message)
        return not patience.cancelled_caught

    async def _until_revoked(self) -> None:
        while True:
            if not await self._may_listen():
                return
            await asyncio.sleep(self._limits.check_seconds)


def event_of(change: Change) -> bytes:
    """One change as one event."""
    data = {
        "id": change.contact_id,
        "online": change.online,
        "last_seen_at": int(change.last_seen_at),
    }
    return b"event: presence\ndata: " + msgspec.json.encode(data) + b"\n\n"


def _body(chunk: bytes) -> Message:
    return {"type": "http.response.body", "body": chunk, "more_body": True}


def _nothing() -> None:
    """For servers that can't drop a connection."""


async def _until_hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _first_to_end(*deeds: Callable[[], Awaitable[None]]) -> None:
    """Run all at once; when one ends, the others are given up."""
    async with anyio.create_task_group() as tasks:

        async def run(deed: Callable[[], Awaitable[None]]) -> None:
            await deed()
            tasks.cancel_scope.cancel()

        for deed in deeds:
            tasks.start_soon(run, deed)
