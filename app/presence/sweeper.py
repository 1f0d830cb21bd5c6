"""The sweeper: finds silence.

Nothing happens when a contact falls silent, so somebody has to look. Four times a second
the sweeper asks the tracker for those whose time is up. It takes a few milliseconds at a time
and lets the loop breathe in between, so a million contacts that go at once stall nobody, on
a slow machine either.
"""

import asyncio
from typing import Final

from app.clock import Clock, monotonic
from app.presence.tracker import Tracker
from app.presence.wheel import TICK_SECONDS

BATCH: Final = 100
TURN_SECONDS: Final = 0.003
"""Real time, as others wait in real time: no batch is begun when a turn has lasted this long."""


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
        """Announce everybody whose time is up, those too whose time comes while the others are announced."""
        while self._sweep_a_turn():  # noqa: ASYNC110 (a turn for others, not a wait)
            await asyncio.sleep(0)
        self.swept_at = self._clock.now()

    def _sweep_a_turn(self) -> bool:
        """Whether there may be more."""
        now = self._clock.now()
        until = monotonic() + TURN_SECONDS
        while self._tracker.expire(now, BATCH) == BATCH:
            if monotonic() > until:
                return True
        return False
