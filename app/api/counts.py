"""How many a search finds, where that takes long to count.

A page is found in a few milliseconds, however many others fit; to count a million takes longer than
that. So a count that took long is kept for ten seconds, for whoever turns the pages meanwhile. Among few it is
counted each time: there it takes long by accident, and whoever has just been made would be on the page, and not in
the total.
"""

from typing import Final, TypeAlias

from sqlalchemy import Connection

from app.clock import monotonic
from app.search.asking import EVERYBODY, Ask
from app.search.counting import count_of
from app.search.finding import MANY
from app.search.query import comparisons_of
from app.search.sources import Source
from app.search.store import count_people

LONG_SECONDS: Final = 0.02
KEEP_SECONDS: Final = 10.0
MOST_KEPT: Final = 1_000

_Key: TypeAlias = tuple[str, tuple[str, ...], str]


class Counts:
    """May be asked from several threads at once: the same is counted twice then, and nothing worse happens."""

    def __init__(self) -> None:
        self._kept: dict[_Key, tuple[int, float]] = {}

    def of(self, conn: Connection, ask: Ask, few: Source | None) -> int:
        """How many fit, as of now or of the last ten seconds; ``few`` as ``few_of`` has it."""
        if few is not None:
            return count_of(conn, ask, few)
        key = ask.around.app_id, ask.roles, repr(ask.tree)
        began = monotonic()
        count, counted_at = self._kept.get(key, (0, float("-inf")))
        if began - counted_at < KEEP_SECONDS:
            return count
        count = count_of(conn, ask, None)
        took_long = monotonic() - began > LONG_SECONDS
        if took_long and _says_all(ask) and count_people(conn, ask.around.app_id, EVERYBODY) > MANY:
            if len(self._kept) >= MOST_KEPT:
                self._kept = {}
            self._kept[key] = count, monotonic()
        return count


def _says_all(ask: Ask) -> bool:
    """Whether the tree alone says who fits: a segment may be given another filter, and people come and go."""
    return not any(asked.field.kind in ("segment", "online") for asked in comparisons_of(ask.tree))
