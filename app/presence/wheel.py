"""A timing wheel: who is due for a look, a quarter of a second at a time.

An item sits in the slot of the moment it was due when it was put in. A heartbeat does not
move it: when its slot comes up, whoever takes it out looks whether it is really due, and
puts it back at its new moment if not. So an item is touched once in 120 s, however often
it beats.
"""

from heapq import heappop, heappush
from typing import Final, Generic, TypeVar

T = TypeVar("T")

TICK_SECONDS: Final = 0.25


class Wheel(Generic[T]):
    """Items by the tick in which they are due; a heap tells which tick is next."""

    __slots__ = ("_next", "_ticks")

    def __init__(self) -> None:
        self._ticks: dict[int, list[T]] = {}
        self._next: list[int] = []

    def add(self, item: T, due_at: float) -> None:
        # The tick after the one that holds the moment: when it begins, the moment has passed.
        tick = int(due_at / TICK_SECONDS) + 1
        waiting = self._ticks.get(tick)
        if waiting is None:
            self._ticks[tick] = [item]
            heappush(self._next, tick)
        else:
            waiting.append(item)

    def take(self, now: float, most: int) -> list[T]:
        """Items whose tick has begun by ``now``, earliest first; at most ``most`` of them."""
        current = int(now / TICK_SECONDS)
        taken: list[T] = []
        while self._next and self._next[0] <= current and len(taken) < most:
            waiting = self._ticks[self._next[0]]
            room = most - len(taken)
            taken += waiting[-room:]
            del waiting[-room:]
            if not waiting:
                del self._ticks[heappop(self._next)]
        return taken

    def __len__(self) -> int:
        return sum(map(len, self._ticks.values()))
