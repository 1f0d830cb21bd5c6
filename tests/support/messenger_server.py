"""The two sides of an embedded messenger, as test doubles: Porchlight's server, and a customer's site.

``MessengerServer`` speaks the messenger's contract (ping, socket, HTTP heartbeats) on a free port, and
writes down everything it is told, with the time. Tests make it refuse, hang, keep mute, close and die.
``CustomerSite`` serves the pages that embed the script, from another port, and so from another origin.

Tests never sleep: ``wait_for(lambda: …)`` comes back as soon as what has been written down makes the claim true.
"""

import asyncio
import hashlib
import json
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.messenger.script import joined_script

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


class Listener:
    """An ASGI app on a free port of its own, in a thread; it can be stopped and started again on the same port."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.port = 0
        self.start()

    def start(self) -> None:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        listening.listen(128)
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            log_config=None,
            ws="websockets-sansio",
            ws_ping_interval=None,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self.server = uvicorn.Server(config)
        self._listening = listening
        self._thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listening]}, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self.server.started and time.monotonic() < deadline:
            time.sleep(0.005)

    def stop(self) -> None:
        """Die as a killed process does: connections are cut, not closed."""
        self.abort_connections()
        self.server.should_exit = True
        self.server.force_exit = True
        self._thread.join(10)
        self._listening.close()

    def abort_connections(self) -> None:
        for connection in list(self.server.server_state.connections):
            transport = getattr(connection, "transport", None)
            loop = getattr(connection, "loop", None)
            if transport is not None and loop is not None:
                loop.call_soon_threadsafe(transport.abort)


@dataclass
class Record:
    """What was seen, guarded by one condition that wakes those who wait for more."""

    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, claim: Callable[[], Any], seconds: float = 10, what: str = "") -> Any:
        """Wait until the claim is true, and return what it returned; it is asked anew after each thing written down."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while not (value := claim()):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not within {seconds} s: {what or 'the claim'}; {self!r}")
                self.changed.wait(left)
            return value


class MessengerServer(Record):
    """Porchlight's server as the messenger sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.heartbeat_seconds: float = 30
        self.socket_mode: SocketMode = "serve"
        self.ping_status = 200
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
        for connection, loop in list(self._open.values()):
            asyncio.run_coroutine_threadsafe(connection.close(code), loop).result(5)

    def tell_all(self, text: str) -> None:
        for connection, loop in list(self._open.values()):
            asyncio.run_coroutine_threadsafe(connection.send_text(text), loop).result(5)

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
        fields = dict(urllib.parse.parse_qsl((await request.body()).decode(), keep_blank_values=True))
        headers = request.headers
        ping = Ping(
            at=time.time(),
            fields=fields,
            content_type=headers.get("content-type", ""),
            host=headers.get("host", ""),
            origin=headers.get("origin", ""),
            cookies=headers.get("cookie", ""),
        )
        with self.changed:
            self.pings.append(ping)
            self.changed.notify_all()
        while self.ping_hangs and not self._released.is_set():
            await asyncio.sleep(0.01)
        if self.ping_status != 200:
            return self._answer({"type": "error.list", "errors": []}, self.ping_status)
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
        with self.changed:
            self.http_heartbeats.append(beat)
            self.changed.notify_all()
        return self._answer(None, self.heartbeat_status)

    async def _event(self, request: Request) -> Response:
        if refusal := self._preflight(request):
            return refusal
        fields = dict(urllib.parse.parse_qsl((await request.body()).decode(), keep_blank_values=True))
        with self.changed:
            self.events.append(TrackedEvent(time.time(), fields))
            self.changed.notify_all()
        return self._answer({}, self.event_status)

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
                with self.changed:
                    self.frames.append(Frame(time.time(), seen.number, text))
                    self.changed.notify_all()
                if text in {HEARTBEAT, HIDDEN_HEARTBEAT} and self.socket_mode == "serve":
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


class CustomerSite(Record):
    """Pages of a customer, under any host name that ends in ``.test``."""

    def __init__(self) -> None:
        super().__init__()
        self._pages: dict[str, tuple[str, Mapping[str, str]]] = {}
        app = Starlette(routes=[Route("/{path:path}", self._page)])
        self._listener = Listener(app)

    def page(self, path: str, html: str, headers: Mapping[str, str] | None = None) -> None:
        self._pages[path] = (html, headers or {})

    def url(self, path: str, host: str = "localhost") -> str:
        return f"http://{host}:{self._listener.port}/{path}"

    def stop(self) -> None:
        self._listener.stop()

    async def _page(self, request: Request) -> Response:
        html, headers = self._pages.get(request.path_params["path"], ("", {}))
        status = 200 if html else 404
        kind = "text/javascript" if request.url.path.endswith(".js") else "text/html"
        return Response(html, status, headers=dict(headers), media_type=kind)


def contact_of(name: str) -> str:
    """The id that the double gives to whoever goes by that name."""
    return hashlib.sha256(str(name).encode()).hexdigest()[:24]


def snippet(messenger: MessengerServer, settings: str | None = "{}") -> str:
    """A customer's page with Intercom's usual snippet, of which only the script's URL was changed."""
    lines = [] if settings is None else [f"<script>window.intercomSettings = {settings};</script>"]
    loader = (
        "(function(){var w=window;var ic=w.Intercom;if(typeof ic==='function'){ic('reattach_activator');"
        "ic('update',w.intercomSettings);}else{var d=document;var i=function(){i.c(arguments);};i.q=[];"
        "i.c=function(args){i.q.push(args);};w.Intercom=i;var l=function(){var s=d.createElement('script');"
        f"s.type='text/javascript';s.async=true;s.src='{messenger.widget_url}';"
        "var x=d.getElementsByTagName('script')[0];x.parentNode.insertBefore(s,x);};"
        "if(document.readyState==='complete'){l();}else{w.addEventListener('load',l,false);}}})();"
    )
    return "<!doctype html><title>Shop</title>\n" + "\n".join([*lines, f"<script>{loader}</script>"])


@pytest.fixture
def messenger() -> Iterator[MessengerServer]:
    messenger = MessengerServer()
    yield messenger
    messenger.stop()


@pytest.fixture
def site() -> Iterator[CustomerSite]:
    site = CustomerSite()
    yield site
    site.stop()
