"""The sweeper: announces all whose time is up, however many, and lets others have their turn."""

import asyncio

import pytest

from app.clock import Clock
from app.ids import AppId, ContactId
from app.presence import sweeper as sweeper_module
from app.presence.changes import Change
from app.presence.last_seen import Ledger
from app.presence.lease_file import LeaseFile
from app.presence.sweeper import BATCH, Sweeper
from app.presence.tracker import Tracker

APP = AppId("uabcdefg")
START = 1_700_000_000.0


async def test_everybody_whose_time_is_up_goes_in_one_sweep_with_turns_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweeper_module, "TURN_SECONDS", 0.0)  # as on a machine that is very slow
    changes: list[Change] = []
    clock = Clock(at=START)
    tracker = Tracker(offline_seconds=120, publish=changes.append, ledger=Ledger(), leases=LeaseFile(None))
    sweeper = Sweeper(tracker, clock)
    crowd = BATCH * 3 + 7
    for number in range(crowd):
        tracker.ping(APP, ContactId(f"{number:024x}"), clock.now())
    changes.clear()
    clock.advance(121)
    turns = 0

    async def another() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(another())
    await sweeper.sweep()
    task.cancel()

    assert len(changes) == crowd
    assert not any(change.online for change in changes)
    assert turns >= 3
    assert sweeper.swept_at == clock.now()
    assert tracker.online_count(APP) == 0


async def test_whose_time_comes_during_a_sweep_need_not_wait_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweeper_module, "TURN_SECONDS", 0.0)
    clock = Clock(at=START)
    tracker = Tracker(
        offline_seconds=120, publish=lambda change: None, ledger=Ledger(), leases=LeaseFile(None)
    )
    for number in range(BATCH * 2):
        tracker.ping(APP, ContactId(f"{number:024x}"), clock.now())
    clock.advance(10)
    tracker.ping(APP, ContactId("f" * 24), clock.now())
    clock.advance(111)

    async def time_goes_on() -> None:
        clock.advance(10)

    task = asyncio.create_task(time_goes_on())
    await Sweeper(tracker, clock).sweep()

    assert task.done()
    assert tracker.online_count(APP) == 0


async def test_sweeper_that_runs_sees_the_clock_move() -> None:
    changes: list[Change] = []
    clock = Clock(at=START)
    tracker = Tracker(offline_seconds=120, publish=changes.append, ledger=Ledger(), leases=LeaseFile(None))
    tracker.ping(APP, ContactId("0" * 24), clock.now())
    running = asyncio.create_task(Sweeper(tracker, clock).run())
    clock.advance(120.5)
    async with asyncio.timeout(60):
        while len(changes) < 2:
            await asyncio.sleep(0.005)
    running.cancel()
    assert [change.online for change in changes] == [True, False]
