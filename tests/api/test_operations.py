"""Can it serve, and how is it doing?"""

import asyncio

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.api.operations import readings
from app.errors import StorageUnavailable
from app.metrics import READINGS
from app.storage.database import SqliteDatabase
from support.rest import AddContact, Tenant
from support.serving import START, Served


async def test_up_where_all_is_well(client: httpx2.AsyncClient) -> None:
    response = await client.get("/up")
    assert (response.status_code, response.json()) == (200, {"status": "up"})


@pytest.mark.parametrize(("late_seconds", "status"), [(10, 200), (10.5, 503)])
async def test_down_where_the_sweeper_stands_still(
    client: httpx2.AsyncClient,
    server: Served,
    late_seconds: float,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def stuck() -> None:
        """Sweeps nothing, as if it hung."""

    monkeypatch.setattr(server.state.sweeper, "sweep", stuck)
    server.clock.advance(late_seconds)
    server.state.sweeper.swept_at = START
    response = await client.get("/up")
    assert response.status_code == status
    if status == 503:
        assert "sweeper" in response.json()["reasons"][0]


async def test_down_where_the_database_can_not_be_written(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqliteDatabase, "healthy", False)
    response = await client.get("/up")
    assert response.status_code == 503
    assert "can no longer be written" in response.json()["reasons"][0]


async def test_down_where_the_database_can_not_be_read(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(*_: object) -> None:
        raise StorageUnavailable("The database can't be used now (SQLITE_IOERR)")

    monkeypatch.setattr(SqliteDatabase, "read", read)
    response = await client.get("/up")
    assert response.status_code == 503
    assert "SQLITE_IOERR" in response.json()["reasons"][0]


async def test_down_where_the_database_does_not_answer(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(SqliteDatabase, "read", read)
    monkeypatch.setattr("app.api.operations.LOOK_SECONDS", 0.05)
    response = await client.get("/up")
    assert response.status_code == 503
    assert response.json()["reasons"] == ["the database has not answered for 0.05 seconds"]


async def test_metrics_are_text_that_prometheus_reads(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    server.state.tracker.ping(acme.app_id, await add_contact(acme), START)
    response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    samples = {
        sample.name: sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }
    assert samples["porchlight_online_contacts"] == 1
    assert samples["porchlight_writes_total"] >= samples["porchlight_write_groups_total"] >= 2
    assert "porchlight_dashboards_cut_total" in samples


async def test_metrics_name_nobody(client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact) -> None:
    await add_contact(acme, email="ada@example.com", name="Ada")
    text = (await client.get("/metrics")).text
    assert not any(word in text for word in (acme.app_id, "ada", "Ada", acme.token))


async def test_there_is_a_reading_for_each_that_is_promised(server: Served) -> None:
    assert readings(server.state).keys() == READINGS.keys()
