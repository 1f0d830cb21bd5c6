"""The opening handshake of a messenger socket (RFC 6455, section 4.2): headers in, answer out."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import msgspec

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A request to open a messenger socket. ``query`` is raw; ``scheme`` is http or https.

    ``connections`` are the server's open ones: who takes the connection over is in it, and takes itself out at the end.
    """

    query: bytes
    headers: Sequence[tuple[bytes, bytes]]  # names in lower case
    scheme: str
    connections: set[Any]

    def header(self, name: bytes) -> bytes | None:
        """The value of a header; none where it is missing, or given more than once with different values."""
        values = {value for key, value in self.headers if key == name}
        return values.pop() if len(values) == 1 else None


def accept(upgrade: Upgrade) -> bytes | None:
    """The 101 answer; none where key or version are not what RFC 6455 asks for."""
    key = upgrade.header(b"sec-websocket-key")
    if key is None or len(key) != 24 or upgrade.header(b"sec-websocket-version") != b"13":
        return None
    try:
        if len(base64.b64decode(key, validate=True)) != 16:
            return None
    except binascii.Error:
        return None
    digest = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        b"sec-websocket-accept: " + digest + b"\r\n\r\n"
    )


def error_list(code: str, message: str, request_id: str) -> bytes:
    """The body of a refusal."""
    error = {
        "type": "error.list",
        "request_id": request_id,
        "errors": [{"code": code, "message": message}],
    }
    return msgspec.json.encode(error)


def refuse(status: int, code: str, message: str, request_id: str, extra: bytes = b"") -> bytes:
    """A refusal as an error list, after which the connection is closed."""
    body = error_list(code, message, request_id)
    return (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()
        + b"content-type: application/json; charset=utf-8\r\nconnection: close\r\ncontent-length: "
        + str(len(body)).encode()
        + f"\r\nx-request-id: {request_id}\r\n".encode()
        + extra
        + b"\r\n"
        + body
    )
