"""How many people each tab has, without ever letting a page wait for it.

Up to ten thousand are counted on the spot. Beyond that a page shows the last full count, which
is made anew after a page was answered, at most once a minute; before the first one it says
"10,000+".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from app.contacts.listing import count_all, count_up_to
from app.contacts.records import Role
from app.ids import AppId
from app.storage.database import Database

EXACT_UP_TO: Final = 10_000
FRESH_SECONDS: Final = 60.0
ROLES: Final[tuple[Role | None, ...]] = (None, "user", "lead")


@dataclass(frozen=True, slots=True)
class Tally:
    """``count`` people, or more than that where ``at_least``."""

    count: int
    at_least: bool = False

    def __str__(self) -> str:
        return f"{self.count:,}{'+' if self.at_least else ''}"


@dataclass(slots=True)
class _Full:
    counts: Mapping[Role | None, int] = field(default_factory=dict)
    counted_at: float = float("-inf")
    is_counting: bool = False


class Tallies:
    """The full counts of the big workspaces. Use it from the event loop only."""

    def __init__(self) -> None:
        self._full: dict[AppId, _Full] = {}

    def known(self, app_id: AppId, quick: Mapping[Role | None, int]) -> dict[Role | None, Tally]:
        """What to show, given what ``quick_counts`` found."""
        full = self._full.get(app_id, _Full()).counts
        return {role: _tally(count, full.get(role)) for role, count in quick.items()}

    def is_stale(self, app_id: AppId, quick: Mapping[Role | None, int], now: float) -> bool:
        """Whether a full count is called for."""
        if all(count <= EXACT_UP_TO for count in quick.values()):
            return False
        full = self._full.get(app_id, _Full())
        return not full.is_counting and now - full.counted_at >= FRESH_SECONDS

    async def count(self, app_id: AppId, database: Database, now: float) -> None:
        """Count everybody; called when the page has been answered already."""
        full = self._full.setdefault(app_id, _Full())
        full.is_counting = True
        try:
            full.counts = await database.read(lambda conn: full_counts(conn, app_id))
            full.counted_at = now
        finally:
            full.is_counting = False


def quick_counts(conn: Connection, app_id: AppId) -> dict[Role | None, int]:
    """Each tab's count, none further than one past ``EXACT_UP_TO``."""
    return {role: count_up_to(conn, app_id, role, EXACT_UP_TO + 1) for role in ROLES}


def full_counts(conn: Connection, app_id: AppId) -> dict[Role | None, int]:
    return {role: count_all(conn, app_id, role) for role in ROLES}


def _tally(quick: int, full: int | None) -> Tally:
    if quick <= EXACT_UP_TO:
        return Tally(quick)
    return Tally(EXACT_UP_TO, at_least=True) if full is None else Tally(full)
