"""The sweeper: finds silence.

Nothing happens when a contact falls silent, so somebody has to look. Four times a second
the sweeper asks the tracker for those whose time is up. It takes a thousand at a time and
lets the loop breathe in between, so a million contacts that go at once stall nobody.
"""

import asyncio
from typing import Final

from app.clock import Clock
from app.presence.tracker import Tracker
from app.presence.wheel import TICK_SECONDS

BATCH: Final = 1000


class Sweeper:
    """``swept_at`` is when the last sweep ended: ``/up`` reads it."""

    def __init__(self, tracker: Tracker, clock: Clock) -> None:
        self._tracker = tracker
        self._clock = clock
        self.swept_at = clock.now()

    async def run(self) -> None:
        while True:
            await self.sweep()
            await asyncio.sleep(TICK_SECONDS)

    async def sweep(self) -> None:
        """Announce everybody whose time is up by now."""
        now = self._clock.now()
        while self._tracker.expire(now, BATCH) == BATCH:  # noqa: ASYNC110 (a turn for others, not a wait)
            await asyncio.sleep(0)
        self.swept_at = now
