"""A tracker in a world of its own, with a clock moved by hand."""

from dataclasses import dataclass, field
from pathlib import Path

from app.ids import AppId, ContactId
from app.presence.changes import Change
from app.presence.last_seen import Ledger
from app.presence.lease import Lease
from app.presence.lease_file import LeaseFile
from app.presence.tracker import Tracker

APP = AppId("uabcdefg")
OTHER_APP = AppId("uzzzzzzz")
ADA = ContactId("0123456789abcdef01234567")
BOB = ContactId("aaaaaaaaaaaaaaaaaaaaaaaa")
START = 1_700_000_000.0


@dataclass
class Socket:
    """A stream as the tracker sees it; remembers how it was closed."""

    opened_at: float
    heard_at: float | None = None
    has_left: bool = False
    closed_with: int | None = None

    moved_to: Lease | None = None

    def close(self, code: int) -> None:
        self.closed_with = code

    def move_to(self, lease: Lease) -> None:
        self.moved_to = lease


@dataclass
class World:
    """A tracker with a clock moved by hand and everything it says written down."""

    folder: Path | None = None
    now: float = START
    changes: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ledger = Ledger()
        self.leases = LeaseFile(self.folder)
        self.tracker = Tracker(
            offline_seconds=120.0, publish=self.changes.append, ledger=self.ledger, leases=self.leases
        )

    def pass_time(self, seconds: float) -> None:
        """Move on a quarter of a second at a time, sweeping as the server does."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(self.now + 0.25, end)
            self.sweep()

    def sweep(self) -> None:
        while self.tracker.expire(self.now, 100):
            pass

    def beat(self, lease: Lease, visible: bool = True) -> None:
        self.tracker.heartbeat(lease, self.now, visible)

    def dots(self) -> list[tuple[float, bool]]:
        """Each change of Ada's dot: seconds since the start, and whether it went on."""
        return [(change.at - START, change.online) for change in self.changes if change.contact_id == ADA]

    def crash(self) -> "World":
        """The process is gone; the next one takes up its lease file."""
        self.leases.close()
        after = World(self.folder, self.now)
        after.tracker.restore(after.now)
        return after

    async def write_down(self) -> None:
        """Stand in for the database: everything in the ledger counts as committed."""
        await self.ledger.flush(_Wrote())  # type: ignore[arg-type]


class _Wrote:
    async def write(self, work: object) -> None:
        del work
