"""The test clock: moves the whole server's time, forward only, and only where it was opened."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from app.clock import Clock
from app.ids import AppId, ContactId
from support.serving import START, Served, serving, settings_in, whole_app

APP = AppId("uabcdefg")
ADA = ContactId("0" * 24)


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(settings_in(tmp_path, TEST_CLOCK="1"), make_app=whole_app) as running:
        yield running


async def order(served: Served, body: object) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=served.url, trust_env=False, timeout=60) as client:
        return await client.post("/test/clock", json=body)


async def test_advance_moves_presence_at_once(served: Served) -> None:
    served.state.tracker.ping(APP, ADA, START)
    answer = await order(served, {"advance_seconds": 119.5})
    assert (answer.status_code, answer.json()) == (200, {"now": START + 119.5})
    assert served.state.tracker.is_online(APP, ADA)
    await order(served, {"advance_seconds": 1.5})
    assert not served.state.tracker.is_online(APP, ADA)


async def test_freeze_stops_time_and_false_lets_it_run(tmp_path: Path) -> None:
    async with serving(settings_in(tmp_path, TEST_CLOCK="1"), clock=Clock(), make_app=whole_app) as running:
        frozen_at = (await order(running, {"freeze": True})).json()["now"]
        assert running.clock.now() == frozen_at
        assert (await order(running, {"freeze": True, "advance_seconds": 5})).json() == {"now": frozen_at + 5}
        await order(running, {"freeze": False})
        assert running.clock.now() > frozen_at + 5


@pytest.mark.parametrize(
    "body",
    [
        {"advance_seconds": 0},
        {"advance_seconds": -1},
        {"advance_seconds": "x"},
        {"advance": 5},
        [],
        {"freeze": 1},
    ],
)
async def test_what_is_no_order_is_refused_and_moves_nothing(served: Served, body: object) -> None:
    answer = await order(served, body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "parameter_invalid"
    assert served.clock.now() == START
