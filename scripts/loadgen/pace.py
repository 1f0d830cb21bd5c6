"""When the next heartbeats are due, and who leaves when. Pure: moments in, counts out.

The total rate is held by counting what should have been sent by now, not by waiting a fixed time
between sends: a late tick is made up for by the next, so the rate does not drift.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SHORTEST_TICK_SECONDS: Final = 0.002
LONGEST_TICK_SECONDS: Final = 0.05

MOST_BEATS_A_SECOND: Final = 1.9
"""Of one messenger: the server closes a socket that sends more than 20 frames in 10 seconds."""

LONGEST_AWAY_SECONDS: Final = 3.0


class Pace:
    """``rate`` a second from ``started_at``, for ``seconds``; ``due(now)`` tells how many to send."""

    __slots__ = ("_planned", "_sent", "_started_at", "rate")

    def __init__(self, rate: float, started_at: float, seconds: float) -> None:
        self.rate = rate
        self._started_at = started_at
        self._planned = int(rate * seconds)
        self._sent = 0

    def due(self, now: float) -> int:
        """How many are due by ``now`` and were not given out before. Never more than the whole plan."""
        wanted = min(int((now - self._started_at) * self.rate), self._planned)
        count = max(0, wanted - self._sent)
        self._sent += count
        return count

    @property
    def tick_seconds(self) -> float:
        """How long to sleep between looks: about one heartbeat's time, within bounds."""
        return min(max(1 / self.rate, SHORTEST_TICK_SECONDS), LONGEST_TICK_SECONDS)


@dataclass(frozen=True, slots=True)
class Departure:
    """Messenger number ``who`` leaves at ``leaves_at`` and is back at ``returns_at``, seconds into the run.

    One that ``pings`` comes back as on a new page: ping, socket, heartbeat. One that doesn't still has its ticket.
    """

    leaves_at: float
    returns_at: float
    who: int
    pings: bool


def departures(
    who: Sequence[int], seconds: float, *, first: Sequence[int] = (), share: float, seed: int = 7
) -> list[Departure]:
    """A plan by which ``share`` of ``who`` leave once and come back, spread evenly, earliest first.

    Those in ``first`` are taken before the others: their dots are on a dashboard. All are back in time to be
    seen: the last tenth of the run has no departures' returns planned beyond it.
    """
    dice = random.Random(seed)
    front = sorted(set(first) & set(who))
    rest = sorted(set(who) - set(front))
    dice.shuffle(front)
    dice.shuffle(rest)
    leaving = (front + rest)[: round(share * len(who))]
    away = min(LONGEST_AWAY_SECONDS, seconds / 4)
    latest = max(0.0, seconds * 0.9 - away)
    dice.shuffle(leaving)
    step = latest / max(1, len(leaving))
    return [
        Departure(index * step, index * step + away, number, pings=index % 2 == 0)
        for index, number in enumerate(leaving)
    ]
