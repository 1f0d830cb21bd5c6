"""The application as a whole: one error shape at its edge, and nothing open that should be shut."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest_asyncio

from support.serving import Served, serving, settings_in, whole_app


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(settings_in(tmp_path), make_app=whole_app) as running:
        yield running


async def test_unknown_route_is_an_error_list(served: Served) -> None:
    async with httpx2.AsyncClient(base_url=served.url, trust_env=False, timeout=60) as client:
        answer = await client.get("/no/such/route")
    assert answer.status_code == 404
    assert answer.json()["type"] == "error.list"
    assert answer.json()["errors"] == [{"code": "not_found", "message": "Resource Not Found"}]


async def test_test_clock_is_not_there_unless_it_was_opened(served: Served) -> None:
    async with httpx2.AsyncClient(base_url=served.url, trust_env=False, timeout=60) as client:
        answer = await client.post("/test/clock", json={"advance_seconds": 5})
    assert answer.status_code == 404


async def test_server_is_up(served: Served) -> None:
    async with httpx2.AsyncClient(base_url=served.url, trust_env=False, timeout=60) as client:
        assert (await client.get("/up")).status_code == 200
