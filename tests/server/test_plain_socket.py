"""Ordinary sockets: one that reads no more is dropped, with all that waits for it."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from app.clock import Clock
from app.server import plain_socket
from app.settings import Settings
from app.state import AppState
from support.serving import bare_app, serving, settings_in

HANDSHAKE = (
    b"GET /flood HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


async def test_page_that_reads_no_more_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_socket, "LINGER_SECONDS", 0.05)
    stuck = asyncio.Event()

    async def flood(websocket: WebSocket) -> None:
        await websocket.accept()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                while True:
                    await websocket.send_text("x" * 60_000)
        stuck.set()

    def flooding_app(settings: Settings, clock: Clock, states: list[AppState]) -> Starlette:
        application = bare_app(settings, clock, states)
        application.router.routes.append(WebSocketRoute("/flood", flood))
        return application

    async with serving(settings_in(tmp_path), make_app=flooding_app) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.wait_for(stuck.wait(), 10)
        for _ in range(400):
            if not served.server.server_state.connections:
                break
            await asyncio.sleep(0.01)
        assert not served.server.server_state.connections
        writer.close()
