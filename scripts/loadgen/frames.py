"""WebSocket frames from the client's side (RFC 6455), made ahead of time.

A simulated messenger must cost next to nothing, so its heartbeat is masked once, before the run,
and each messenger writes the same bytes again and again. Masks differ from messenger to messenger,
as they would in browsers. No sockets here: bytes in, frames out.
"""

import base64
import secrets
import zlib
from dataclasses import dataclass
from typing import Final

TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

NO_CODE: Final = 1005
"""Stands for a close frame without a code."""

HEARTBEAT: Final = b'{"type":"heartbeat"}'
LEAVE: Final = b'{"type":"leave"}'
ACK: Final = b'{"type":"ack"}'

USER_AGENT: Final = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)

_FINAL: Final = 0x80
_COMPRESSED: Final = 0x40
_MASKED: Final = 0x80
_FLUSH_TAIL: Final = b"\x00\x00\xff\xff"


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole frame from the server. ``payload`` is still compressed where ``compressed`` says so."""

    opcode: int
    payload: bytes
    compressed: bool


def masked(payload: bytes, *, opcode: int = TEXT, mask: bytes, compressed: bool = False) -> bytes:
    """A final frame as a client sends it; RFC 6455 section 5.2.

    ``compressed`` deflates the payload as browsers do once permessage-deflate is agreed on (RFC 7692). It
    refers to nothing sent before, so the same bytes may be sent any number of times.
    """
    if compressed:
        payload = deflated(payload)
    head = bytes([_FINAL | (_COMPRESSED if compressed else 0) | opcode]) + _length(len(payload))
    body = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return head + mask + body


def deflated(payload: bytes) -> bytes:
    """The payload by RFC 7692 section 7.2.1: raw deflate, without the tail of the flush."""
    packer = zlib.compressobj(wbits=-15)
    return (packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(_FLUSH_TAIL)


def unmasked(payload: bytes, opcode: int = TEXT) -> bytes:
    """A final frame as a server sends it."""
    head = bytes([_FINAL | opcode]) + _length(len(payload))
    return head[:1] + bytes([head[1] & 0x7F]) + head[2:] + payload


def close_frame(code: int, mask: bytes) -> bytes:
    return masked(code.to_bytes(2), opcode=CLOSE, mask=mask)


def close_code(payload: bytes) -> int:
    """The code in a close frame's payload."""
    return int.from_bytes(payload[:2]) if len(payload) >= 2 else NO_CODE


def _length(count: int) -> bytes:
    if count < 126:
        return bytes([_MASKED | count])
    if count < 65_536:
        return bytes([_MASKED | 126]) + count.to_bytes(2)
    return bytes([_MASKED | 127]) + count.to_bytes(8)


class Reader:
    """Takes bytes as they come and gives whole frames. Server's frames only: unmasked, not fragmented."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    @property
    def is_unfinished(self) -> bool:
        return self._rest != b""

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that ``data`` completes. Raises ValueError for what a server must not send."""
        data = self._rest + data
        at = 0
        frames: list[Frame] = []
        while len(data) - at >= 2:
            start, length = _payload_at(data, at)
            if len(data) < start or len(data) - start < length:
                break
            if data[at + 1] & _MASKED or not data[at] & _FINAL:
                raise ValueError(f"the server sent a masked or fragmented frame: {data[at : at + 2].hex()}")
            frames.append(Frame(data[at] & 0x0F, data[start : start + length], bool(data[at] & _COMPRESSED)))
            at = start + length
        self._rest = data[at:]
        return frames


def _payload_at(data: bytes, at: int) -> tuple[int, int]:
    """Where the payload of the frame at ``at`` begins, and its length; 0 while the length is not all here."""
    short = data[at + 1] & 0x7F
    if short < 126:
        return at + 2, short
    start = at + (4 if short == 126 else 10)
    return start, int.from_bytes(data[at + 2 : start])


def upgrade_request(host: str, path: str, *, origin: str, cookie: str = "", deflate: bool = True) -> bytes:
    """The request that opens a socket, with the headers of a browser.

    Browsers offer permessage-deflate, so messengers do: whether to take it is the server's choice.
    """
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Connection: Upgrade",
        "Pragma: no-cache",
        "Cache-Control: no-cache",
        f"User-Agent: {USER_AGENT}",
        "Upgrade: websocket",
        f"Origin: {origin}",
        "Sec-WebSocket-Version: 13",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Accept-Language: en-GB,en;q=0.9",
        *([f"Cookie: {cookie}"] if cookie else []),
        f"Sec-WebSocket-Key: {key}",
        *(["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"] if deflate else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode()
