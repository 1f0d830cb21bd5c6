"""Ordinary sockets: one that reads no more is dropped, and one that does not open is told why."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from structlog.testing import capture_logs
from websockets import http11

from app import wire
from app.clock import Clock
from app.server import plain_socket
from app.settings import Settings
from app.state import AppState
from support.knocking import Client, frame
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
        await asyncio.wait_for(stuck.wait(), 60)
        async with asyncio.timeout(60):
            while served.server.server_state.connections:
                await asyncio.sleep(0.01)
        writer.close()


async def listen(websocket: WebSocket) -> None:
    await websocket.accept()
    with suppress(WebSocketDisconnect):
        while True:
            await websocket.receive_text()


def listening_app(settings: Settings, clock: Clock, states: list[AppState]) -> Starlette:
    application = bare_app(settings, clock, states)
    application.router.routes.append(WebSocketRoute("/listen", listen))
    return application


@pytest.mark.parametrize("fragment", [b"", b"x"])
async def test_message_in_fragments_without_end_closes_with_1009(tmp_path: Path, fragment: bytes) -> None:
    async with serving(settings_in(tmp_path), make_app=listening_app) as served:
        client, status, _ = await Client.knock(served.port, "/listen")
        assert status == 101
        client.send(b"", final=False)
        for _ in range(plain_socket.MOST_FRAGMENTS - 2):
            client.send(fragment, 0x0, final=False)
        client.send(fragment, 0x0)
        client.send(b"again", final=False)
        for _ in range(plain_socket.MOST_FRAGMENTS):
            client.send(fragment, 0x0, final=False)
        assert await client.closed_with() == wire.TOO_LONG
        await Client.all_hang_up()


async def test_whoever_pings_and_reads_no_pong_is_dropped(tmp_path: Path) -> None:
    async with serving(settings_in(tmp_path), make_app=listening_app) as served:
        client, status, _ = await Client.knock(served.port, "/listen")
        assert status == 101
        client.reader._transport.pause_reading()  # type: ignore[attr-defined]
        pings = frame(b"x" * 125, 0x9) * 8_000
        with pytest.raises(ConnectionError):
            for _ in range(40):
                client.writer.write(pings)
                await client.writer.drain()
        await Client.all_hang_up()


@pytest.mark.parametrize("early", [frame(b"{}"), frame(b"", 0x9), b"no frame at all", frame(b"", 0x8)])
async def test_what_comes_before_the_answer_counts_for_nothing(tmp_path: Path, early: bytes) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def hesitate(websocket: WebSocket) -> None:
        asked.set()
        await answer.wait()
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())

    def hesitating_app(settings: Settings, clock: Clock, states: list[AppState]) -> Starlette:
        application = bare_app(settings, clock, states)
        application.router.routes.append(WebSocketRoute("/flood", hesitate))
        return application

    async with serving(settings_in(tmp_path), make_app=hesitating_app) as served, asyncio.timeout(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(HANDSHAKE)
        await asked.wait()
        [connection] = served.server.server_state.connections
        received = asyncio.Event()
        take = connection.data_received

        def note(data: bytes) -> None:
            take(data)
            received.set()

        connection.data_received = note
        writer.write(early)
        await received.wait()
        answer.set()
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        writer.write(frame(b"word"))
        assert await reader.readexactly(6) == b"\x81\x04word"
        writer.close()


async def test_message_that_is_no_text_closes_with_1007_and_is_logged_in_a_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(settings_in(tmp_path), make_app=listening_app) as served:
        client, status, _ = await Client.knock(served.port, "/listen")
        assert status == 101
        with capture_logs() as logs:
            client.send(b"\xc3", final=False)
            client.send(b"(", 0x0)
            assert await client.closed_with() == wire.NO_JSON
        await Client.all_hang_up()
    assert [line["code"] for line in logs if line["event"] == "dashboard.bad_frame"] == [wire.NO_JSON]
    assert [record for record in caplog.records if record.exc_info] == []


async def fail(websocket: WebSocket) -> None:
    raise RuntimeError


def failing_app(settings: Settings, clock: Clock, states: list[AppState]) -> Starlette:
    application = bare_app(settings, clock, states)
    application.router.routes.append(WebSocketRoute("/fail", fail))
    return application


async def answer_to(tmp_path: Path, head: bytes) -> tuple[bytes, str]:
    """The status line, and the code of the error list that came before the server hung up."""
    async with serving(settings_in(tmp_path), make_app=failing_app) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(head)
        async with asyncio.timeout(60):
            answer = await reader.read()
        writer.close()
    told, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/json" in told.lower()
    refusal = json.loads(body)
    assert refusal["type"] == "error.list"
    assert f"x-request-id: {refusal['request_id']}".encode() in told
    return told.partition(b"\r\n")[0], refusal["errors"][0]["code"]


@pytest.mark.parametrize(
    ("head", "status", "code"),
    [
        (HANDSHAKE.replace(b"/flood", b"/nowhere"), b"HTTP/1.1 403 Forbidden", "request_refused"),
        (HANDSHAKE.replace(b"Sec-WebSocket-Key", b"X-Key"), b"HTTP/1.1 400 Bad Request", "request_refused"),
        (HANDSHAKE.replace(b"Version: 13", b"Version: 7"), b"HTTP/1.1 400 Bad Request", "request_refused"),
        (HANDSHAKE.replace(b"/flood", b"/fail"), b"HTTP/1.1 500 Internal Server Error", "server_error"),
    ],
    ids=["no such socket", "no key", "another version", "a failure of ours"],
)
async def test_a_socket_that_is_refused_is_told_so_by_an_error_list(
    tmp_path: Path, head: bytes, status: bytes, code: str
) -> None:
    with capture_logs() as logs:
        assert await answer_to(tmp_path, head) == (status, code)
    assert [line["code"] for line in logs if line["event"] == "http.refused"] == [code]


async def test_a_head_that_the_socket_cannot_read_is_refused_not_waited_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(http11, "parse_headers", unreadable)
    assert await answer_to(tmp_path, HANDSHAKE) == (b"HTTP/1.1 400 Bad Request", "request_refused")
