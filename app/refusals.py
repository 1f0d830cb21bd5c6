"""What was refused, in the log: a line each, and never so many that they fill the disk.

A line says what kind of thing it was and why it was refused, without a word of what was sent.
Whoever knocks again and again is told of in a few lines, and counted beyond them.
"""

from typing import Final

from app.clock import monotonic
from app.log import get_logger

LINES: Final = 60
WINDOW_SECONDS: Final = 60.0


class _Window:
    """The lines of one kind in a minute of real time."""

    __slots__ = ("began_at", "lines", "withheld")

    def __init__(self, began_at: float) -> None:
        self.began_at = began_at
        self.lines = 0
        self.withheld = 0


_windows: Final[dict[tuple[str, str | int], _Window]] = {}


def log_refusal(event: str, code: str | int, **more: str | int) -> None:
    """Write down that something was refused, or count it where ``event`` and ``code`` have had their 60 lines a minute.

    The first line of the next minute tells how many were ``withheld``. Codes are ours, and few.
    """
    now = monotonic()
    window = _windows.setdefault((event, code), _Window(now))
    if now - window.began_at >= WINDOW_SECONDS:
        window.began_at, window.lines = now, 0
    if window.lines == LINES:
        window.withheld += 1
        return
    window.lines += 1
    if window.withheld:
        more["withheld"], window.withheld = window.withheld, 0
    get_logger().warning(event, code=code, **more)
