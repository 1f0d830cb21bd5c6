"""The desk: what all REST requests of one process share.

Counts only, nothing that is stored: how often each token asked, how many streams it holds open,
and how many contacts a big workspace had when that was last counted.
"""

from collections import Counter
from typing import Final

from starlette.requests import Request

from app.api.rate_limit import RateLimiter
from app.errors import RateLimited

MOST_STREAMS: Final = 50
"""Open streams a token may hold: each costs memory for as long as it lasts."""


class Desk:
    """One for each application. Use it from the event loop only."""

    def __init__(self) -> None:
        self.requests = RateLimiter()
        self._streams: Counter[int] = Counter()

    def open_stream(self, token_id: int) -> None:
        """Count one more stream of a token; raises RateLimited at the limit."""
        if self._streams[token_id] >= MOST_STREAMS:
            raise RateLimited(f"This token holds {MOST_STREAMS} streams open: close one first", 10)
        self._streams[token_id] += 1

    def close_stream(self, token_id: int) -> None:
        self._streams[token_id] -= 1
        if self._streams[token_id] <= 0:
            del self._streams[token_id]


def desk_of(request: Request) -> Desk:
    """The application's desk, set up by its first request."""
    state = request.app.state
    if not hasattr(state, "desk"):
        state.desk = Desk()
    desk: Desk = state.desk
    return desk
