"""The desk: what all REST requests of one process share.

Nothing that is stored: how often each token and each workspace asked, which tokens opened nothing, how
many streams a token holds open, at whom it has just looked, and how many a search found that took long.
"""

from collections import Counter
from typing import Final

from starlette.requests import Request

from app.api.counts import Counts
from app.api.looks import Looks
from app.api.rate_limit import REQUESTS_OF_TOKEN, REQUESTS_OF_WORKSPACE, Allowance, RateLimiter
from app.api.token_tries import TokenTries
from app.auth.tokens import TokenGrant
from app.errors import RateLimited

MOST_STREAMS: Final = 50
"""Open streams a token may hold: each costs memory for as long as it lasts."""


class Desk:
    """One for each application. Use it from the event loop only."""

    def __init__(self) -> None:
        self.requests_of_token = RateLimiter("This token", REQUESTS_OF_TOKEN)
        self.requests_of_workspace = RateLimiter(
            "All tokens of this workspace together", REQUESTS_OF_WORKSPACE
        )
        self.token_tries = TokenTries()
        self.counts = Counts()
        self.looks = Looks()
        self._streams: Counter[int] = Counter()

    def take_request(self, grant: TokenGrant, at: float) -> Allowance:
        """Count a request, and say which allowance is the smaller one: the token's, or its workspace's.

        What is beyond the token's own takes nothing from the workspace's other tokens.
        """
        of_token = self.requests_of_token.take(str(grant.token_id), at)
        if of_token.is_exceeded:
            return of_token
        of_workspace = self.requests_of_workspace.take(grant.app_id, at)
        return min(of_token, of_workspace, key=lambda allowance: allowance.remaining)

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
