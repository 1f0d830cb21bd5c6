"""``POST /conversations/search`` on a running server."""

from typing import Any

import httpx2
import pytest

from support.claims import assert_error_list
from support.rest import AddContact, Tenant

Http = httpx2.AsyncClient
OPEN = {"field": "open", "operator": "=", "value": True}


async def search(http: Http, tenant: Tenant, **body: Any) -> dict[str, Any]:
    response = await http.post("/conversations/search", headers=tenant.headers, json=body)
    assert response.status_code == 200, response.text
    answered: dict[str, Any] = response.json()
    return answered


async def begin(http: Http, tenant: Tenant, contact_id: str) -> str:
    sent = {"from": {"type": "user", "id": contact_id}, "body": "I need support"}
    response = await http.post("/conversations", headers=tenant.headers, json=sent)
    return str(response.json()["conversation_id"])


async def test_conversations_are_found_page_by_page(
    client: Http, acme: Tenant, add_contact: AddContact
) -> None:
    joe = await add_contact(acme)
    made = [await begin(client, acme, joe) for _ in range(3)]
    query = {
        "operator": "AND",
        "value": [OPEN, {"field": "source.body", "operator": "=", "value": "support"}],
    }
    first = await search(client, acme, query=query, pagination={"per_page": 2})
    assert (first["type"], first["total_count"]) == ("conversation.list", 3)
    assert first["pages"]["per_page"] == 2
    after = first["pages"]["next"]["starting_after"]
    second = await search(client, acme, query=query, pagination={"per_page": 2, "starting_after": after})
    assert "next" not in second["pages"]
    assert [one["id"] for page in (first, second) for one in page["conversations"]] == made[::-1]


async def test_R83_another_workspaces_conversations_are_not_found(
    client: Http, acme: Tenant, globex: Tenant, add_contact: AddContact
) -> None:
    await begin(client, acme, await add_contact(acme))
    assert (await search(client, globex, query=OPEN))["total_count"] == 0


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        ({}, "parameter_not_found", "query is missing"),
        ({"query": []}, "parameter_invalid", "query must be an object"),
        ({"query": {"field": "nope", "operator": "=", "value": 1}}, "invalid_field", "no such field"),
        ({"query": OPEN | {"operator": ">"}}, "parameter_invalid", "takes ="),
        ({"query": {"field": "created_at", "operator": ">", "value": "foobar"}}, "parameter_invalid", "date"),
        ({"query": {"operator": "AND", "value": [OPEN] * 16}}, "parameter_invalid", "at most 15"),
        ({"query": OPEN, "pagination": "x"}, "parameter_invalid", "pagination must be an object"),
        ({"query": OPEN, "pagination": {"per_page": 151}}, "parameter_invalid", "per_page"),
        ({"query": OPEN, "pagination": {"starting_after": "x"}}, "parameter_invalid", "starting_after"),
    ],
)
async def test_what_is_no_search_is_refused(
    client: Http, acme: Tenant, body: dict[str, Any], code: str, says: str
) -> None:
    response = await client.post("/conversations/search", headers=acme.headers, json=body)
    assert_error_list(response, 400, code, says)


async def test_nothing_without_a_token(client: Http) -> None:
    response = await client.post("/conversations/search", json={"query": OPEN})
    assert_error_list(response, 401, "unauthorized", "Access Token Invalid")
