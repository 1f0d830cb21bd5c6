"""The words on the wire: close codes and JSON frames that both ends agree on.

Codes 4400 to 4499 are ours. The messenger reads them to tell whether to come back: after
``EXPIRED``, ``SILENT`` and ``GOING_DOWN`` it does, after ``BAD_FRAME``, ``REFUSED`` and ``DELETED`` never by
itself.
"""

from typing import Final

NORMAL: Final = 1000
PROTOCOL_ERROR: Final = 1002
NOT_TEXT: Final = 1003
NO_JSON: Final = 1007
TOO_LONG: Final = 1009
GOING_DOWN: Final = 1012
BAD_FRAME: Final = 4400
EXPIRED: Final = 4401
REFUSED: Final = 4403
SILENT: Final = 4408
RESYNC: Final = 4409
DELETED: Final = 4410
FLOOD: Final = 4429

CLOSE_REASONS: Final[dict[int, str]] = {
    NORMAL: "bye",
    PROTOCOL_ERROR: "frame breaks RFC 6455",
    NOT_TEXT: "only text frames are understood",
    NO_JSON: "frame is not JSON text",
    TOO_LONG: "frame is longer than 16384 bytes",
    GOING_DOWN: "server restarts",
    BAD_FRAME: "frame is unknown or malformed",
    EXPIRED: "ticket has expired: ping again",
    REFUSED: "no longer allowed",
    SILENT: "no heartbeat came in time",
    RESYNC: "too slow: reconnect and watch again",
    DELETED: "contact has been deleted",
    FLOOD: "more than 20 frames in 10 seconds",
}

MAX_FRAME_BYTES: Final = 16_384
FRAMES_PER_WINDOW: Final = 20
FRAME_WINDOW_SECONDS: Final = 10.0

HEARTBEAT: Final = b'{"type":"heartbeat"}'
HIDDEN_HEARTBEAT: Final = b'{"type":"heartbeat","visible":false}'
LEAVE: Final = b'{"type":"leave"}'
ACK: Final = b'{"type":"ack"}'
