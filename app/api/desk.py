"""The desk: what all REST requests of one process share.

Nothing that is stored: how often each token and each workspace asked, which tokens opened nothing, how
many streams a token holds open, at whom it has just looked, and how many contacts a big workspace had
when that was last counted.
"""

import asyncio
from collections import Counter, defaultdict
from typing import Final

from starlette.requests import Request

from app.api.counts import Counts
from app.api.looks import Looks
from app.api.rate_limit import REQUESTS_OF_TOKEN, REQUESTS_OF_WORKSPACE, Allowance, RateLimiter
from app.api.token_tries import TokenTries
from app.auth.tokens import TokenGrant
from app.clock import monotonic
from app.contacts.listing import count_all
from app.errors import RateLimited
from app.ids import AppId
from app.storage.database import Database

MOST_STREAMS: Final = 50
"""Open streams a token may hold: each costs memory for as long as it lasts."""
MANY_CONTACTS: Final = 10_000
KEEP_TOTAL_SECONDS: Final = 10.0


class Totals:
    """How many contacts a workspace has. Many take a while to count, so that number is kept for ten seconds."""

    def __init__(self) -> None:
        self._kept: dict[AppId, tuple[int, float]] = {}
        self._counting: defaultdict[AppId, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, app_id: AppId, database: Database) -> int:
        # Whoever waits here finds the number that the one before has counted.
        async with self._counting[app_id]:
            total, counted_at = self._kept.get(app_id, (0, 0.0))
            if total > MANY_CONTACTS and monotonic() - counted_at < KEEP_TOTAL_SECONDS:
                return total
            total = await database.read(lambda conn: count_all(conn, app_id, None))
            self._kept[app_id] = (total, monotonic())
            return total


class Desk:
    """One for each application. Use it from the event loop only."""

    def __init__(self) -> None:
        self.requests_of_token = RateLimiter("This token", REQUESTS_OF_TOKEN)
        self.requests_of_workspace = RateLimiter(
            "All tokens of this workspace together", REQUESTS_OF_WORKSPACE
        )
        self.token_tries = TokenTries()
        self.totals = Totals()
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
