"""Many requests at once, over HTTP, on both databases: nobody is made twice, and no change is lost. Rule R50."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import Connection

from app.attributes.operations import attributes_of
from support.claims import assert_error_list
from support.rest import Tenant, make_tenant, rest_app
from support.serving import Served, serving, settings_in


@pytest.fixture(params=["sqlite", "postgres"])
def environ(request: pytest.FixtureRequest) -> dict[str, str]:
    if request.param == "sqlite":
        return {}
    return {"DATABASE_URL": request.getfixturevalue("postgres_url")}


@pytest_asyncio.fixture
async def server(tmp_path: Path, environ: dict[str, str]) -> AsyncIterator[Served]:
    async with serving(settings_in(tmp_path, **environ), make_app=rest_app) as served:
        yield served


def together(client: httpx2.AsyncClient, tenant: Tenant, method: str, path: str, bodies: list[Any]) -> Any:
    return asyncio.gather(
        *(client.request(method, path, headers=tenant.headers, json=body) for body in bodies)
    )


@pytest.mark.parametrize(
    "body",
    [{"email": "ada@example.com"}, {"external_id": "42"}, {"external_id": "42", "email": "a@example.com"}],
)
async def test_R50_ten_creates_of_one_user_make_one(
    client: httpx2.AsyncClient, acme: Tenant, body: dict[str, str]
) -> None:
    answers = await together(client, acme, "POST", "/contacts", [body] * 10)
    [made] = [answer.json() for answer in answers if answer.status_code == 200]
    for answer in answers:
        if answer.status_code != 200:
            assert_error_list(answer, 409, "conflict", f"already exists with id={made['id']}")
    listed = await client.get("/contacts", headers=acme.headers)
    assert [contact["id"] for contact in listed.json()["data"]] == [made["id"]]


async def test_R50_ten_leads_of_one_email_are_ten(client: httpx2.AsyncClient, acme: Tenant) -> None:
    body = {"role": "lead", "email": "ada@example.com"}
    answers = await together(client, acme, "POST", "/contacts", [body] * 10)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 10


async def test_R50_of_ten_leads_that_become_one_user_one_does(
    client: httpx2.AsyncClient, acme: Tenant
) -> None:
    leads = await together(
        client, acme, "POST", "/contacts", [{"role": "lead", "email": "ada@example.com"}] * 10
    )
    answers = await asyncio.gather(
        *(
            client.put(f"/contacts/{lead.json()['id']}", headers=acme.headers, json={"role": "user"})
            for lead in leads
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9


async def test_parallel_changes_of_different_fields_lose_none(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    def names(conn: Connection) -> list[str]:
        return [
            name
            for name, known in attributes_of(conn, acme.app_id, "contact").items()
            if known.type == "string"
        ]

    attributes = await server.state.database.read(names)
    assert len(attributes) >= 3
    made = (await client.post("/contacts", headers=acme.headers, json={"external_id": "42"})).json()
    changes: list[dict[str, Any]] = [{"custom_attributes": {name: name}} for name in attributes]
    changes += [{"name": "Ada"}, {"phone": "+1"}, {"email": "ada@example.com"}, {"language_override": "en"}]
    answers = await together(client, acme, "PUT", f"/contacts/{made['id']}", changes)
    assert {answer.status_code for answer in answers} == {200}
    after = (await client.get(f"/contacts/{made['id']}", headers=acme.headers)).json()
    assert after["custom_attributes"] == {name: name for name in attributes}
    assert (after["name"], after["phone"], after["email"]) == ("Ada", "+1", "ada@example.com")
    assert after["language_override"] == "en"


async def test_R62_of_ten_creates_over_a_destroyed_user_one_gets_the_ids(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    body = {"external_id": "42", "email": "ada@example.com"}
    made = (await client.post("/contacts", headers=acme.headers, json=body)).json()
    await client.delete(f"/contacts/{made['id']}", headers=acme.headers)
    server.clock.advance(7 * 86_400)
    answers = await together(client, acme, "POST", "/contacts", [body] * 10)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert made["id"] not in {answer.json().get("id") for answer in answers}


async def test_R83_two_workspaces_may_have_the_same_user(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    other = await make_tenant(server, "Initech")
    for tenant in (acme, other):
        answer = await client.post("/contacts", headers=tenant.headers, json={"external_id": "42"})
        assert answer.status_code == 200
