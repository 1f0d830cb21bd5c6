"""Green dots: who should see which dot turn, and how long it took.

A turn is expected from the moment the messenger's sign of life (or its leave) is sent. Each
dashboard that watches the contact must see it once. What is seen without being expected is a
flicker; what is never seen is missed. Both are errors, whatever the percentiles say.
"""

from collections import Counter
from collections.abc import Iterable


class _Turn:
    __slots__ = ("at", "left", "online")

    def __init__(self, online: bool, at: float, left: int) -> None:
        self.online = online
        self.at = at
        self.left = left


class Dots:
    """The ledger of all dashboards. Times by ``time.perf_counter``."""

    def __init__(self) -> None:
        self._eyes: Counter[str] = Counter()
        self._turns: dict[str, _Turn] = {}
        self.on_seconds: list[float] = []
        self.off_seconds: list[float] = []
        self.expected = 0
        self.missed = 0
        self.flickers = 0

    def watch(self, ids: Iterable[str]) -> None:
        """One more dashboard has these on its page."""
        self._eyes.update(ids)

    def unwatch(self, ids: Iterable[str]) -> None:
        """A dashboard has gone: nothing more is expected of it."""
        for contact_id in ids:
            self._eyes[contact_id] -= 1
            turn = self._turns.get(contact_id)
            if turn is not None and turn.left:
                turn.left -= 1
                self.expected -= 1

    def watched(self) -> list[str]:
        return [contact_id for contact_id, eyes in self._eyes.items() if eyes > 0]

    def expect(self, contact_id: str, *, online: bool, at: float) -> None:
        """The contact's dot has to turn at every dashboard that watches it."""
        eyes = self._eyes.get(contact_id, 0)
        if not eyes:
            return
        former = self._turns.get(contact_id)
        if former is not None:
            self.missed += former.left
        self._turns[contact_id] = _Turn(online, at, eyes)
        self.expected += eyes

    def seen(self, contact_id: str, *, online: bool, at: float) -> None:
        """A dashboard was told of a change."""
        turn = self._turns.get(contact_id)
        if turn is None or turn.online != online or not turn.left:
            self.flickers += 1
            return
        turn.left -= 1
        (self.on_seconds if online else self.off_seconds).append(at - turn.at)

    @property
    def outstanding(self) -> int:
        """Turns that some dashboard has yet to see."""
        return sum(turn.left for turn in self._turns.values())

    def close(self) -> None:
        """The run is over: what is outstanding was missed."""
        self.missed += self.outstanding
        self._turns.clear()
