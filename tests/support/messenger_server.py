"""Porchlight's server as an embedded messenger sees it, as a test double.

``MessengerServer`` speaks the messenger's contract (ping, socket, HTTP heartbeats) on a free port, and
writes down everything it is told, with the time. Tests make it refuse, hang, keep mute, close and die.
What it answers is settled before it writes down what it was asked: whoever waits for that, and then has it
answer otherwise, changes the answers to what comes afterwards.
"""

import asyncio
import hashlib
import json
import math
import threading
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.messenger.script import joined_script
from support.listening import Listener, Record

APP_ID = "uabc1234"
HEARTBEAT = '{"type":"heartbeat"}'
HIDDEN_HEARTBEAT = '{"type":"heartbeat","visible":false}'
LEAVE = '{"type":"leave"}'

SocketMode = Literal["serve", "mute", "refuse", "hang"]


@dataclass(frozen=True, slots=True)
class Ping:
    at: float
    fields: dict[str, str]
    content_type: str
    host: str
    origin: str
    cookies: str

    @property
    def user_data(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.fields["user_data"])
        return data

    @property
    def source(self) -> str:
        return self.fields["source"]


@dataclass(frozen=True, slots=True)
class Frame:
    at: float
    socket: int
    text: str


@dataclass(slots=True)
class Socket:
    number: int
    opened_at: float
    ticket: str
    contact_id: str
    closed_at: float | None = None
    close_code: int | None = None


@dataclass(frozen=True, slots=True)
class HttpHeartbeat:
    at: float
    body: dict[str, Any]
    content_type: str


@dataclass(frozen=True, slots=True)
class TrackedEvent:
    at: float
    fields: dict[str, str]


class MessengerServer(Record):
    """Porchlight's server as the messenger sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.heartbeat_seconds: float = 30
        self.socket_mode: SocketMode = "serve"
        self.ping_status = 200
        self.largest_ping = math.inf  # in bytes; a larger one is answered with 413
        self.ping_hangs = False
        self.heartbeat_status = 204
        self.event_status = 202
        self.answer_more: dict[str, Any] = {}
        self.user_more: dict[str, Any] = {}
        self.widgets: list[float] = []
        self.pings: list[Ping] = []
        self.sockets: list[Socket] = []
        self.refused_sockets: list[float] = []
        self.frames: list[Frame] = []
        self.http_heartbeats: list[HttpHeartbeat] = []
        self.events: list[TrackedEvent] = []
        self.preflights: list[str] = []
        self._tickets: dict[str, str] = {}
        self._open: dict[int, tuple[WebSocket, asyncio.AbstractEventLoop]] = {}
        self._released = threading.Event()
        self._listener = Listener(self._app())

    def __repr__(self) -> str:
        sources = [ping.source for ping in self.pings]
        frames = [f"{frame.socket}:{frame.text}" for frame in self.frames]
        return (
            f"pings {sources}, sockets {self.sockets}, refused {len(self.refused_sockets)}, frames {frames}, "
            f"HTTP heartbeats {[beat.body for beat in self.http_heartbeats]}, events {len(self.events)}"
        )

    # What tests ask.

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._listener.port}"

    @property
    def widget_url(self) -> str:
        return f"{self.origin}/widget/{APP_ID}"

    @property
    def open_sockets(self) -> list[Socket]:
        return [seen for seen in self.sockets if seen.closed_at is None]

    @property
    def heartbeats(self) -> list[Frame]:
        return [frame for frame in self.frames if frame.text in {HEARTBEAT, HIDDEN_HEARTBEAT}]

    @property
    def leaves(self) -> list[Frame | HttpHeartbeat]:
        by_socket = [frame for frame in self.frames if frame.text == LEAVE]
        return [*by_socket, *(beat for beat in self.http_heartbeats if beat.body.get("leave"))]

    # What tests make it do.

    def close_sockets(self, code: int) -> None:
        for number in list(self._open):
            connection, loop = self._open.pop(number)
            asyncio.run_coroutine_threadsafe(connection.close(code), loop).result(60)

    def tell_all(self, text: str) -> None:
        for connection, loop in list(self._open.values()):
            asyncio.run_coroutine_threadsafe(connection.send_text(text), loop).result(60)

    def abort_sockets(self) -> None:
        """Cut the wires: the messenger sees 1006."""
        self._listener.abort_connections()

    def die(self) -> None:
        self._listener.stop()

    def come_back(self) -> None:
        self._listener.start()

    def stop(self) -> None:
        self._released.set()
        self._listener.stop()

    # What it does.

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/widget/{app_id}", self._widget),
                Route("/messenger/web/ping", self._ping, methods=["POST", "OPTIONS"]),
                Route("/messenger/heartbeat", self._heartbeat, methods=["POST", "OPTIONS"]),
                Route("/messenger/web/events", self._event, methods=["POST", "OPTIONS"]),
                WebSocketRoute("/messenger/socket", self._socket),
            ]
        )

    async def _widget(self, request: Request) -> Response:
        with self.changed:
            self.widgets.append(time.time())
            self.changed.notify_all()
        return Response(joined_script(), media_type="text/javascript")

    async def _ping(self, request: Request) -> Response:
        if refusal := self._preflight(request):
            return refusal
        body = await request.body()
        fields = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
        headers = request.headers
        ping = Ping(
            at=time.time(),
            fields=fields,
            content_type=headers.get("content-type", ""),
            host=headers.get("host", ""),
            origin=headers.get("origin", ""),
            cookies=headers.get("cookie", ""),
        )
        status = 413 if len(body) > self.largest_ping else self.ping_status
        with self.changed:
            self.pings.append(ping)
            self.changed.notify_all()
        while self.ping_hangs and not self._released.is_set():
            await asyncio.sleep(0.01)
        if status != 200:
            return self._answer({"type": "error.list", "errors": []}, status)
        return self._answer(self._ping_answer(ping))

    def _ping_answer(self, ping: Ping) -> dict[str, Any]:
        data = ping.user_data
        contact_id = contact_of(data.get("user_id") or data.get("email") or data["anonymous_id"])
        ticket = f"ticket-{len(self._tickets) + 1}"
        self._tickets[ticket] = contact_id
        return {
            "user": {
                "id": contact_id,
                "role": "user_role" if data.get("user_id") else "visitor_role",
                "anonymous_id": data["anonymous_id"],
                "new_session": len(self.pings) == 1,
                **self.user_more,
            },
            "app": {},
            "ticket": ticket,
            "socket_url": f"{self.origin.replace('http', 'ws')}/messenger/socket",
            "heartbeat_seconds": self.heartbeat_seconds,
            "errors": [],
            **self.answer_more,
        }

    async def _heartbeat(self, request: Request) -> Response:
        if refusal := self._preflight(request):
            return refusal
        beat = HttpHeartbeat(time.time(), await request.json(), request.headers.get("content-type", ""))
        status = self.heartbeat_status
        with self.changed:
            self.http_heartbeats.append(beat)
            self.changed.notify_all()
        return self._answer(None, status)

    async def _event(self, request: Request) -> Response:
        if refusal := self._preflight(request):
            return refusal
        fields = dict(urllib.parse.parse_qsl((await request.body()).decode(), keep_blank_values=True))
        status = self.event_status
        with self.changed:
            self.events.append(TrackedEvent(time.time(), fields))
            self.changed.notify_all()
        return self._answer({}, status)

    async def _socket(self, connection: WebSocket) -> None:
        if self.socket_mode in {"refuse", "hang"}:
            with self.changed:
                self.refused_sockets.append(time.time())
                self.changed.notify_all()
            while self.socket_mode == "hang" and not self._released.is_set():
                await asyncio.sleep(0.01)
            await connection.close()
            return
        await connection.accept()
        ticket = connection.query_params["ticket"]
        seen = Socket(len(self.sockets) + 1, time.time(), ticket, self._tickets.get(ticket, ""))
        self._open[seen.number] = (connection, asyncio.get_running_loop())
        with self.changed:
            self.sockets.append(seen)
            self.changed.notify_all()
        try:
            while True:
                text = await connection.receive_text()
                is_acked = text in {HEARTBEAT, HIDDEN_HEARTBEAT} and self.socket_mode == "serve"
                with self.changed:
                    self.frames.append(Frame(time.time(), seen.number, text))
                    self.changed.notify_all()
                if is_acked:
                    await connection.send_text('{"type":"ack"}')
        except WebSocketDisconnect as gone:
            with self.changed:
                seen.closed_at, seen.close_code = time.time(), gone.code
                self.changed.notify_all()
        finally:
            self._open.pop(seen.number, None)

    def _preflight(self, request: Request) -> Response | None:
        if request.method != "OPTIONS":
            return None
        with self.changed:
            self.preflights.append(request.url.path)
            self.changed.notify_all()
        return Response(status_code=405)

    def _answer(self, body: Any, status: int = 200) -> Response:
        headers = {"access-control-allow-origin": "*"}
        if body is None:
            return Response(status_code=status, headers=headers)
        return JSONResponse(body, status, headers=headers)


def contact_of(name: str) -> str:
    """The id that the double gives to whoever goes by that name."""
    return hashlib.sha256(str(name).encode()).hexdigest()[:24]


@pytest.fixture
def messenger() -> Iterator[MessengerServer]:
    messenger = MessengerServer()
    yield messenger
    messenger.stop()
