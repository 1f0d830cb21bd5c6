"""The one clock. Nobody else asks the machine what time it is.

Wall time is read once, at start, and moved on by the monotonic clock: a jump of the
machine's own clock turns no dot. Tests hold the clock still and move it by hand; so do
checks from outside, where the test clock is switched on.
"""

import time
from typing import Final


class Clock:
    """Unix seconds that only move forward.

    ``Clock()`` runs with the machine. ``Clock(at=…)`` stands still at that moment until it
    is advanced or thawed.
    """

    __slots__ = ("_anchor", "_frozen_at")

    def __init__(self, at: float | None = None) -> None:
        self._frozen_at = at
        self._anchor = time.time() - time.monotonic()

    def now(self) -> float:
        """Unix seconds, with fractions."""
        if self._frozen_at is not None:
            return self._frozen_at
        return self._anchor + time.monotonic()

    def advance(self, seconds: float) -> None:
        """Move time on; raises ValueError where ``seconds`` is not positive."""
        if not seconds > 0:
            raise ValueError(f"advance_seconds is {seconds}: time only moves forward")
        if self._frozen_at is not None:
            self._frozen_at += seconds
        else:
            self._anchor += seconds

    def freeze(self) -> None:
        """Stop time where it is; once stopped, this changes nothing."""
        self._frozen_at = self.now()

    def thaw(self) -> None:
        """Let time run on from where it was stopped."""
        if self._frozen_at is not None:
            self._anchor = self._frozen_at - time.monotonic()
            self._frozen_at = None


monotonic: Final = time.monotonic
"""Real seconds for limits that protect the machine, such as frames a socket may send in 10 s.

The test clock does not move these: an attacker's time is real time.
"""
