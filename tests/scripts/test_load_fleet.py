"""Simulated messengers against a real server: the plain one that the benchmark compares with."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

import pytest

from scripts.loadgen import baseline
from scripts.loadgen.fleet import Fleet
from scripts.loadgen.messenger import Tally
from scripts.loadgen.product import free_port, serving
from scripts.loadgen.web import Target

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module", params=["defaults", "tuned"])
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    port = free_port()
    argv = [sys.executable, baseline.__file__, "--port", str(port)]
    if request.param == "tuned":
        argv.append("--tuned")
    folder: Path = tmp_path_factory.mktemp("baseline")
    with serving(argv, f"http://127.0.0.1:{port}", folder):
        yield Target("127.0.0.1", port)


@asynccontextmanager
async def a_fleet(
    target: Target, path: str = "/messenger/socket?ticket=t", back_within: float = 20.0
) -> AsyncIterator[tuple[Fleet, Tally]]:
    tally = Tally()
    fleet = Fleet(target, tally, lambda number: path, origin="https://load.example", back_within=back_within)
    try:
        yield fleet, tally
    finally:
        await fleet.close()


async def test_every_heartbeat_is_acknowledged(target: Target) -> None:
    async with a_fleet(target) as (fleet, tally):
        assert await fleet.open_all(range(10)) == 0
        began = perf_counter()
        await fleet.beat_all(rate=200, seconds=0.5)
        await fleet.settle(60)
        took = perf_counter() - began
        assert len(fleet) == 10
        assert tally.sent == 100
        assert tally.acked == tally.sent == len(tally.ack_seconds)
        assert all(0 < seconds < took for seconds in tally.ack_seconds)
        assert not tally.closes
        assert not tally.errors


async def test_those_who_left_take_no_turn_and_get_it_back_once(target: Target) -> None:
    async with a_fleet(target) as (fleet, tally):
        await fleet.open_all(range(3))
        assert fleet.leave(1)
        assert not fleet.leave(1)
        await fleet.beat_all(rate=100, seconds=0.1)
        assert await fleet.open(1)
        assert len(fleet) == 3
        await fleet.beat_all(rate=100, seconds=0.1)
        await fleet.settle(60)
        assert tally.acked == tally.sent > 0
        assert not tally.closes


async def test_refused_handshakes_are_counted_by_their_answer(target: Target) -> None:
    async with a_fleet(target, path="/nowhere") as (fleet, tally):
        assert await fleet.open_all(range(2)) == 2
        assert tally.errors == {"handshake answered with 403": 2}


async def test_a_stop_ends_opening_and_beating(target: Target) -> None:
    stop = asyncio.Event()
    stop.set()
    async with a_fleet(target) as (fleet, tally):
        assert await fleet.open_all(range(100), stop=stop) == 0
        seconds, _ = await fleet.beat_all(rate=10, seconds=60, stop=stop)
        assert seconds < 30
        assert (len(fleet), tally.sent) == (0, 0)


async def test_a_server_that_goes_is_counted_as_lost_sockets(tmp_path: Path) -> None:
    port = free_port()
    target = Target("127.0.0.1", port)
    async with a_fleet(target) as (fleet, tally):
        with serving(
            [sys.executable, baseline.__file__, "--port", str(port)], f"http://127.0.0.1:{port}", tmp_path
        ):
            await fleet.open_all(range(4))
        async with asyncio.timeout(60):
            while len(fleet):
                await asyncio.sleep(0.01)
        assert sum(tally.closes.values()) == 4


async def test_messengers_try_again_until_the_server_is_back(tmp_path: Path) -> None:
    port = free_port()
    argv, url = [sys.executable, baseline.__file__, "--port", str(port)], f"http://127.0.0.1:{port}"
    async with a_fleet(Target("127.0.0.1", port), back_within=0.01) as (fleet, tally):
        with serving(argv, url, tmp_path):
            await fleet.open_all(range(4))
        async with asyncio.timeout(60):
            while tally.errors["connection: ConnectionRefusedError"] < 8:
                await asyncio.sleep(0.01)
        with serving(argv, url, tmp_path):
            async with asyncio.timeout(60):
                while len(fleet) < 4:
                    await asyncio.sleep(0.01)
