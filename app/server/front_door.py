"""The front door: uvicorn's HTTP protocol, with four things of our own.

1. A request head is capped in size and in time, and so is the time a body may take: uvicorn
   has no such limits, and a client that drips its head would hold its connection for ever.
2. An upgrade of ``/messenger/socket`` is handed to a slim protocol of ours; every other
   socket and route goes uvicorn's ordinary way.
3. Connections above the limit are turned away at once, before the process runs out of files.
4. What is refused here is told as an error list, like any other refusal; and an upgrade to what
   is not spoken here, or by anything but a GET without a body, is ignored, where uvicorn would lose
   the request's body.

The way in for messenger sockets is a callable in the lifespan's state, so that this module
knows nothing of tickets and presence.
"""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, Final, TypeAlias

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app import metrics
from app.clock import monotonic
from app.ids import new_request_id
from app.log import get_logger
from app.refusals import log_refusal
from app.server.handshake import Upgrade, refuse

MESSENGER_PATH: Final = b"/messenger/socket"
MAX_HEAD_BYTES: Final = 32_768
HEAD_SECONDS: Final = 10.0
BODY_SECONDS: Final = 20.0
BODY_BYTES_PER_SECOND: Final = 10_000
"""A body that comes slower than this, after its first 20 seconds, is given up."""
CLOSING_SECONDS: Final = 3.0
"""When the server goes down, bodies have so long to come: what is open after 5 seconds is cut."""
_TOO_LONG: Final = f"the request head is longer than {MAX_HEAD_BYTES} bytes"
_SCHEMES: Final = {"http": "http", "ws": "http", "https": "https", "wss": "https"}

ABORT: Final = "porchlight.abort"
"""In a request's ``extensions``: drops its connection, with whatever still waits to be sent."""
ENDLESS: Final = "porchlight.endless"
"""Set in a request's scope by an answer that never ends by itself: it is closed when the server goes down."""
GIVEN_UP: Final = "porchlight.given_up"
"""Set in the scope of a request whose body is not waited for any more."""

OpenSocket: TypeAlias = "Callable[[Upgrade], tuple[asyncio.Protocol | None, bytes]]"
"""Answers an upgrade: the protocol that takes over (none where it is refused), and the bytes to write."""


class _HeadTooLong(Exception):
    """Ends the parser's work."""


class FrontDoor(HttpToolsProtocol):
    """One HTTP connection. ``app_state["open_messenger_socket"]`` is an ``OpenSocket``."""

    most_connections: ClassVar[int] = 1 << 30
    _turned_away_at: ClassVar[float] = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._parsed_bytes = 0
        self._message_ended = False
        self._request_bytes = 0
        self._request_began_at = 0.0
        self._in_head = True
        self._deadline: asyncio.TimerHandle | None = None
        self._answering: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.most_connections:
            self._turn_away()
            return
        self._arm(HEAD_SECONDS, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)
        # uvicorn tells the request that came last; of several, an earlier one is being answered.
        if self._answering is not None:
            self._answering.disconnected = True
            self._answering.message_event.set()

    def data_received(self, data: bytes) -> None:
        if self.parser is None or self.transport.is_closing():
            return
        self._request_bytes += len(data)
        self._message_ended = False
        self._parse(data)
        # A segment that held the end of a message held a body too, which is not the head's fault.
        if self._in_head and not self._message_ended:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(431, _TOO_LONG)
        self._watch_over_the_rest()

    def shutdown(self) -> None:
        if self._answering is not None and ENDLESS in self._answering.scope:
            self.transport.close()
            return
        super().shutdown()
        self.loop.call_later(CLOSING_SECONDS, self._give_up_body)

    def _give_up_body(self) -> None:
        cycle = self._answering
        if cycle is not None and cycle.more_body and not (cycle.response_complete or cycle.disconnected):
            log_refusal("http.refused", "service_unavailable", received_bytes=self._request_bytes)
            cycle.scope[GIVEN_UP] = True  # type: ignore[typeddict-unknown-key]
            cycle.message_event.set()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    # What the parser finds

    def _parse(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        rest = memoryview(data)
        try:
            while (head_end := self._feed(rest)) is not None and self._ignores_upgrade():
                rest = rest[head_end:]
        except httptools.HttpParserError as error:
            if isinstance(error.__context__, _HeadTooLong):
                self._refuse(431, _TOO_LONG)
            else:
                self._refuse(400, "this is no HTTP request, or could be read as two different ones")

    def _feed(self, data: memoryview) -> int | None:
        """Let the parser read; where a request asks for an upgrade, it stops there: at the end of that head."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            return int(upgrade.args[0])
        return None

    def _ignores_upgrade(self) -> bool:
        """Do what an upgrade asks for, or refuse it; what is not spoken here is ignored (RFC 9110, section 7.8)."""
        if self._should_upgrade():
            if self.cycle is not None and not self.cycle.response_complete:
                self._refuse(400, "a socket is asked for before the last answer was given")
            else:
                self.handle_websocket_upgrade()
            return False
        method = self.parser.get_method()
        if method == b"CONNECT":
            self._refuse(405, "this server is no proxy")
            return False
        if self.url.partition(b"?")[0] == MESSENGER_PATH:
            self._refuse(405, "a socket is opened by GET, without a body")
            return False
        # The parser took the request to end with its head, so another one reads that again, as an ordinary one.
        version = self.parser.get_http_version().encode()
        lines = [method + b" " + self.url + b" HTTP/" + version]
        lines += [name + b": " + value for name, value in self.headers if name != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn has it
        self.parser.feed_data(b"\r\n".join([*lines, b"", b""]))
        return True

    def _should_upgrade(self) -> bool:
        return self.parser.get_method() == b"GET" and not self._has_body() and super()._should_upgrade()

    def _get_upgrade(self) -> bytes | None:
        """What uvicorn asks for; but ``Connection`` may come on several lines (RFC 9110, section 5.3)."""
        connection, upgrade = b"", None
        for name, value in self.headers:
            if name == b"connection":
                connection += b"," + value
            elif name == b"upgrade":
                upgrade = value.lower()
        wanted = [token.strip() for token in connection.lower().split(b",")]
        return upgrade if b"upgrade" in wanted else None

    def _has_body(self) -> bool:
        return any(
            name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
            for name, value in self.headers
        )

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: self.transport.abort}  # type: ignore[dict-item]
        self._request_bytes = 0
        self._request_began_at = monotonic()

    def on_url(self, url: bytes) -> None:
        self._count_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count_head(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._disarm()
        if self.parser.should_upgrade() and not self._should_upgrade():
            return
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head = self._message_ended = True
        self._head_bytes = self._parsed_bytes = 0
        self._disarm()
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._disarm()
        path, _, query = self.url.partition(b"?")
        if path != MESSENGER_PATH:
            super().handle_websocket_upgrade()
            return
        upgrade = Upgrade(query, self.headers, self._scheme_of_client(), self.connections)
        open_socket: OpenSocket = self.app_state["open_messenger_socket"]
        protocol, answer = open_socket(upgrade)
        self.transport.write(answer)
        if protocol is None:
            self.transport.close()
            return
        self.connections.discard(self)
        upgrade.connections.add(protocol)  # uvicorn shuts down what is in here
        protocol.connection_made(self.transport)
        self.transport.set_protocol(protocol)
        # The parser holds this protocol, and this one the parser: without the cut it would live on.
        self.parser = None  # type: ignore[assignment]

    def _scheme_of_client(self) -> str:
        """http or https, by a trusted proxy's word where there is one: uvicorn asks it for requests alone."""
        own = self.scheme or "http"
        peer = self.client[0] if self.client else None
        if not isinstance(self.app, ProxyHeadersMiddleware) or peer not in self.app.trusted_hosts:
            return own
        told = [
            value.decode("latin-1").strip() for name, value in self.headers if name == b"x-forwarded-proto"
        ]
        return _SCHEMES.get(told[-1], own) if told else own

    # Limits

    def _count_head(self, count: int) -> None:
        """Counts what the parser hands out: header by header, trailers of a chunked body too."""
        self._parsed_bytes += count
        if self._parsed_bytes > MAX_HEAD_BYTES:
            raise _HeadTooLong

    def _watch_over_the_rest(self) -> None:
        """Have a deadline where a message is under way: most come whole, and need none."""
        if self._deadline is not None or self.transport.is_closing():
            return
        if not self._in_head:
            self._arm(BODY_SECONDS, self._body_may_be_late)
        elif not self._message_ended:
            self._arm(HEAD_SECONDS, self._head_is_late)

    def _arm(self, seconds: float, late: Callable[[], None]) -> None:
        self._deadline = self.loop.call_later(seconds, late)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _head_is_late(self) -> None:
        self._deadline = None
        if self.cycle is not None and not self.cycle.response_complete:
            return  # an answer is still being made, and nothing more is asked yet
        if self._head_bytes:
            self._refuse(408, f"the request head took longer than {HEAD_SECONDS:g} seconds")
        else:
            self.transport.close()

    def _body_may_be_late(self) -> None:
        self._deadline = None
        spent = monotonic() - self._request_began_at
        allowed = BODY_SECONDS + self._request_bytes / BODY_BYTES_PER_SECOND
        if spent < allowed:
            self._arm(allowed - spent, self._body_may_be_late)
            return
        log_refusal("http.refused", "body_too_slow", received_bytes=self._request_bytes)
        self.transport.abort()

    def _refuse(self, status: int, message: str) -> None:
        self._disarm()
        if self.transport.is_closing():
            return
        log_refusal("http.refused", "request_refused", status=status, reason=message)
        self.transport.write(refuse(status, "request_refused", message, new_request_id()))
        self.transport.close()

    def _turn_away(self) -> None:
        metrics.connections_refused.inc()
        now = monotonic()
        if now - FrontDoor._turned_away_at > 1:  # a line a second, however many knock
            FrontDoor._turned_away_at = now
            get_logger().error("http.too_many_connections", most=self.most_connections)
        self.transport.abort()
