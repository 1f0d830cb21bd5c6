"""One simulated messenger's socket: a bare protocol on the loop, with frames made ahead of time.

It writes the same masked heartbeat again and again, and knows an ack by its bytes. No task, no
queue and no parser run for the common case, so that the generator stays cheaper than any server.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable
from time import perf_counter
from typing import Final, cast

from .frames import (
    ACK,
    CLOSE,
    HEARTBEAT,
    LEAVE,
    NO_CODE,
    PING,
    PONG,
    TEXT,
    Frame,
    Reader,
    close_code,
    close_frame,
    masked,
    unmasked,
)

_ACK_FRAME: Final = unmasked(ACK)
_COMPRESSED_TEXT: Final = 0xC1
_ABNORMAL: Final = 1006
ACK_SECONDS: Final = 10.0
"""Without an ack for so long a messenger gives its socket up."""


class Tally:
    """What all messengers of a run have seen. ``ack_seconds`` is emptied by whoever reads it.

    ``waived`` counts heartbeats whose sender closed before the ack could come.
    """

    __slots__ = ("ack_seconds", "acked", "closes", "errors", "sent", "waived")

    def __init__(self) -> None:
        self.sent = 0
        self.acked = 0
        self.waived = 0
        self.ack_seconds: list[float] = []
        self.closes: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()


class Voice:
    """The frames of messengers that share a mask. A few hundred voices are enough for any crowd."""

    __slots__ = ("heartbeat", "leave", "mask", "packed_heartbeat", "packed_leave")

    def __init__(self, mask: bytes) -> None:
        self.mask = mask
        self.heartbeat = masked(HEARTBEAT, mask=mask)
        self.leave = masked(LEAVE, mask=mask)
        self.packed_heartbeat = masked(HEARTBEAT, mask=mask, compressed=True)
        self.packed_leave = masked(LEAVE, mask=mask, compressed=True)


def voices(count: int = 256) -> list[Voice]:
    return [Voice(secrets.token_bytes(4)) for _ in range(count)]


class HandshakeError(ConnectionError):
    """The server answered the upgrade with something else than 101."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the upgrade was answered with {status}")
        self.status = status


class MessengerSocket(asyncio.Protocol):
    """Opens itself with ``request``; ``opened`` is done when heartbeats may be sent.

    ``lost`` is called once with the close code when the server, or the network, ends it.
    """

    __slots__ = (
        "_beat",
        "_leave",
        "_lost",
        "_more",
        "_reader",
        "_request",
        "_rest",
        "_tally",
        "_transport",
        "_voice",
        "is_open",
        "opened",
        "waiting_since",
    )

    def __init__(
        self, request: bytes, voice: Voice, tally: Tally, lost: Callable[["MessengerSocket", int], None]
    ) -> None:
        self._request = request
        self._voice = voice
        self._tally = tally
        self._lost: Callable[[MessengerSocket, int], None] | None = lost
        self._beat = voice.heartbeat
        self._leave = voice.leave
        self._reader: Reader | None = None  # lives only while a frame is unfinished
        self._rest = b""
        self._more: list[float] | None = None
        self._transport: asyncio.Transport | None = None
        self.is_open = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting_since = 0.0
        """When the oldest heartbeat without an ack was sent; 0 when all are answered."""

    # What the messenger does

    def beat(self, now: float) -> None:
        """Send a heartbeat; ``now`` by ``time.perf_counter``."""
        assert self._transport is not None
        self._transport.write(self._beat)
        self._tally.sent += 1
        if not self.waiting_since:
            self.waiting_since = now
        else:
            self._more = [*(self._more or ()), now]

    def leave(self) -> None:
        """Say that the person signs out, and close."""
        assert self._transport is not None
        self._transport.write(self._leave)
        self.close()

    def close(self) -> None:
        """Close as a browser does that leaves the page."""
        self._lost = None
        self.is_open = False
        if self.waiting_since:
            self._tally.waived += 1 + len(self._more or ())
        if self._transport is not None:
            self._transport.write(close_frame(1000, self._voice.mask))
            self._transport.close()

    def give_up(self) -> None:
        """Drop the connection without a word, as after a missing ack."""
        if self._transport is not None:
            self._transport.abort()
        self._ended(_ABNORMAL)

    # What the loop tells it

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)
        self._request = b""

    def data_received(self, data: bytes) -> None:
        if self.is_open and self._reader is None and _is_one_ack(data):
            self._acked()
        elif self.opened.done():
            self._read_frames(data)
        else:
            self._read_head(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self._lost = None
            self.opened.set_exception(HandshakeError(0))
        self._ended(_ABNORMAL)

    # How

    def _ended(self, code: int) -> None:
        lost, self._lost, self.is_open = self._lost, None, False
        if lost is not None:
            lost(self, code)

    def _acked(self) -> None:
        now = perf_counter()
        self._tally.acked += 1
        if self.waiting_since:
            self._tally.ack_seconds.append(now - self.waiting_since)
        self.waiting_since = 0.0
        if self._more:
            self.waiting_since = self._more.pop(0)

    def _read_head(self, data: bytes) -> None:
        self._rest += data
        head, ended, rest = self._rest.partition(b"\r\n\r\n")
        if not ended:
            return
        self._rest = b""
        status = int(head.split(b" ", 2)[1])
        if status != 101:
            self._lost = None
            self.opened.set_exception(HandshakeError(status))
            self.give_up()
            return
        if b"permessage-deflate" in head:
            self._beat, self._leave = self._voice.packed_heartbeat, self._voice.packed_leave
        self.is_open = True
        self.opened.set_result(None)
        if rest:
            self._read_frames(rest)

    def _read_frames(self, data: bytes) -> None:
        reader = self._reader or Reader()
        try:
            frames = reader.feed(data)
        except ValueError:
            self._tally.errors["a frame that a server must not send"] += 1
            self.give_up()
            return
        self._reader = reader if reader.is_unfinished else None
        for frame in frames:
            self._read_frame(frame)

    def _read_frame(self, frame: Frame) -> None:
        if frame.opcode == TEXT:
            if frame.compressed or frame.payload == ACK:
                self._acked()
        elif frame.opcode == PING and self._transport is not None:
            self._transport.write(masked(frame.payload, opcode=PONG, mask=self._voice.mask))
        elif frame.opcode == CLOSE and self._transport is not None:
            code = close_code(frame.payload)
            self._transport.write(close_frame(1000 if code == NO_CODE else code, self._voice.mask))
            self._transport.close()
            self._ended(code)


def _is_one_ack(data: bytes) -> bool:
    if data == _ACK_FRAME:
        return True
    # Deflated, an ack has other bytes each time (it refers to the one before): its frame tells enough.
    return len(data) >= 2 and data[0] == _COMPRESSED_TEXT and len(data) == 2 + data[1]
