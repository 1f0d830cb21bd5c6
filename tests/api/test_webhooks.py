"""Webhooks over REST."""

from typing import Any

import httpx2
import pytest

from app.trail.operations import announce
from app.trail.records import News
from support.claims import assert_error_list
from support.rest import Tenant
from support.serving import START, Served

BODY = {"url": "https://hooks.example/in", "topics": ["contact.archived"]}


async def make(client: httpx2.AsyncClient, tenant: Tenant) -> dict[str, Any]:
    answer = await client.post("/webhooks", json=BODY, headers=tenant.headers)
    assert answer.status_code == 200
    made: dict[str, Any] = answer.json()
    return made


async def test_webhook_is_made_listed_and_taken_away(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant
) -> None:
    made = await make(client, acme)
    secret = made.pop("signing_secret")
    assert made == {
        "type": "webhook",
        "id": made["id"],
        **BODY,
        "created_at": int(START),
        "disabled_at": None,
        "failing_since": None,
    }
    listed = await client.get("/webhooks", headers=acme.headers)
    assert listed.json() == {"type": "list", "data": [made]}
    assert secret not in listed.text
    assert (await client.get("/webhooks", headers=globex.headers)).json()["data"] == []
    gone = await client.delete(f"/webhooks/{made['id']}", headers=acme.headers)
    assert gone.json() == {"type": "webhook", "id": made["id"], "deleted": True}
    assert (await client.get("/webhooks", headers=acme.headers)).json()["data"] == []
    assert (await make(client, acme))["id"] != made["id"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "parameter_not_found"),
        ({"url": "https://hooks.example"}, "parameter_not_found"),
        ({"topics": ["*"]}, "parameter_not_found"),
        ({**BODY, "url": 7}, "parameter_invalid"),
        ({**BODY, "url": "https://u:p@hooks.example"}, "parameter_invalid"),
        ({**BODY, "topics": "*"}, "parameter_invalid"),
        ({**BODY, "topics": [7]}, "parameter_invalid"),
        ({**BODY, "topics": ["contact.sneezed"]}, "parameter_invalid"),
    ],
)
async def test_what_makes_no_webhook_is_refused(
    client: httpx2.AsyncClient, acme: Tenant, body: dict[str, Any], code: str
) -> None:
    answer = await client.post("/webhooks", json=body, headers=acme.headers)
    assert_error_list(answer, 400, code)


async def test_log_of_deliveries_is_read_page_by_page(
    client: httpx2.AsyncClient, acme: Tenant, server: Served
) -> None:
    made = await make(client, acme)
    for subject in ("a", "b", "c"):
        news = News("contact.archived", "contact", subject)
        await server.state.database.write(lambda conn, news=news: announce(conn, acme.app_id, news, START))
    path = f"/webhooks/{made['id']}/deliveries"
    first = (await client.get(path, params={"per_page": 2}, headers=acme.headers)).json()
    assert [entry["subject"]["id"] for entry in first["data"]] == ["c", "b"]
    assert {entry["state"] for entry in first["data"]} == {"waiting"}
    after = first["pages"]["next"]["starting_after"]
    rest = (await client.get(path, params={"starting_after": after}, headers=acme.headers)).json()
    assert [entry["subject"]["id"] for entry in rest["data"]] == ["a"]
    assert "next" not in rest["pages"]


@pytest.mark.parametrize("query", ["per_page=0", "per_page=151", "per_page=x", "starting_after=" + "9" * 30])
async def test_page_that_makes_no_sense_is_refused(
    client: httpx2.AsyncClient, acme: Tenant, query: str
) -> None:
    made = await make(client, acme)
    answer = await client.get(f"/webhooks/{made['id']}/deliveries?{query}", headers=acme.headers)
    assert_error_list(answer, 400, "parameter_invalid")


@pytest.mark.parametrize("number", ["999", "x", "-1", "9" * 40, "%00", "1.0"])
async def test_unknown_webhook_is_a_404(client: httpx2.AsyncClient, acme: Tenant, number: str) -> None:
    assert_error_list(await client.delete(f"/webhooks/{number}", headers=acme.headers), 404, "not_found")
    deliveries = await client.get(f"/webhooks/{number}/deliveries", headers=acme.headers)
    assert_error_list(deliveries, 404, "not_found")


async def test_R83_webhook_of_another_workspace_is_unknown(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant
) -> None:
    theirs = await make(client, globex)
    for method, path in (("DELETE", ""), ("GET", "/deliveries")):
        url = f"/webhooks/{theirs['id']}{path}"
        assert_error_list(await client.request(method, url, headers=acme.headers), 404, "not_found")
    assert len((await client.get("/webhooks", headers=globex.headers)).json()["data"]) == 1
