"""Requests that are open when the server goes down."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from app.api.errors import on_porchlight_error
from app.clock import Clock
from app.errors import PorchlightError
from app.server import front_door
from app.server.closing import Closing
from app.settings import Settings
from app.state import AppState
from support.serving import bare_app, connection, everything, serving, settings_in

HALF = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf"


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())} bytes")


async def brood(_: Request) -> PlainTextResponse:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets it")


async def begin(_: Request) -> StreamingResponse:
    async def words() -> AsyncIterator[str]:
        yield "word"
        await asyncio.Event().wait()

    return StreamingResponse(words())


def closing_app(settings: Settings, clock: Clock, states: list[AppState]) -> Starlette:
    application = bare_app(settings, clock, states)
    application.router.routes += [Route("/echo", echo, methods=["POST"]), Route("/brood", brood)]
    application.router.routes += [Route("/begin", begin)]
    application.user_middleware = [Middleware(Closing, answer=on_porchlight_error)]
    application.exception_handlers[PorchlightError] = on_porchlight_error
    return application


async def answered(folder: Path, request: bytes, *, then: bytes = b"", seconds: int = 1) -> bytes:
    """All that comes back for a request to a server that is told to go down, within ``seconds``, while it is open."""
    async with serving(settings_in(folder), make_app=closing_app) as served:
        served.server.config.timeout_graceful_shutdown = seconds
        async with connection(served) as (reader, writer):
            writer.write(request)
            [answering] = await _once_it_answers(served.server.server_state.connections)
            await served.stop()
            while answering.cycle.keep_alive:  # until it is told
                await asyncio.sleep(0)
            writer.write(then)
            return await everything(reader)


async def _once_it_answers(connections: set[object]) -> list[front_door.FrontDoor]:
    while not (found := [one for one in connections if getattr(one, "_answering", None)]):
        await asyncio.sleep(0)
    return found  # type: ignore[return-value]


def assert_unavailable(received: bytes, message: str) -> None:
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 503 Service Unavailable"
    assert {"retry-after: 5", "connection: close"} <= set(lines)
    [error] = json.loads(body)["errors"]
    assert (error["code"], message in error["message"]) == ("service_unavailable", True)


async def test_a_body_that_does_not_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_door, "CLOSING_SECONDS", 0.05)
    assert_unavailable(await answered(tmp_path, HALF, seconds=60), "nothing of this was taken")


async def test_a_body_that_ends_in_time_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_door, "CLOSING_SECONDS", 60)
    received = await answered(tmp_path, HALF, then=b" " * 46, seconds=60)
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"50 bytes")


async def test_an_answer_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    assert_unavailable(
        await answered(tmp_path, b"GET /brood HTTP/1.1\r\nHost: x\r\n\r\n"), "before this was answered"
    )


async def test_an_answer_that_has_begun_is_cut(tmp_path: Path) -> None:
    received = await answered(tmp_path, b"GET /begin HTTP/1.1\r\nHost: x\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"word\r\n")
