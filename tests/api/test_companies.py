"""Companies over REST, on a running server."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import insert, select

from app.storage.tables import audit_log, contact_companies, data_attributes
from support.claims import assert_error_list
from support.rest import AddContact, Tenant
from support.serving import START, Served
from support.trail import looks

NOBODY = "0" * 24


async def make(client: httpx2.AsyncClient, tenant: Tenant, **body: Any) -> dict[str, Any]:
    response = await client.post("/companies", headers=tenant.headers, json={"company_id": "6"} | body)
    assert response.status_code == 200, response.text
    shape: dict[str, Any] = response.json()
    return shape


async def attach(server: Served, tenant: Tenant, company_id: str, *people: str) -> None:
    rows = [
        {"app_id": tenant.app_id, "contact_id": one, "company_id": company_id, "attached_at": START + number}
        for number, one in enumerate(people)
    ]
    await server.state.database.write(lambda conn: conn.execute(insert(contact_companies), rows) and None)


async def logged(server: Served) -> list[tuple[str, str | None]]:
    statement = select(audit_log.c.action, audit_log.c.subject_id).order_by(audit_log.c.id)
    return await server.state.database.read(lambda conn: [tuple(row) for row in conn.execute(statement)])


async def test_a_company_is_made_as_described(client: httpx2.AsyncClient, acme: Tenant) -> None:
    body = {"company_id": "company_remote_id", "name": "my company", "remote_created_at": 1374138000}
    shape = await make(client, acme, **body)
    assert shape == {
        "type": "company",
        "company_id": "company_remote_id",
        "id": shape["id"],
        "app_id": acme.app_id,
        "name": "my company",
        "remote_created_at": 1374138000,
        "created_at": int(START),
        "updated_at": int(START),
        "monthly_spend": 0,
        "session_count": 0,
        "user_count": 0,
        "tags": {"type": "tag.list", "tags": []},
        "segments": {"type": "segment.list", "segments": []},
        "plan": {},
        "custom_attributes": {},
    }
    response = await client.get(f"/companies/{shape['id']}", headers=acme.headers)
    assert (response.status_code, response.json()) == (200, shape)


async def test_a_company_is_made_once_and_changed_then(client: httpx2.AsyncClient, acme: Tenant) -> None:
    made = await make(client, acme, name="Blue Sun", plan="Pro", size=100)
    changed = await make(client, acme, name="Red Sun", monthly_spend=155.98)
    assert changed["id"] == made["id"]
    assert (changed["name"], changed["size"], changed["monthly_spend"]) == ("Red Sun", 100, 155)
    assert changed["plan"] == {"type": "plan", "id": changed["plan"]["id"], "name": "Pro"}
    assert changed["plan"] == made["plan"]


async def test_put_changes_what_the_body_gives(client: httpx2.AsyncClient, acme: Tenant) -> None:
    made = await make(client, acme, name="Blue Sun", industry="Ads")
    url = f"/companies/{made['id']}"
    body = {"name": "my company", "website": "http://www.mycompany.com/", "industry": None}
    response = await client.put(url, headers=acme.headers, json=body)
    expected = made | {"name": "my company", "website": "http://www.mycompany.com/"}
    del expected["industry"]
    assert (response.status_code, response.json()) == (200, expected)


async def test_R40_custom_attributes_that_exist_are_taken(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    row = {"app_id": acme.app_id, "model": "company", "name": "seats", "label": "Seats", "type": "integer"}
    row |= {
        "options": [],
        "messenger_writable": True,
        "archived": False,
        "created_at": START,
        "updated_at": START,
    }
    await server.state.database.write(lambda conn: conn.execute(insert(data_attributes), [row]) and None)
    assert (await make(client, acme, custom_attributes={"seats": "9"}))["custom_attributes"] == {"seats": 9}
    body = {"company_id": "7", "custom_attributes": {"seats": 1, "unknown": 1}}
    response = await client.post("/companies", headers=acme.headers, json=body)
    assert_error_list(response, 400, "parameter_invalid", "unknown")
    response = await client.get("/companies?company_id=7", headers=acme.headers)
    assert_error_list(response, 404, "company_not_found", "Company Not Found")


async def test_a_company_that_is_deleted_is_no_more(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    made, ada = await make(client, acme), await add_contact(acme)
    await attach(server, acme, made["id"], ada)
    url = f"/companies/{made['id']}"
    response = await client.delete(url, headers=acme.headers)
    assert (response.status_code, response.json()) == (
        200,
        {"id": made["id"], "object": "company", "deleted": True},
    )
    for again in (
        await client.get(url, headers=acme.headers),
        await client.delete(url, headers=acme.headers),
    ):
        assert_error_list(again, 404, "company_not_found", "Company Not Found")
    response = await client.get(f"/contacts/{ada}/companies", headers=acme.headers)
    assert response.json()["total_count"] == 0


async def test_the_people_of_a_company_come_by_pages(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    made = await make(client, acme)
    ada, joe, gone = await add_contact(acme), await add_contact(acme), await add_contact(acme, listed=False)
    await attach(server, acme, made["id"], ada, joe, gone)
    url = f"/companies/{made['id']}/contacts?per_page=1&page="
    pages = [(await client.get(f"{url}{page}", headers=acme.headers)).json() for page in (1, 2, 3)]
    assert [[contact["id"] for contact in page["data"]] for page in pages] == [[joe], [ada], []]
    assert [page["total_count"] for page in pages] == [2, 2, 2]
    assert pages[1]["pages"] == {"type": "pages", "next": None, "page": 2, "per_page": 1, "total_pages": 2}
    assert pages[0]["data"][0]["type"] == "contact"
    assert pages[0]["data"][0]["companies"]["total_count"] == 1
    response = await client.get(f"/companies/{made['id']}", headers=acme.headers)
    assert response.json()["user_count"] == 2
    assert (await logged(server))[-1] == ("company.contacts_viewed", made["id"])


async def test_a_company_without_people_has_an_empty_list_of_them(
    client: httpx2.AsyncClient, acme: Tenant
) -> None:
    made = await make(client, acme)
    response = await client.get(f"/companies/{made['id']}/contacts", headers=acme.headers)
    pages = {"type": "pages", "next": None, "page": 1, "per_page": 50, "total_pages": 0}
    assert response.json() == {"type": "list", "data": [], "total_count": 0, "pages": pages}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/companies"),
        ("GET", f"/companies/{NOBODY}"),
        ("PUT", f"/companies/{NOBODY}"),
        ("DELETE", f"/companies/{NOBODY}"),
        ("GET", f"/companies/{NOBODY}/contacts"),
    ],
)
async def test_nothing_is_told_without_a_token(client: httpx2.AsyncClient, method: str, path: str) -> None:
    assert_error_list(await client.request(method, path), 401, "unauthorized", "Access Token Invalid")


@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/contacts")])
async def test_R83_another_workspaces_company_is_as_unknown_as_none(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant, method: str, tail: str
) -> None:
    theirs = (await make(client, globex))["id"]
    for given in (theirs, NOBODY, "6", "%00", "x" * 300):
        url = f"/companies/{given}{tail}"
        response = await client.request(
            method, url, headers=acme.headers, json={} if method == "PUT" else None
        )
        assert_error_list(response, 404, "company_not_found", "Company Not Found")
    assert (await client.get(f"/companies/{theirs}", headers=globex.headers)).status_code == 200


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"test": "invalid"}, "bad_request", "bad 'test' parameter"),
        ({"name": "no id"}, "parameter_not_found", "company_id"),
        ({}, "parameter_not_found", "company_id"),
        ({"company_id": "6", "size": -1}, "parameter_invalid", "size"),
        ({"company_id": ["6"]}, "parameter_invalid", "company_id"),
        ({"company_id": "a\0b"}, "parameter_invalid", ""),
        ({"company_id": "6", "custom_attributes": {"deep": {"a": 1}}}, "parameter_invalid", "deep"),
        ([], "parameter_invalid", "object"),
        (None, "parameter_not_found", "company_id"),
    ],
)
async def test_a_body_that_can_not_be_taken_is_refused(
    client: httpx2.AsyncClient, acme: Tenant, body: Any, code: str, message: str
) -> None:
    response = await client.post("/companies", headers=acme.headers, json=body)
    assert_error_list(response, 400, code, message)


async def test_a_company_id_can_not_be_changed(client: httpx2.AsyncClient, acme: Tenant) -> None:
    url = f"/companies/{(await make(client, acme))['id']}"
    response = await client.put(url, headers=acme.headers, json={"company_id": "7"})
    assert_error_list(response, 400, "parameter_invalid", "company_id")
    assert (await client.put(url, headers=acme.headers, json={"company_id": "6"})).status_code == 200


async def test_R82_changes_are_on_the_log(client: httpx2.AsyncClient, server: Served, acme: Tenant) -> None:
    made = await make(client, acme)
    await client.put(f"/companies/{made['id']}", headers=acme.headers, json={"name": "a"})
    await client.delete(f"/companies/{made['id']}", headers=acme.headers)
    actions = [action for action, subject_id in await logged(server) if subject_id == made["id"]]
    assert actions == ["company.created", "company.updated", "company.deleted"]


async def test_R82_whose_data_were_seen_is_on_the_log(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    company = await make(client, acme)
    ada = await add_contact(acme)
    await client.post(f"/contacts/{ada}/companies", headers=acme.headers, json={"id": company["id"]})
    await client.get(f"/companies/{company['id']}/contacts", headers=acme.headers)
    assert await looks(server, "company.contacts_viewed") == [{"ids": [ada]}]
