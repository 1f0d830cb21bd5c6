"""WebSocket frames, bytes in and bytes out (RFC 6455). Nothing here touches a socket.

The server's side alone: it reads masked frames and writes unmasked ones. No extension is
ever agreed on, so the reserved bits must be zero, and a frame is what it says it is: there
is nothing to unpack that could grow.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from websockets.speedups import apply_mask

from app.wire import MAX_FRAME_BYTES, NO_JSON, PROTOCOL_ERROR, TOO_LONG

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA
_KNOWN: Final = frozenset({CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})

_FINAL: Final = 0x80
_RESERVED: Final = 0x70
_MASKED: Final = 0x80
_LONGEST_CONTROL: Final = 125


class FrameError(Exception):
    """Bytes that break the protocol; ``code`` is what the connection is closed with (RFC 6455, 7.4.1)."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, unmasked."""

    opcode: int
    is_final: bool
    payload: bytes


def read_frame(data: bytes | bytearray, start: int = 0) -> tuple[Frame, int] | None:
    """The frame that begins at ``start``, and where it ends; none while it is incomplete.

    Raises FrameError as soon as the head shows that it can't be right: a frame that is too long is
    refused before its payload comes. RFC 6455, section 5.2.
    """
    if len(data) - start < 2:
        return None
    first, second = data[start], data[start + 1]
    opcode = first & 0x0F
    _check_head(first, second, opcode)
    length = second & 0x7F
    position = start + 2
    if length > _LONGEST_CONTROL:
        width = 2 if length == 126 else 8
        if len(data) - position < width:
            return None
        length = int.from_bytes(data[position : position + width], "big")
        position += width
        if length > MAX_FRAME_BYTES:
            raise FrameError(TOO_LONG, f"frame has {length} bytes: at most {MAX_FRAME_BYTES}")
    end = position + 4 + length
    if len(data) < end:
        return None
    mask = bytes(data[position : position + 4])
    payload = apply_mask(bytes(data[position + 4 : end]), mask)
    return Frame(opcode, first & _FINAL != 0, payload), end


def _check_head(first: int, second: int, opcode: int) -> None:
    if first & _RESERVED:
        raise FrameError(PROTOCOL_ERROR, "reserved bits are set, and no extension was agreed on")
    if opcode not in _KNOWN:
        raise FrameError(PROTOCOL_ERROR, f"opcode {opcode} is unknown")
    if not second & _MASKED:
        raise FrameError(PROTOCOL_ERROR, "frame is not masked")
    if opcode >= CLOSE and (not first & _FINAL or second & 0x7F > _LONGEST_CONTROL):
        raise FrameError(PROTOCOL_ERROR, "control frame is fragmented or longer than 125 bytes")


def read_close(payload: bytes) -> int:
    """The code of a close frame, 1005 where it has none; raises FrameError. RFC 6455, section 5.5.1."""
    if not payload:
        return 1005
    if len(payload) == 1:
        raise FrameError(PROTOCOL_ERROR, "close frame has half a code")
    code = int.from_bytes(payload[:2], "big")
    if not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
        raise FrameError(PROTOCOL_ERROR, f"close code {code} may not be sent")
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        raise FrameError(NO_JSON, "close reason is not UTF-8") from None
    return code


def text_frame(payload: bytes) -> bytes:
    return _frame(TEXT, payload)


def pong_frame(payload: bytes) -> bytes:
    return _frame(PONG, payload)


def close_frame(code: int, reason: str = "") -> bytes:
    return _frame(CLOSE, code.to_bytes(2, "big") + reason.encode()[: _LONGEST_CONTROL - 2])


def _frame(opcode: int, payload: bytes) -> bytes:
    length = len(payload)
    if length <= _LONGEST_CONTROL:
        head = bytes((_FINAL | opcode, length))
    elif length < 1 << 16:
        head = bytes((_FINAL | opcode, 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((_FINAL | opcode, 127)) + length.to_bytes(8, "big")
    return head + payload


class Assembler:
    """Puts fragments together. It exists only while something is unfinished.

    ``feed`` takes bytes and gives back whole messages and control frames in their order; text of a
    fragmented message comes as one frame. RFC 6455, section 5.4.
    """

    __slots__ = ("_buffer", "_fragments", "_opcode")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._fragments: bytearray | None = None
        self._opcode = TEXT

    @property
    def is_idle(self) -> bool:
        return not self._buffer and self._fragments is None

    def feed(self, data: bytes) -> Iterator[Frame | None]:
        """What each frame that ``data`` completes makes whole: a message, a control frame, or nothing yet.

        Raises FrameError at the fault, once the frames before it have been given.
        """
        self._buffer += data
        position = 0
        while (found := read_frame(self._buffer, position)) is not None:
            frame, position = found
            yield self._join(frame)
        del self._buffer[:position]

    def _join(self, frame: Frame) -> Frame | None:
        if frame.opcode >= CLOSE:
            return frame
        if frame.opcode != CONTINUATION:
            if self._fragments is not None:
                raise FrameError(PROTOCOL_ERROR, "a new message began inside a fragmented one")
            if frame.is_final:
                return frame
            self._opcode, self._fragments = frame.opcode, bytearray(frame.payload)
            return None
        if self._fragments is None:
            raise FrameError(PROTOCOL_ERROR, "a continuation continues nothing")
        self._fragments += frame.payload
        if len(self._fragments) > MAX_FRAME_BYTES:
            raise FrameError(TOO_LONG, f"message has more than {MAX_FRAME_BYTES} bytes")
        if not frame.is_final:
            return None
        whole = Frame(self._opcode, True, bytes(self._fragments))
        self._fragments = None
        return whole
