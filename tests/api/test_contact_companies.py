"""A contact's companies over REST, on a running server."""

from typing import Any

import httpx2
import pytest

from support.claims import assert_error_list
from support.rest import AddContact, Tenant

NOBODY = "0" * 24


async def make(client: httpx2.AsyncClient, tenant: Tenant, company_id: str = "6") -> str:
    response = await client.post("/companies", headers=tenant.headers, json={"company_id": company_id})
    own_id: str = response.json()["id"]
    return own_id


async def test_a_contact_joins_a_company_and_leaves_it(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    ada, six = await add_contact(acme), await make(client, acme)
    url = f"/contacts/{ada}/companies"
    joined = await client.post(url, headers=acme.headers, json={"id": six})
    assert joined.status_code == 200
    assert (joined.json()["type"], joined.json()["id"], joined.json()["user_count"]) == ("company", six, 1)
    listed = (await client.get(url, headers=acme.headers)).json()
    assert listed == {
        "type": "list",
        "data": [joined.json()],
        "companies": [joined.json()],
        "total_count": 1,
        "pages": {"type": "pages", "next": None, "page": 1, "per_page": 50, "total_pages": 1},
    }
    left = await client.delete(f"{url}/{six}", headers=acme.headers)
    assert (left.status_code, left.json()) == (200, joined.json() | {"user_count": 0})
    assert (await client.get(url, headers=acme.headers)).json()["companies"] == []


async def test_pages_end_in_an_empty_one(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_contact(acme)
    for name in "678":
        own_id = await make(client, acme, name)
        await client.post(f"/contacts/{ada}/companies", headers=acme.headers, json={"id": own_id})
    url = f"/contacts/{ada}/companies?per_page=2&page="
    pages = [(await client.get(f"{url}{page}", headers=acme.headers)).json() for page in (1, 2, 3)]
    assert [len(page["companies"]) for page in pages] == [2, 1, 0]
    assert all(page["companies"] == page["data"] for page in pages)
    following = await client.get(pages[0]["pages"]["next"], headers=acme.headers)
    assert following.json() == pages[1]


@pytest.mark.parametrize("content", [b"", b"null", b"{}", b'{"id": null}', b'{"id": ""}'])
async def test_a_company_has_to_be_named(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact, content: bytes
) -> None:
    url = f"/contacts/{await add_contact(acme)}/companies"
    response = await client.post(url, headers=acme.headers, content=content)
    assert_error_list(response, 400, "parameter_not_found", "company not specified: id is missing")


@pytest.mark.parametrize("given", ["123", 123, NOBODY, ["6"], {"id": 1}, True])
async def test_an_unknown_company_is_not_found(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact, given: Any
) -> None:
    url = f"/contacts/{await add_contact(acme)}/companies"
    response = await client.post(url, headers=acme.headers, json={"id": given})
    assert_error_list(response, 404, "company_not_found", "Company Not Found")


async def test_R83_another_workspaces_contact_or_company_is_as_unknown_as_none(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant, add_contact: AddContact
) -> None:
    ours, theirs = await add_contact(acme), await add_contact(globex)
    our_company, their_company = await make(client, acme), await make(client, globex)
    for contact_id in (theirs, NOBODY, "x"):
        url = f"/contacts/{contact_id}/companies"
        for response in (
            await client.get(url, headers=acme.headers),
            await client.post(url, headers=acme.headers, json={"id": our_company}),
            await client.delete(f"{url}/{our_company}", headers=acme.headers),
        ):
            assert_error_list(response, 404, "not_found", "User Not Found")
    url = f"/contacts/{ours}/companies"
    for response in (
        await client.post(url, headers=acme.headers, json={"id": their_company}),
        await client.delete(f"{url}/{their_company}", headers=acme.headers),
        await client.delete(f"{url}/{our_company}", headers=acme.headers),
    ):
        assert_error_list(response, 404, "company_not_found", "Company Not Found")


@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("POST", ""), ("DELETE", f"/{NOBODY}")])
async def test_nothing_is_told_without_a_token(client: httpx2.AsyncClient, method: str, tail: str) -> None:
    response = await client.request(method, f"/contacts/{NOBODY}/companies{tail}")
    assert_error_list(response, 401, "unauthorized", "Access Token Invalid")
