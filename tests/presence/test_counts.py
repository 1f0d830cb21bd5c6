"""Counts for the chart: a point a minute, and a zero when the last one has gone."""

import asyncio
from collections.abc import Callable

import pytest

from app.clock import Clock
from app.ids import AppId, ContactId
from app.presence import counts
from app.presence.last_seen import Ledger
from app.presence.lease_file import LeaseFile
from app.presence.store import read_counts
from app.presence.tracker import Tracker
from app.storage.database import Database

APP = AppId("uabcdefg")
OTHER_APP = AppId("uzzzzzzz")
MINUTE = 1_700_000_040.0


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_point_is_written_at_each_new_minute(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "LOOK_SECONDS", 0.001)
    clock = Clock(at=MINUTE)
    tracker = Tracker(offline_seconds=120, publish=lambda _: None, ledger=Ledger(), leases=LeaseFile(None))
    written: list[dict[AppId, int]] = []
    plain_write = counts.write_counts

    def noting(conn: object, counts: dict[AppId, int], at: float, keep_since: float) -> None:
        plain_write(conn, counts, at, keep_since)  # type: ignore[arg-type]
        written.append(counts)

    monkeypatch.setattr(counts, "write_counts", noting)
    task = asyncio.create_task(counts.keep_counts(tracker, database, clock))
    await asyncio.sleep(0)
    tracker.ping(APP, ContactId("0" * 24), clock.now())
    clock.advance(61)
    await until(lambda: len(written) == 1)
    clock.advance(121)
    tracker.expire(clock.now())
    await until(lambda: len(written) == 2)
    # Of those who are gone nothing more is told, when the next minute of others is.
    tracker.ping(OTHER_APP, ContactId("1" * 24), clock.now())
    clock.advance(61)
    await until(lambda: len(written) == 3)
    task.cancel()

    assert written == [{APP: 1}, {APP: 0}, {OTHER_APP: 1}]
    points = await database.read(lambda conn: read_counts(conn, APP, 0.0))
    assert points == [(MINUTE + 60, 1), (MINUTE + 180, 0)]
