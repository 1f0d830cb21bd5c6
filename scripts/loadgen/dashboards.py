"""Simulated dashboards: sockets that watch a page of people and note when dots turn.

They come with a session cookie and the right Origin, name 50 contacts each, take the snapshot,
and from then on hear changes only.
"""

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Sequence
from time import perf_counter
from typing import Final, cast

from .dots import Dots
from .frames import CLOSE, PING, PONG, TEXT, Reader, close_code, close_frame, masked, upgrade_request
from .messenger import HandshakeError
from .web import Target

ROWS: Final = 50
SNAPSHOT_SECONDS: Final = 60.0


class DashboardSocket(asyncio.Protocol):
    """``ready`` is done when the snapshot has come."""

    def __init__(self, request: bytes, ids: Sequence[str], dots: Dots, errors: Counter[str]) -> None:
        self._request = request
        self._ids = ids
        self._dots = dots
        self._errors = errors
        self._mask = secrets.token_bytes(4)
        self._reader = Reader()
        self._head: bytes | None = b""
        self._transport: asyncio.Transport | None = None
        self._is_closing = False
        self.frames = 0
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            self._head += data
            head, ended, data = self._head.partition(b"\r\n\r\n")
            if not ended:
                return
            self._head = None
            if not self._is_accepted(head):
                return
        now = perf_counter()
        for frame in self._reader.feed(data):
            if frame.opcode == TEXT:
                self._read(frame.payload, now)
            elif frame.opcode == PING:
                self._write(masked(frame.payload, opcode=PONG, mask=self._mask))
            elif frame.opcode == CLOSE:
                self._ended(str(close_code(frame.payload)))
                self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self._is_closing = True
            self.ready.set_exception(HandshakeError(0))
        self._ended("1006")

    def close(self) -> None:
        self._is_closing = True
        if self._transport is not None:
            self._write(close_frame(1000, self._mask))
            self._transport.close()

    def _is_accepted(self, head: bytes) -> bool:
        status = int(head.split(b" ", 2)[1])
        if status != 101:
            self._is_closing = True
            self.ready.set_exception(HandshakeError(status))
            assert self._transport is not None
            self._transport.close()
            return False
        watch = json.dumps({"type": "watch", "ids": list(self._ids)}).encode()
        self._write(masked(watch, mask=self._mask))
        return True

    def _read(self, text: bytes, now: float) -> None:
        message = json.loads(text)
        if message.get("type") != "presence":
            self._errors[f"dashboard frame of type {message.get('type')}"] += 1
            return
        self.frames += 1
        contacts: dict[str, dict[str, object]] = message["contacts"]
        if not self.ready.done():
            self._dots.watch(self._ids)
            self.ready.set_result(None)
            if missing := len(set(self._ids) - set(contacts)):
                self._errors["contact missing in a snapshot"] += missing
            return
        for contact_id, presence in contacts.items():
            self._dots.seen(contact_id, online=bool(presence["online"]), at=now)

    def _ended(self, code: str) -> None:
        if not self._is_closing:
            self._is_closing = True
            self._errors[f"dashboard closed with {code}"] += 1
            if self.ready.done() and self.ready.exception() is None:
                self._dots.unwatch(self._ids)

    def _write(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(data)


async def open_dashboard(
    target: Target, app_id: str, cookie: str, ids: Sequence[str], dots: Dots, errors: Counter[str]
) -> DashboardSocket | None:
    """Open one and wait for its snapshot; none, and a counted error, where that fails."""
    request = upgrade_request(
        target.authority, f"/apps/{app_id}/socket", origin=target.origin, cookie=cookie, deflate=False
    )
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(SNAPSHOT_SECONDS):
            _, socket = await loop.create_connection(
                lambda: DashboardSocket(request, ids, dots, errors), target.host, target.port
            )
            await socket.ready
    except HandshakeError as refused:
        errors[f"dashboard answered with {refused.status or 'nothing'}"] += 1
        return None
    except OSError as error:
        errors[f"dashboard: {type(error).__name__}"] += 1
        return None
    return socket
