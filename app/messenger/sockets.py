"""The messenger socket: heartbeats in, acks out.

Thousands of these are open and mostly silent, so one is as slim as can be: no task, no
queue, no parser, no timer. The common case, one whole plain heartbeat, is known by its bytes:
unmasked, compared, a timestamp moved, a prebuilt ack written. Everything else takes the slow
road, whose buffer lives only while something is unfinished.
"""

import asyncio
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from websockets.speedups import apply_mask

from app import metrics
from app.auth.tickets import Ticket, Tickets
from app.clock import Clock, monotonic
from app.errors import (
    ContactBlocked,
    ContactDeleted,
    OriginNotAllowed,
    PorchlightError,
    TicketExpired,
    TicketForged,
    UpgradeRequired,
)
from app.messenger.beats import Heartbeat, Leave, read_message
from app.presence.lease import Lease
from app.presence.tracker import Tracker
from app.refusals import log_refusal
from app.server.frames import (
    BINARY,
    CLOSE,
    PING,
    TEXT,
    Assembler,
    Frame,
    FrameError,
    close_frame,
    pong_frame,
    read_close,
    text_frame,
)
from app.server.handshake import Upgrade, accept, refuse
from app.server.request_ids import request_id_among
from app.wire import (
    ACK,
    CLOSE_REASONS,
    DELETED,
    EXPIRED,
    FLOOD,
    FRAME_WINDOW_SECONDS,
    FRAMES_PER_WINDOW,
    GOING_DOWN,
    HEARTBEAT,
    NORMAL,
    NOT_TEXT,
    REFUSED,
)
from app.workspaces.directory import Directory
from app.workspaces.origins import is_allowed

LINGER_SECONDS: Final = 1.0
"""How long a closed socket waits for the client to hang up too."""

_FAREWELLS: Final = {
    EXPIRED: TicketExpired.code,
    REFUSED: ContactBlocked.code,
    DELETED: ContactDeleted.code,
}
_ACK_FRAME: Final = text_frame(ACK)
_PLAIN_HEAD: Final = bytes((0x81, 0x80 | len(HEARTBEAT)))
_PLAIN_LENGTH: Final = 2 + 4 + len(HEARTBEAT)


class MessengerSocket(asyncio.Protocol):
    """One open socket of one contact. It is a ``Stream`` to the tracker."""

    __slots__ = (
        "_assembler",
        "_frame_at",
        "_lease",
        "_recent",
        "_room",
        "_transport",
        "device",
        "has_left",
        "heard_at",
        "opened_at",
    )

    def __init__(self, room: "SocketRoom", lease: Lease, device: str, opened_at: float) -> None:
        self._room = room
        self._lease = lease
        self.device = device
        self.opened_at = opened_at
        self.heard_at: float | None = None
        self.has_left = False
        self._transport: asyncio.Transport | None = None
        self._assembler: Assembler | None = None
        self._frame_at = 0.0
        self._recent: list[float] | None = None  # when the frames of a burst came

    # asyncio's calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._room.tracker.open(self._lease, self)

    def data_received(self, data: bytes) -> None:
        if (
            self._assembler is None
            and len(data) == _PLAIN_LENGTH
            and data[:2] == _PLAIN_HEAD
            and apply_mask(data[6:], data[2:6]) == HEARTBEAT
        ):
            if self._may_speak():
                self._beat(True)
            return
        if self._transport is not None:
            self._read_slowly(data)

    def pause_writing(self) -> None:
        # A client that can't take a few small frames is gone.
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._assembler = None
        self._room.connections.discard(self)
        self._room.tracker.close(self._lease, self)

    # What others ask of it

    def close(self, code: int) -> None:
        """Say goodbye with a close code, and hang up."""
        transport = self._transport
        if transport is None:
            return
        self._transport = None
        self.has_left = True  # though it may linger: it holds no dot against a sign-out
        metrics.socket_closes.labels(str(code)).inc()
        transport.write(close_frame(code, CLOSE_REASONS.get(code, "")))
        # Not closed at once: what the client is still sending would reset the connection, and the code be lost.
        transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, transport.abort)

    def move_to(self, lease: Lease) -> None:
        """Its contact went up in another, and this beats for that one now."""
        self._lease = lease

    def shutdown(self) -> None:
        """uvicorn's call when the server goes down."""
        self.close(GOING_DOWN)

    # Frames

    def _beat(self, visible: bool) -> None:
        now = self._room.clock.now()
        self.heard_at = now
        self.has_left = False
        self._room.tracker.heartbeat(self._lease, now, visible)
        if self._transport is not None:
            self._transport.write(_ACK_FRAME)

    def _may_speak(self) -> bool:
        """Count a frame, and close a socket that floods: more than 20 within 10 s of real time."""
        if self._transport is None:
            return False
        now = monotonic()
        before, self._frame_at = self._frame_at, now
        if now - before > FRAME_WINDOW_SECONDS:
            self._recent = None
            return True
        if self._recent is None:
            self._recent = [before]
        self._recent.append(now)
        return len(self._recent) <= FRAMES_PER_WINDOW or not self._floods(now - FRAME_WINDOW_SECONDS)

    def _floods(self, since: float) -> bool:
        """Forget the frames before ``since``: only now, as that costs more than to count them."""
        self._recent = [at for at in self._recent or () if at > since]
        if len(self._recent) <= FRAMES_PER_WINDOW:
            return False
        self._break_off(FLOOD, CLOSE_REASONS[FLOOD])
        return True

    def _read_slowly(self, data: bytes) -> None:
        assembler = self._assembler or Assembler()
        try:
            for frame in assembler.feed(data):
                if self._may_speak() and frame is not None:
                    self._take(frame)
                if self._transport is None:
                    return  # closed: what still comes counts for nothing (RFC 6455, section 5.5.1)
        except FrameError as error:
            self._break_off(error.code, str(error))
        self._assembler = None if assembler.is_idle else assembler

    def _break_off(self, code: int, reason: str) -> None:
        log_refusal("socket.bad_frame", code, reason=reason)
        self.close(code)

    def _take(self, frame: Frame) -> None:
        if frame.opcode == TEXT:
            message = read_message(frame.payload)
            if isinstance(message, Heartbeat):
                self._beat(message.visible)
            elif isinstance(message, Leave):
                self.heard_at = now = self._room.clock.now()
                self.has_left = True
                self._room.tracker.leave(self._lease, self.device, now, self)
        elif frame.opcode == PING and self._transport is not None:
            self._transport.write(pong_frame(frame.payload))
        elif frame.opcode == CLOSE:
            code = read_close(frame.payload)
            self.close(NORMAL if code == 1005 else code)
        elif frame.opcode == BINARY:
            raise FrameError(NOT_TEXT, CLOSE_REASONS[NOT_TEXT])


class SocketRoom:
    """What all messenger sockets share, and the way in: ``open`` is the front door's ``OpenSocket``."""

    def __init__(self, *, tracker: Tracker, tickets: Tickets, clock: Clock, directory: Directory) -> None:
        self.tracker = tracker
        self.clock = clock
        self.connections: set[object] = set()  # the server's, known from the first upgrade on
        self._tickets = tickets
        self._directory = directory

    def open(self, upgrade: Upgrade) -> tuple[asyncio.Protocol | None, bytes]:
        """Check the handshake; asks the database nothing."""
        answer = accept(upgrade)
        if answer is None:
            error = UpgradeRequired()
            return None, _refused(upgrade, error.status, error)
        now = self.clock.now()
        try:
            ticket = self._admit(upgrade, now)
        except TicketExpired:
            return None, answer + _farewell(EXPIRED)
        except PorchlightError as error:
            return None, _refused(upgrade, 403, error)
        farewell = self.tracker.farewell(ticket.app_id, ticket.contact_id)
        if farewell is not None:
            return None, answer + _farewell(farewell)
        lease = self.tracker.lease(ticket.app_id, ticket.contact_id)
        socket = MessengerSocket(self, lease, ticket.device, now)
        self.connections = upgrade.connections
        return socket, answer

    def _admit(self, upgrade: Upgrade, now: float) -> Ticket:
        ticket = self._tickets.read(_ticket_in(upgrade.query.decode("latin-1")), now)
        workspace = self._directory.get(ticket.app_id)
        if workspace is None:
            raise TicketForged
        origin = upgrade.header(b"origin")
        if origin is not None:
            host = (upgrade.header(b"host") or b"").decode("latin-1")
            if not is_allowed(
                origin.decode("latin-1"), workspace.allowed_origins, f"{upgrade.scheme}://{host}"
            ):
                raise OriginNotAllowed("This site is not among the workspace's allowed origins")
        elif any(name == b"origin" for name, _ in upgrade.headers):
            raise OriginNotAllowed("This request names two origins")
        return ticket


async def refuse_plain_get(_: Request) -> Response:
    """Answer a request that is no handshake at all: a proxy on the way may have dropped what makes it one."""
    error = UpgradeRequired()
    _note_refusal(error.code, error.status)
    raise error


def _ticket_in(query: str) -> str:
    """The ticket of a query; given twice (a client may add it to a ``socket_url`` that has it) the first one counts."""
    name, _, text = query.partition("=")
    if name != "ticket" or "%" in text:
        text = parse_qs(query).get("ticket", [""])[0]
    return text.partition("&")[0].partition("?")[0]


def _refused(upgrade: Upgrade, status: int, error: PorchlightError) -> bytes:
    _note_refusal(error.code, status)
    extra = b"upgrade: websocket\r\nsec-websocket-version: 13\r\n" if status == 426 else b""
    return refuse(status, error.code, error.message, request_id_among(upgrade.headers), extra)


def _farewell(close_code: int) -> bytes:
    """Closes a socket that has only just been accepted: a browser can't read the status of a failed handshake."""
    _note_refusal(_FAREWELLS[close_code], close_code)
    return close_frame(close_code, CLOSE_REASONS[close_code])


def _note_refusal(code: str, status: int) -> None:
    metrics.socket_refusals.labels(code).inc()
    log_refusal("socket.refused", code, status=status)
