"""The front door: heads and bodies that are too long, too slow or too many."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from structlog.testing import capture_logs

from app import metrics
from app.clock import Clock
from app.server import front_door
from app.server.front_door import MAX_HEAD_BYTES, MESSENGER_PATH, FrontDoor
from app.settings import Settings
from app.state import AppState
from support.serving import Served, bare_app, connection, everything, serving, settings_in


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())} bytes")


class Talk:
    """An answer without end, until its reader is told to have hung up."""

    hung_up: asyncio.Event

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def listen() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            Talk.hung_up.set()

        listening = asyncio.create_task(listen())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not listening.done():
            await send({"type": "http.response.body", "body": b"word", "more_body": True})
            await asyncio.sleep(0)


async def greet(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


def echoing_app(settings: Settings, clock: Clock, states: list[AppState]) -> Starlette:
    application = bare_app(settings, clock, states)
    application.router.routes += [
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/talk", Talk()),
        WebSocketRoute("/other/socket", greet),
    ]
    return application


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(settings_in(tmp_path), make_app=echoing_app) as running:
        yield running


async def test_ordinary_request_is_answered(served: Served) -> None:
    async with connection(served) as (reader, writer):
        writer.write(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
        assert (await everything(reader)).endswith(b"5 bytes")


async def test_two_requests_share_a_connection(served: Served) -> None:
    async with connection(served) as (reader, writer):
        for last in (b"keep-alive", b"close"):
            writer.write(b"GET /echo HTTP/1.1\r\nHost: x\r\nConnection: " + last + b"\r\n\r\n")
            if last == b"keep-alive":
                await reader.readuntil(b"0 bytes")
        assert (await everything(reader)).endswith(b"0 bytes")


async def test_big_body_in_one_piece_with_its_head_is_taken(served: Served) -> None:
    length = 3 * MAX_HEAD_BYTES
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n" % length
    async with connection(served) as (reader, writer):
        # Twice, for what is counted must begin anew with each request.
        writer.write(head + b"\r\n" + b"x" * length)
        assert (await reader.readuntil(b" bytes")).startswith(b"HTTP/1.1 200 ")
        writer.write(head + b"Connection: close\r\n\r\n" + b"x" * length)
        assert (await everything(reader)).endswith(b"%d bytes" % length)


UPGRADE = (
    b"POST /echo HTTP/1.1\r\nHost: x\r\n"
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n"
)


@pytest.mark.parametrize(
    "body",
    [b"Content-Length: 5\r\n\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
)
async def test_an_upgrade_to_what_is_not_spoken_here_is_an_ordinary_request(
    served: Served, body: bytes
) -> None:
    async with connection(served) as (reader, writer):
        writer.write(UPGRADE + body)
        await reader.readuntil(b"5 bytes")
        head, _, rest = (UPGRADE + body).partition(b"\r\n\r\n")
        for part in (head, b"\r\n\r\n", rest[:3], rest[3:]):
            writer.write(part)
            await asyncio.sleep(0)
        await reader.readuntil(b"5 bytes")
        writer.write(b"GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await everything(reader)).endswith(b"0 bytes")


async def test_many_upgrades_in_one_segment_are_ordinary_requests(served: Served) -> None:
    async with connection(served) as (reader, writer):
        writer.write((UPGRADE.replace(b"POST", b"GET") + b"\r\n") * 200)
        for _ in range(200):
            await reader.readuntil(b"0 bytes")


@pytest.mark.parametrize("more", [b"", b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"])
async def test_whoever_is_answering_is_told_that_the_client_hung_up(served: Served, more: bytes) -> None:
    Talk.hung_up = asyncio.Event()
    async with connection(served) as (reader, writer):
        writer.write(b"GET /talk HTTP/1.1\r\nHost: x\r\n\r\n" + more)
        await reader.readuntil(b"word")
        writer.transport.abort()
        async with asyncio.timeout(60):
            await Talk.hung_up.wait()


def assert_refused(answer: bytes, status: int) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"content-type: application/json" in head
    refusal = json.loads(body)
    assert (refusal["type"], refusal["errors"][0]["code"]) == ("error.list", "request_refused")
    assert f"x-request-id: {refusal['request_id']}".encode() in head


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET /echo HTTP/1.1\nHost: x\n\n", 400),
        (b"GET /echo HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * MAX_HEAD_BYTES + b"\r\n\r\n", 431),
        (b"GET /" + b"x" * MAX_HEAD_BYTES + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
        (b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", 405),
        (
            b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            405,
        ),
    ],
)
async def test_what_the_parser_refuses_is_told_as_an_error_list(
    served: Served, request_head: bytes, status: int
) -> None:
    async with connection(served) as (reader, writer):
        writer.write(request_head)
        assert_refused(await everything(reader), status)


async def test_head_that_is_too_long_is_refused(served: Served) -> None:
    async with connection(served) as (reader, writer):
        writer.write(b"GET /echo HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * (MAX_HEAD_BYTES + 100))
        assert_refused(await everything(reader), 431)


async def test_many_small_headers_are_refused_too(served: Served) -> None:
    async with connection(served) as (reader, writer):
        with suppress(ConnectionError):
            writer.write(b"GET /echo HTTP/1.1\r\nHost: x\r\n")
            for number in range(20_000):
                writer.write(b"X-%d: y\r\n" % number)
            await writer.drain()
        answer = await everything(reader)
    assert answer.startswith(b"HTTP/1.1 431 ") or answer == b""


async def test_trailers_without_end_are_refused(served: Served) -> None:
    async with connection(served) as (reader, writer):
        with suppress(ConnectionError):
            writer.write(b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
            for number in range(20_000):
                writer.write(b"X-%d: y\r\n" % number)
            await writer.drain()
        answer = await everything(reader)
    assert b" 200 " not in answer


async def test_head_that_drips_is_refused(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_door, "HEAD_SECONDS", 0.05)
    async with connection(served) as (reader, writer):
        writer.write(b"GET /echo HTTP/1.1\r\nHo")
        assert (await everything(reader)).startswith(b"HTTP/1.1 408 ")


async def test_later_head_that_drips_is_refused_too(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_door, "HEAD_SECONDS", 0.05)
    async with connection(served) as (reader, writer):
        writer.write(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"0 bytes")
        writer.write(b"GET /echo HTTP/1.1\r\nHo")
        assert (await everything(reader)).startswith(b"HTTP/1.1 408 ")


async def test_connection_that_says_nothing_is_closed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_door, "HEAD_SECONDS", 0.05)
    async with connection(served) as (reader, _):
        assert await everything(reader) == b""


async def test_body_that_drips_is_given_up(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_door, "BODY_SECONDS", 0.05)
    async with connection(served) as (reader, writer):
        writer.write(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhe")
        assert await everything(reader) == b""


def turned_away() -> float:
    return metrics.REGISTRY.get_sample_value("porchlight_connections_refused_total") or 0


async def test_connections_above_the_limit_are_turned_away_and_old_ones_served(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connection(served) as (reader, writer):
        writer.write(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"0 bytes")
        monkeypatch.setattr(FrontDoor, "most_connections", 1)
        monkeypatch.setattr(FrontDoor, "_turned_away_at", 0.0)
        counted = turned_away()
        with capture_logs() as lines:
            for _ in range(3):
                async with connection(served) as (late_reader, late_writer):
                    late_writer.write(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
                    assert await everything(late_reader) == b""
        assert {line["event"] for line in lines} == {"http.too_many_connections"}
        assert turned_away() == counted + 3
        writer.write(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"0 bytes")


SOCKET_HEADERS = (
    b"Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
OPENING = b"GET /other/socket HTTP/1.1\r\n" + SOCKET_HEADERS


@pytest.mark.parametrize(
    "more",
    [
        b"",
        b"Content-Length: 0\r\n",
        b"Cookie: a=" + b"x" * 30_000 + b"\r\n",
        b"".join(b"X-%d: y\r\n" % number for number in range(500)),
    ],
    ids=["nothing", "an empty body", "a big cookie", "many headers"],
)
async def test_every_other_socket_goes_the_ordinary_way(served: Served, more: bytes) -> None:
    async with connection(served) as (reader, writer):
        writer.write(OPENING + more + b"\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101")
        assert await reader.readexactly(7) == b"\x81\x05hello"


@pytest.mark.parametrize(
    ("method", "path", "body", "answer"),
    [
        (b"POST", b"/echo", b"Content-Length: 5\r\n\r\nhello", b"5 bytes"),
        (b"POST", b"/echo", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"5 bytes"),
        (b"POST", b"/echo", b"\r\n", b"0 bytes"),
        (b"GET", b"/echo", b"Content-Length: 5\r\n\r\nhello", b"5 bytes"),
        (b"GET", b"/echo", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"5 bytes"),
    ],
)
async def test_a_socket_asked_for_by_anything_but_a_bodiless_get_is_an_ordinary_request(
    served: Served, method: bytes, path: bytes, body: bytes, answer: bytes
) -> None:
    async with connection(served) as (reader, writer):
        writer.write(method + b" " + path + b" HTTP/1.1\r\n" + SOCKET_HEADERS + body)
        async with asyncio.timeout(60):
            await reader.readuntil(answer)
        writer.write(b"GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await everything(reader)).endswith(b"0 bytes")


@pytest.mark.parametrize(
    "headers",
    [
        b"Connection: Upgrade\r\nConnection: keep-alive\r\nUpgrade: websocket\r\n",
        b"Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n",
        b"Connection: keep-alive , UPGRADE\r\nUpgrade: websocket\r\n",
    ],
)
async def test_a_socket_may_be_asked_for_in_a_list_on_several_lines(served: Served, headers: bytes) -> None:
    asked = b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
    assert asked in OPENING
    async with connection(served) as (reader, writer):
        writer.write(OPENING.replace(asked, headers) + b"\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")


@pytest.mark.parametrize("path", [b"/other/socket", MESSENGER_PATH])
async def test_a_socket_asked_for_before_the_last_answer_is_refused(served: Served, path: bytes) -> None:
    async with connection(served) as (reader, writer):
        writer.write(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
        writer.write(b"GET " + path + b" HTTP/1.1\r\n" + SOCKET_HEADERS + b"\r\n")
        assert_refused(await everything(reader), 400)


async def test_a_socket_asked_for_after_the_last_answer_is_opened(served: Served) -> None:
    async with connection(served) as (reader, writer):
        writer.write(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"0 bytes")
        writer.write(OPENING + b"\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")


@pytest.mark.parametrize(
    "request_head",
    [
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"GET /echo HTTP/1.1\nHost: x\n\n",
        b"NONSENSE\r\n\r\n",
    ],
)
async def test_requests_that_could_be_read_two_ways_are_refused(served: Served, request_head: bytes) -> None:
    async with connection(served) as (reader, writer):
        writer.write(request_head)
        answer = await everything(reader)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
