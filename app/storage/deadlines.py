"""The deadline of a read, which holds between its statements too.

Within a statement the database itself keeps to it. But a read may have many, and the program has to
put each together first: whoever asks for much would be answered long after everybody has gone.
"""

from typing import Any, Final

from sqlalchemy import Connection

from app.clock import monotonic
from app.errors import ReadTooSlow

DEADLINE: Final = "porchlight.deadline"
"""Under this name a connection's ``info`` has the moment after which no statement may begin."""


def hold_to_deadline(conn: Connection, *_: Any) -> None:
    """An engine's ``before_cursor_execute``; raises ReadTooSlow where it is too late to begin."""
    deadline = conn.info.get(DEADLINE)
    if deadline is not None and monotonic() > deadline:
        raise ReadTooSlow
