"""How often a token, and a workspace over all its tokens, may ask: windows of 10 seconds, counted in memory.

All windows begin at the same moments, so the counts of a window are thrown away together and
nothing has to be tidied. Real time is what counts: the test clock does not move a limit that
protects the machine.
"""

from collections import Counter
from dataclasses import dataclass
from math import ceil
from typing import Final

WINDOW_SECONDS: Final = 10
REQUESTS_OF_TOKEN: Final = 1_000
REQUESTS_OF_WORKSPACE: Final = 2_500


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a request was told: ``remaining`` is below zero for one that came too often.

    ``whose`` begins the sentence that says so.
    """

    whose: str
    limit: int
    remaining: int
    reset_seconds: float

    @property
    def is_exceeded(self) -> bool:
        return self.remaining < 0

    @property
    def retry_after_seconds(self) -> int:
        return ceil(self.reset_seconds)

    def headers(self, now: float) -> dict[str, str]:
        """The three headers of every authenticated answer; ``now`` in Unix seconds, as is the reset."""
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(max(self.remaining, 0)),
            "x-ratelimit-reset": str(ceil(now + self.reset_seconds)),
        }


class RateLimiter:
    """Counts requests by key; ``at`` is monotonic real time."""

    def __init__(self, whose: str, limit: int) -> None:
        self._whose = whose
        self._limit = limit
        self._window = -1
        self._used: Counter[str] = Counter()

    def take(self, key: str, at: float) -> Allowance:
        """Count one request of ``key`` and say what is left of its window."""
        window = int(at // WINDOW_SECONDS)
        if window != self._window:
            self._window = window
            self._used.clear()
        self._used[key] += 1
        reset_seconds = WINDOW_SECONDS - (at - window * WINDOW_SECONDS)
        return Allowance(self._whose, self._limit, self._limit - self._used[key], reset_seconds)
