"""A million contacts online in one process, and how long the loop stands still while they are swept.

Run as a program, it prints its figures as JSON. It uses the product's own presence package, with the
real lease file and database, on a clock moved by hand: two minutes pass in a few seconds. Three things
happen: all come online, all beat for two minutes while the sweeper looks at each of them once, and all
fall silent at once. A task that does nothing but take its turn tells how long others had to wait.
"""

import argparse
import asyncio
import gc
import json
import os
import random
import resource
from array import array
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from time import perf_counter, thread_time
from typing import Final

import uvloop

from app.clock import Clock
from app.collector import calm_collector
from app.ids import AppId, ContactId
from app.presence.hub import Hub
from app.presence.last_seen import Ledger
from app.presence.lease import Lease
from app.presence.lease_file import LeaseFile, keep_synced
from app.presence.sweeper import Sweeper
from app.presence.tracker import Tracker
from app.presence.wheel import TICK_SECONDS
from app.storage.database import open_database
from app.threads import short_turns

OFFLINE_SECONDS: Final = 120.0
BEAT_SECONDS: Final = 30.0
TICKS_A_SECOND: Final = round(1 / TICK_SECONDS)
A_TURN: Final = 50
"""Heartbeats between two turns of others: about what a busy loop takes in one round."""


class Stalls:
    """The longest wait for a turn, in milliseconds.

    ``stall_ms`` leaves out the time in which this thread was ready to run and the machine ran other programs: that is
    not the product's doing. ``wall_ms`` has it in, ``cpu_ms`` counts this thread's own work alone, and
    ``collector_ms`` is the longest run of the garbage collector, one cause among others.
    """

    def __init__(self) -> None:
        self._worst: dict[str, float] = {}
        self._collecting_since = 0.0
        self._queue = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        gc.callbacks.append(self._on_collection)

    def close(self) -> None:
        gc.callbacks.remove(self._on_collection)
        os.close(self._queue)

    async def during(self, work: Awaitable[None]) -> dict[str, float]:
        """Run ``work`` and tell the longest stall in it, and how long it took."""
        self._worst = dict.fromkeys(("stall_ms", "wall_ms", "cpu_ms", "collector_ms"), 0.0)
        began = perf_counter()
        watcher = asyncio.create_task(self._take_turns())
        await work
        watcher.cancel()
        return {**self._worst, "took_seconds": perf_counter() - began}

    async def _take_turns(self) -> None:
        wall, cpu, queued = perf_counter(), thread_time(), self._queued_seconds()
        while True:
            await asyncio.sleep(0)
            wall_now, cpu_now, queued_now = perf_counter(), thread_time(), self._queued_seconds()
            self._note("wall_ms", wall_now - wall)
            self._note("cpu_ms", cpu_now - cpu)
            self._note("stall_ms", wall_now - wall - (queued_now - queued))
            wall, cpu, queued = wall_now, cpu_now, queued_now

    def _queued_seconds(self) -> float:
        """For how long, so far, this thread was ready and had no processor: the second field, in nanoseconds."""
        return int(os.pread(self._queue, 100, 0).split()[1]) / 1e9

    def _note(self, name: str, seconds: float) -> None:
        self._worst[name] = max(self._worst[name], seconds * 1000)

    def _on_collection(self, phase: str, info: dict[str, int]) -> None:
        if not self._worst:
            return
        if phase == "start":
            self._collecting_since = perf_counter()
        else:
            self._note("collector_ms", perf_counter() - self._collecting_since)


class Million:
    """The contacts of one workspace, each with its lease as a socket would hold it."""

    def __init__(
        self,
        tracker: Tracker,
        sweeper: Sweeper,
        clock: Clock,
        app_id: AppId,
        write: Callable[[], Awaitable[None]],
    ) -> None:
        self._tracker = tracker
        self._write = write
        self._sweeper = sweeper
        self._clock = clock
        self._app_id = app_id
        self._leases: list[Lease] = []

    async def arrive(self, count: int) -> None:
        """All come online, evenly over the 30 s between two heartbeats, and are written down once a second."""
        dice = random.Random(5)
        write_each = max(1, int(count / BEAT_SECONDS))
        writing = asyncio.ensure_future(self._write())
        for number in range(count):
            if number % write_each == 0:
                await writing
                writing = asyncio.ensure_future(self._write())
            lease = self._tracker.lease(self._app_id, ContactId(f"{dice.getrandbits(96):024x}"))
            self._leases.append(lease)
            self._tracker.heartbeat(lease, self._clock.now())
            if number % A_TURN == 0:
                self._clock.advance(BEAT_SECONDS * A_TURN / count)
                await asyncio.sleep(0)
        await writing

    async def beat_on(self) -> None:
        """Two minutes go by: everybody beats every 30 s, in an order of their own, and is looked at once.

        What the looks find is written once a second, by the clock that is moved by hand.
        """
        order = array("L", range(len(self._leases)))  # an array: the collector need not walk it
        random.Random(6).shuffle(order)
        ticks = int(OFFLINE_SECONDS / TICK_SECONDS)
        each = max(1, int(len(order) * TICK_SECONDS / BEAT_SECONDS))
        at = 0
        writing = asyncio.ensure_future(self._write())
        for tick in range(ticks):
            self._clock.advance(TICK_SECONDS)
            if tick % TICKS_A_SECOND == 0:
                await writing
                writing = asyncio.ensure_future(self._write())
            sweeping = asyncio.create_task(self._sweeper.sweep())
            now = self._clock.now()
            for step in range(each):
                self._tracker.heartbeat(self._leases[order[at]], now)
                at = (at + 1) % len(order)
                if step % A_TURN == 0:
                    await asyncio.sleep(0)
            await sweeping
        await writing
        assert self._tracker.online_count(self._app_id) == len(self._leases), "a beating contact went offline"

    async def fall_silent(self) -> None:
        """Nobody beats any more; two minutes later all are gone at once, and begin to be written."""
        self._clock.advance(OFFLINE_SECONDS + 1)
        writing = asyncio.create_task(self._keep_writing())
        await self._sweeper.sweep()
        writing.cancel()
        await asyncio.wait([writing])
        assert self._tracker.online_count(self._app_id) == 0, "a silent contact is still online"

    async def _keep_writing(self) -> None:
        while True:
            await self._write()
            await asyncio.sleep(0.1)


async def measure(count: int, app_id: AppId, database_url: str, folder: Path) -> dict[str, object]:
    """The longest stalls while ``count`` contacts come, beat and go."""
    clock, hub, ledger = Clock(at=1_800_000_000.0), Hub(), Ledger()
    database = await open_database(database_url)
    leases = LeaseFile(folder)
    tracker = Tracker(offline_seconds=OFFLINE_SECONDS, publish=hub.publish, ledger=ledger, leases=leases)
    ledger.on_nobody = lambda _: None  # these contacts are here alone
    sweeper = Sweeper(tracker, clock)
    syncing = asyncio.create_task(keep_synced(leases))
    million = Million(tracker, sweeper, clock, app_id, lambda: ledger.flush(database))
    steps: dict[str, Callable[[], Awaitable[None]]] = {
        "arriving": lambda: million.arrive(count),
        "beating": million.beat_on,
        "going": million.fall_silent,
    }
    told: dict[str, object] = {"contacts": count}
    with calm_collector(), short_turns(), closing(Stalls()) as stalls:
        before = _resident_kb()
        for name, step in steps.items():
            told[name] = await stalls.during(step())
            if name == "arriving":
                told["bytes_per_contact"] = (_resident_kb() - before) * 1024 / count
    syncing.cancel()
    await asyncio.gather(syncing, return_exceptions=True)
    await database.close()
    leases.close()
    return told


def _resident_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, required=True)
    parser.add_argument("--app", required=True)
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--leases", type=Path, required=True)
    options = parser.parse_args()
    told = uvloop.run(measure(options.contacts, AppId(options.app), options.database_url, options.leases))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
