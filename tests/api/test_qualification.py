"""A contact's qualification data over HTTP. Rules R31 to R33."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, select

from app.contacts.drafts import read_draft
from app.contacts.operations import change_contact
from app.ids import ContactId
from app.storage.tables import audit_log
from app.trail.records import Actor
from support.claims import assert_error_list
from support.rest import Tenant
from support.serving import START, Served

NOBODY = "f" * 24


async def make(client: httpx2.AsyncClient, tenant: Tenant, **attributes: Any) -> ContactId:
    body = {"external_id": "1", "custom_attributes": attributes}
    response = await client.post("/contacts", headers=tenant.headers, json=body)
    assert response.status_code == 200, response.json()
    return ContactId(response.json()["id"])


async def set_by_hand(server: Served, tenant: Tenant, contact_id: ContactId, **attributes: Any) -> None:
    """What the dashboard does."""

    def work(conn: Connection) -> None:
        draft = read_draft({"custom_attributes": attributes})
        admin = Actor("admin", "7")
        change_contact(conn, tenant.app_id, contact_id, draft, actor=admin, now=START + 5, source="manual")

    await server.state.database.write(work)


async def shown(client: httpx2.AsyncClient, tenant: Tenant, contact_id: str) -> dict[str, dict[str, Any]]:
    response = await client.get(f"/contacts/{contact_id}/qualification", headers=tenant.headers)
    assert response.status_code == 200, response.json()
    return {one["attribute"]: one for one in response.json()["data"]}


async def resync(
    client: httpx2.AsyncClient, tenant: Tenant, contact_id: str, name: str = "company_size"
) -> httpx2.Response:
    return await client.post(f"/contacts/{contact_id}/qualification/{name}/resync", headers=tenant.headers)


async def test_R33_each_value_is_shown_with_its_source(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    contact_id = await make(client, acme, company_name="Acme")
    await set_by_hand(server, acme, contact_id, company_size=200)
    values = await shown(client, acme, contact_id)
    assert list(values) == ["company_name", "company_size", "company_website", "company_industry"]
    assert values["company_name"]["source"] == "rest"
    assert values["company_name"]["by"].startswith("token:")
    assert values["company_size"] == {
        "type": "qualification",
        "attribute": "company_size",
        "label": "Company size",
        "data_type": "integer",
        "value": 200,
        "source": "manual",
        "by": "admin:7",
        "at": int(START) + 5,
        "locked": True,
        "lost": [],
    }
    assert values["company_website"]["source"] == "empty"
    assert values["company_website"]["value"] is None


async def test_R32_a_resync_clears_the_value_and_its_lock(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    contact_id = await make(client, acme)
    await set_by_hand(server, acme, contact_id, company_size=200)
    response = await resync(client, acme, contact_id)
    assert response.status_code == 200
    value = (await shown(client, acme, contact_id))["company_size"]
    assert (value["value"], value["source"], value["locked"]) == (None, "empty", False)
    assert value == response.json()["data"][1]
    # Once more changes nothing.
    assert (await resync(client, acme, contact_id)).json() == response.json()


async def test_R32_what_was_not_set_by_hand_stays(client: httpx2.AsyncClient, acme: Tenant) -> None:
    contact_id = await make(client, acme, company_size=50)
    response = await resync(client, acme, contact_id)
    assert response.json()["data"][1]["value"] == 50


async def test_R82_a_look_and_a_resync_are_on_the_audit_log(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    contact_id = await make(client, acme)
    await set_by_hand(server, acme, contact_id, company_size=200)
    await shown(client, acme, contact_id)
    await resync(client, acme, contact_id)
    await resync(client, acme, contact_id)
    statement = select(audit_log.c.action, audit_log.c.subject_id).order_by(audit_log.c.id)
    rows = await server.state.database.read(lambda conn: [tuple(row) for row in conn.execute(statement)])
    assert rows[2:] == [
        ("contact.viewed", contact_id),
        ("contact.resynced", contact_id),
        ("contact.resynced", contact_id),
    ]


@pytest.mark.parametrize("contact_id", [NOBODY, "x", "F" * 24])
async def test_who_does_not_exist_has_none(client: httpx2.AsyncClient, acme: Tenant, contact_id: str) -> None:
    response = await client.get(f"/contacts/{contact_id}/qualification", headers=acme.headers)
    assert_error_list(response, 404, "not_found", "User Not Found")
    assert_error_list(await resync(client, acme, contact_id), 404, "not_found", "User Not Found")


async def test_an_attribute_that_does_not_exist_is_not_found(
    client: httpx2.AsyncClient, acme: Tenant
) -> None:
    contact_id = await make(client, acme)
    assert_error_list(
        await resync(client, acme, contact_id, "nothing"), 404, "not_found", "Resource Not Found"
    )


async def test_R83_nobody_of_another_workspace_is_shown_or_changed(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, globex: Tenant
) -> None:
    theirs = await make(client, globex)
    await set_by_hand(server, globex, theirs, company_size=200)
    response = await client.get(f"/contacts/{theirs}/qualification", headers=acme.headers)
    assert_error_list(response, 404, "not_found", "User Not Found")
    assert_error_list(await resync(client, acme, theirs), 404, "not_found", "User Not Found")
    assert (await shown(client, globex, theirs))["company_size"]["value"] == 200


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "qualification"), ("POST", "qualification/company_size/resync")]
)
async def test_without_a_token_nothing_is_told(client: httpx2.AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, f"/contacts/{NOBODY}/{path}")
    assert_error_list(response, 401, "unauthorized", "Access Token Invalid")
