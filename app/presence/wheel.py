"""A timing wheel: who is due for a look, a quarter of a second at a time.

An item sits in the slot of the moment it was due when it was put in. A heartbeat does not
move it: when its slot comes up, whoever takes it out looks whether it is really due, and
puts it back at its new moment if not. So an item is touched once in 120 s, however often
it beats.

The items of a slot are a chain through the items themselves. A list of them would be young for as long as it
grows, and the garbage collector walks all that a young list refers to: a million contacts, again and again.
"""

from heapq import heappop, heappush
from typing import Any, Final, Generic, Protocol, TypeVar

TICK_SECONDS: Final = 0.25


class Due(Protocol):
    """What a wheel can hold, once at a time."""

    next_due: Any
    """The wheel's own: the next item of the same slot, none behind the last one."""


D = TypeVar("D", bound=Due)


class Wheel(Generic[D]):
    """Items by the tick in which they are due; a heap tells which tick is next."""

    __slots__ = ("_first", "_next")

    def __init__(self) -> None:
        self._first: dict[int, D] = {}
        self._next: list[int] = []

    def add(self, item: D, due_at: float) -> None:
        # The tick after the one that holds the moment: when it begins, the moment has passed.
        tick = int(due_at / TICK_SECONDS) + 1
        first = self._first.get(tick)
        if first is None:
            heappush(self._next, tick)
        item.next_due = first
        self._first[tick] = item

    def take(self, now: float, most: int) -> list[D]:
        """Items whose tick has begun by ``now``, those of the earliest tick first; at most ``most`` of them."""
        current = int(now / TICK_SECONDS)
        taken: list[D] = []
        while self._next and self._next[0] <= current and len(taken) < most:
            tick = self._next[0]
            item: D | None = self._first[tick]
            while item is not None and len(taken) < most:
                taken.append(item)
                following = item.next_due
                item.next_due = None
                item = following
            if item is None:
                del self._first[heappop(self._next)]
            else:
                self._first[tick] = item
        return taken
