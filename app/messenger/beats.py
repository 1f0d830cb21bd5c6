"""What a messenger's frames mean. Pure: text in, meaning out."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

from app.server.frames import FrameError
from app.wire import BAD_FRAME, NO_JSON


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Still here; ``visible`` is false from a page that nobody looks at."""

    visible: bool


@dataclass(frozen=True, slots=True)
class Leave:
    """Signed out on purpose. Rule R7."""


Message: TypeAlias = Heartbeat | Leave


class _Shape(msgspec.Struct):
    type: Literal["heartbeat", "leave"]
    visible: bool = True


_DECODER = msgspec.json.Decoder(_Shape)


def read_message(text: bytes) -> Message:
    """The meaning of one text message.

    Raises FrameError: 1007 for what is no JSON, 4400 for JSON that says nothing we know.
    """
    try:
        # Decoded first: what the reader passes over need not be UTF-8 for it.
        shape = _DECODER.decode(text.decode())
    except msgspec.ValidationError:
        _must_be_json(text)
        raise FrameError(BAD_FRAME, "message is none of heartbeat, leave") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise FrameError(NO_JSON, "message is not JSON") from None
    return Heartbeat(shape.visible) if shape.type == "heartbeat" else Leave()


def _must_be_json(text: bytes) -> None:
    """A wrong shape is noticed before the rest is read: what follows may be no JSON after all."""
    try:
        msgspec.json.decode(text.decode())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise FrameError(NO_JSON, "message is not JSON") from None
