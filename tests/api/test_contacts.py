"""Contacts over HTTP, as a script sees them."""

import json
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from sqlalchemy import select

from app.storage.tables import audit_log
from support.claims import assert_error_list
from support.rest import AddContact, Tenant
from support.serving import START, Served
from support.trail import looks

NOBODY = "f" * 24
EXAMPLE = {"external_id": "42", "email": "ada@example.com", "name": "Ada Okonkwo"}


async def create(client: httpx2.AsyncClient, tenant: Tenant, **body: Any) -> dict[str, Any]:
    response = await client.post("/contacts", headers=tenant.headers, json=body)
    assert response.status_code == 200, response.json()
    made: dict[str, Any] = response.json()
    return made


async def actions(server: Served) -> list[str]:
    statement = select(audit_log.c.action).order_by(audit_log.c.id)
    return await server.state.database.read(lambda conn: list(conn.execute(statement).scalars()))


async def test_a_contact_is_created_read_and_changed(client: httpx2.AsyncClient, acme: Tenant) -> None:
    made = await create(client, acme, **EXAMPLE)
    assert made["type"] == "contact"
    assert made["role"] == "user"
    assert made["workspace_id"] == acme.app_id
    assert made["presence"] == {"online": False, "since": None, "last_seen_at": None}
    read = await client.get(f"/contacts/{made['id']}", headers=acme.headers)
    assert read.json() == made
    changed = await client.put(
        f"/contacts/{made['id']}",
        headers=acme.headers,
        json={"phone": "+1", "avatar": {"type": "avatar", "image_url": "https://a.example/b.png"}},
    )
    assert changed.status_code == 200
    assert changed.json() == made | {
        "phone": "+1",
        "avatar": {"type": "avatar", "image_url": "https://a.example/b.png"},
    }


async def test_what_was_answered_can_be_sent_back(client: httpx2.AsyncClient, acme: Tenant) -> None:
    made = await create(client, acme, **EXAMPLE)
    again = await client.put(f"/contacts/{made['id']}", headers=acme.headers, json=made)
    assert again.json() == made


async def test_presence_is_what_the_tracker_knows(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    made = await create(client, acme, **EXAMPLE)
    server.state.tracker.ping(acme.app_id, made["id"], START)
    read = (await client.get(f"/contacts/{made['id']}", headers=acme.headers)).json()
    assert read["presence"] == {"online": True, "since": int(START), "last_seen_at": int(START)}
    assert read["last_seen_at"] == int(START)


@pytest.mark.parametrize(
    "external_id", ["42", "a/b", "/a//b/", "a b?c#d&e=f", "é王", "a%2Fb", "a+b", "{x}", "a\nb", "a\n"]
)
async def test_a_user_is_found_by_any_external_id(
    client: httpx2.AsyncClient, acme: Tenant, external_id: str
) -> None:
    made = await create(client, acme, external_id=external_id)
    path = f"/contacts/find_by_external_id/{quote(external_id, safe='')}"
    found = await client.get(path, headers=acme.headers)
    assert found.json() == made


@pytest.mark.parametrize("path", ["", "%00", "%ED%A0%80", "%ff", "nobody"])
async def test_an_external_id_of_nobody_is_not_found(
    client: httpx2.AsyncClient, acme: Tenant, path: str
) -> None:
    response = await client.get(f"/contacts/find_by_external_id/{path}", headers=acme.headers)
    assert_error_list(response, 404, "not_found", "User Not Found")


async def test_R50_a_double_is_refused_with_the_id_of_the_first(
    client: httpx2.AsyncClient, acme: Tenant
) -> None:
    made = await create(client, acme, **EXAMPLE)
    response = await client.post("/contacts", headers=acme.headers, json={"email": "ADA@example.com"})
    message = f"A contact matching those details already exists with id={made['id']}"
    assert_error_list(response, 409, "conflict", message)


async def test_the_list_is_read_page_by_page(
    client: httpx2.AsyncClient, acme: Tenant, server: Served
) -> None:
    made = [await create(client, acme, external_id=str(number)) for number in range(5)]
    first = (await client.get("/contacts?per_page=3", headers=acme.headers)).json()
    assert (first["type"], first["total_count"], len(first["data"])) == ("list", 5, 3)
    assert first["pages"]["total_pages"] == 2
    # Who comes in between is on no later page.
    server.clock.advance(1)
    await create(client, acme, external_id="late")
    cursor = first["pages"]["next"]["starting_after"]
    second = (await client.get(f"/contacts?per_page=3&starting_after={cursor}", headers=acme.headers)).json()
    assert {one["id"] for one in first["data"] + second["data"]} == {one["id"] for one in made}
    assert second["pages"]["page"] == 2
    assert "next" not in second["pages"]
    assert second["data"][0] in made


async def test_an_empty_list_is_answered_as_the_description_shows_it(
    client: httpx2.AsyncClient, acme: Tenant
) -> None:
    response = await client.get("/contacts?per_page=10", headers=acme.headers)
    assert response.json() == {
        "type": "list",
        "data": [],
        "total_count": 0,
        "pages": {"type": "pages", "page": 1, "per_page": 10, "total_pages": 0},
    }


async def test_visitors_are_not_listed_but_are_shown_by_their_id(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    visitor = await add_contact(acme, role="visitor")
    assert (await client.get("/contacts", headers=acme.headers)).json()["data"] == []
    shown = await client.get(f"/contacts/{visitor}", headers=acme.headers)
    assert shown.json()["role"] == "visitor"


@pytest.mark.parametrize(
    "query", ["per_page=0", "per_page=151", "per_page=x", "starting_after=x", "starting_after=WzEsMV0"]
)
async def test_a_page_that_can_not_be_is_refused(
    client: httpx2.AsyncClient, acme: Tenant, query: str
) -> None:
    response = await client.get(f"/contacts?{query}", headers=acme.headers)
    assert_error_list(response, 400, "parameter_invalid", query.partition("=")[0])


@pytest.mark.parametrize(
    ("body", "status", "code", "message"),
    [
        (b"", 400, "parameter_invalid", ""),
        (b"{", 400, "parameter_invalid", ""),
        (b"[]", 400, "parameter_invalid", "object"),
        (b'"x"', 400, "parameter_invalid", "object"),
        (b"\xff", 400, "parameter_invalid", "UTF-8"),
        (b'{"email": NaN}', 400, "parameter_invalid", ""),
        (b'{"external_id": "\\ud800"}', 400, "parameter_invalid", ""),
        (b'{"external_id": "\\u0000"}', 400, "parameter_invalid", ""),
        (b'{"external_id": ' + b"9" * 400 + b"}", 400, "parameter_invalid", "external_id"),
        (b"{" + b'"a": {' * 2_000 + b"}" * 2_001, 400, "parameter_invalid", ""),
        (b"{}", 400, "parameter_not_found", "email, external_id or role"),
        (b'{"role": "user"}', 400, "parameter_not_found", "external_id or email"),
        (b'{"email": "nobody"}', 400, "parameter_invalid", "email is no email address"),
        (b'{"email": "a@example.com", "owner_id": 12}', 400, "parameter_invalid", "owner_id"),
        (b'{"email": "a@example.com", "custom_attributes": {"x y": 1}}', 400, "parameter_invalid", "x y"),
    ],
)
async def test_a_body_that_makes_nobody_is_refused_and_leaves_nothing(
    client: httpx2.AsyncClient, acme: Tenant, body: bytes, status: int, code: str, message: str
) -> None:
    response = await client.post("/contacts", headers=acme.headers, content=body)
    assert_error_list(response, status, code, message)
    assert (await client.get("/contacts", headers=acme.headers)).json()["total_count"] == 0


ROUTES = [
    ("GET", "/contacts"),
    ("POST", "/contacts"),
    ("GET", "/contacts/{id}"),
    ("PUT", "/contacts/{id}"),
    ("GET", "/contacts/find_by_external_id/42"),
    ("DELETE", "/contacts/{id}"),
    ("POST", "/contacts/{id}/restore"),
    ("POST", "/contacts/{id}/archive"),
    ("POST", "/contacts/{id}/unarchive"),
    ("POST", "/contacts/{id}/block"),
]
OF_ONE = [(method, path) for method, path in ROUTES if path not in {"/contacts"}]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_R81_each_route_needs_a_token(client: httpx2.AsyncClient, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        response = await client.request(method, path.format(id=NOBODY), headers=headers, content=b"{}")
        assert_error_list(response, 401, "unauthorized", "Access Token Invalid")


@pytest.mark.parametrize(("method", "path"), OF_ONE)
async def test_R83_another_workspace_s_contact_is_as_unknown_as_nobody(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant, method: str, path: str
) -> None:
    made = await create(client, acme, external_id="42")
    answers = []
    for contact_id in (made["id"], NOBODY, "nonsense", "9" * 30):
        url = path.format(id=contact_id)
        response = await client.request(method, url, headers=globex.headers, content=b'{"name": "x"}')
        assert_error_list(response, 404, "not_found", "User Not Found")
        answers.append(json.dumps(response.json()["errors"]))
    assert len(set(answers)) == 1
    read = await client.get(f"/contacts/{made['id']}", headers=acme.headers)
    assert read.json() == made


async def test_R82_views_and_changes_are_on_the_log(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    made = await create(client, acme, external_id="42")
    await client.get(f"/contacts/{made['id']}", headers=acme.headers)
    await client.get("/contacts/find_by_external_id/42", headers=acme.headers)
    await client.get("/contacts", headers=acme.headers)
    await client.get(f"/contacts/{NOBODY}", headers=acme.headers)
    await client.put(f"/contacts/{made['id']}", headers=acme.headers, json={"name": "Ada"})
    assert await actions(server) == [
        "contact.created",
        "contact.viewed",
        "contact.viewed",
        "contact.listed",
        "contact.updated",
    ]


async def test_R82_a_list_is_on_the_log_with_everybody_on_its_page(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    made = [(await create(client, acme, external_id=str(number)))["id"] for number in range(3)]
    listed = await client.get("/contacts?per_page=2", headers=acme.headers)
    shown = [contact["id"] for contact in listed.json()["data"]]
    assert set(shown) < set(made)
    assert await looks(server, "contact.listed") == [{"ids": shown}]
