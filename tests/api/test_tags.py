"""Tags over REST, on a running server."""

from typing import Any

import httpx2
import pytest

from support.claims import assert_error_list
from support.rest import AddContact, Tenant
from support.serving import START

NOBODY = "0" * 24


async def make(
    client: httpx2.AsyncClient, tenant: Tenant, name: str = "Manual tag", **body: Any
) -> dict[str, Any]:
    response = await client.post("/tags", headers=tenant.headers, json={"name": name} | body)
    assert response.status_code == 200, response.text
    tag: dict[str, Any] = response.json()
    return tag


async def test_a_tag_is_made_read_listed_and_deleted(client: httpx2.AsyncClient, acme: Tenant) -> None:
    tag = await make(client, acme)
    assert tag == {"type": "tag", "id": tag["id"], "name": "Manual tag"}
    assert await make(client, acme, "MANUAL TAG") == tag
    url = f"/tags/{tag['id']}"
    assert (await client.get(url, headers=acme.headers)).json() == tag
    assert (await client.get("/tags", headers=acme.headers)).json() == {"type": "list", "data": [tag]}
    gone = await client.delete(url, headers=acme.headers)
    assert (gone.status_code, gone.content) == (200, b"")
    for again in (
        await client.get(url, headers=acme.headers),
        await client.delete(url, headers=acme.headers),
    ):
        assert_error_list(again, 404, "not_found", "Resource Not Found")


async def test_the_id_of_a_deleted_tag_never_names_another(client: httpx2.AsyncClient, acme: Tenant) -> None:
    deleted = await make(client, acme, "Gone")
    await client.delete(f"/tags/{deleted['id']}", headers=acme.headers)
    assert (await make(client, acme, "New"))["id"] != deleted["id"]


async def test_a_tag_is_renamed_by_its_id(client: httpx2.AsyncClient, acme: Tenant) -> None:
    tag = await make(client, acme)
    await make(client, acme, "Other")
    assert await make(client, acme, "New", id=tag["id"]) == tag | {"name": "New"}
    response = await client.post("/tags", headers=acme.headers, json={"id": tag["id"], "name": "other"})
    assert_error_list(response, 409, "conflict")


async def test_R44_a_segment_keeps_its_people_when_the_tag_it_names_is_renamed(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    tag, ada = await make(client, acme, "VIP"), await add_contact(acme)
    await client.post(f"/contacts/{ada}/tags", headers=acme.headers, json={"id": tag["id"]})
    body = {"name": "Guests", "filter": {"field": "tag", "operator": "is", "value": "vip"}}
    saved = (await client.post("/segments", headers=acme.headers, json=body)).json()
    await make(client, acme, "Gold", id=tag["id"])
    url = f"/segments/{saved['id']}?include_count=true"
    segment = (await client.get(url, headers=acme.headers)).json()
    assert (segment["filter"]["value"], segment["count"]) == ("Gold", 1)


async def test_a_contact_is_tagged_and_untagged(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    tag, ada = await make(client, acme), await add_contact(acme)
    url = f"/contacts/{ada}/tags"
    expected = tag | {"applied_at": int(START), "applied_by": None}
    for given in (tag["id"], int(tag["id"])):
        response = await client.post(url, headers=acme.headers, json={"id": given})
        assert (response.status_code, response.json()) == (200, expected)
    assert (await client.get(url, headers=acme.headers)).json() == {"type": "list", "data": [expected]}
    contact = (await client.get(f"/contacts/{ada}", headers=acme.headers)).json()
    assert contact["tags"]["data"] == [{"type": "tag", "id": tag["id"], "url": f"/tags/{tag['id']}"}]
    response = await client.delete(f"{url}/{tag['id']}", headers=acme.headers)
    assert (response.status_code, response.json()) == (200, expected)
    response = await client.delete(f"{url}/{tag['id']}", headers=acme.headers)
    assert_error_list(response, 404, "not_found", "Resource Not Found")


async def test_companies_and_users_are_tagged_or_nothing_is(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_contact(acme)
    company = (await client.post("/companies", headers=acme.headers, json={"company_id": "6"})).json()
    tag = await make(client, acme, "test", companies=[{"company_id": "6"}], users=[{"id": ada}])
    read = (await client.get(f"/companies/{company['id']}", headers=acme.headers)).json()
    assert read["tags"]["tags"] == [tag]
    for body, code, message in (
        (
            {"companies": [{"company_id": "6"}, {"company_id": "123"}]},
            "company_not_found",
            "Company Not Found",
        ),
        ({"users": [{"id": ada}, {"id": "123"}]}, "not_found", "User Not Found"),
    ):
        response = await client.post("/tags", headers=acme.headers, json={"name": "half"} | body)
        assert_error_list(response, 404, code, message)
    assert (await client.get("/tags", headers=acme.headers)).json()["data"] == [tag]


@pytest.mark.parametrize("body", [{"test": "invalid"}, {}, {"name": ""}, {"name": "a", "users": [[]]}])
async def test_what_is_no_order_is_refused(client: httpx2.AsyncClient, acme: Tenant, body: Any) -> None:
    assert_error_list(await client.post("/tags", headers=acme.headers, json=body), 400, "parameter_invalid")


@pytest.mark.parametrize("content", [b"", b"null", b"{}"])
async def test_a_tag_has_to_be_named(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact, content: bytes
) -> None:
    url = f"/contacts/{await add_contact(acme)}/tags"
    response = await client.post(url, headers=acme.headers, content=content)
    assert_error_list(response, 400, "parameter_not_found", "tag not specified: id is missing")


async def test_R83_another_workspaces_tag_or_contact_is_as_unknown_as_none(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant, add_contact: AddContact
) -> None:
    tag, theirs = await make(client, acme), await make(client, globex)
    ours, their_contact = await add_contact(acme), await add_contact(globex)
    for tag_id in (theirs["id"], "999999", "x", "9" * 40, "0"):
        for method, path, body in (
            ("GET", f"/tags/{tag_id}", None),
            ("DELETE", f"/tags/{tag_id}", None),
            ("POST", "/tags", {"id": tag_id, "name": "mine"}),
            ("POST", f"/contacts/{ours}/tags", {"id": tag_id}),
            ("DELETE", f"/contacts/{ours}/tags/{tag_id}", None),
        ):
            response = await client.request(method, path, headers=acme.headers, json=body)
            assert_error_list(response, 404, "not_found", "Resource Not Found")
    for contact_id in (their_contact, NOBODY, "x"):
        url = f"/contacts/{contact_id}/tags"
        for response in (
            await client.get(url, headers=acme.headers),
            await client.post(url, headers=acme.headers, json={"id": tag["id"]}),
            await client.delete(f"{url}/{tag['id']}", headers=acme.headers),
        ):
            assert_error_list(response, 404, "not_found", "User Not Found")
    assert (await client.get("/tags", headers=globex.headers)).json()["data"] == [theirs]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/tags"),
        ("POST", "/tags"),
        ("GET", "/tags/1"),
        ("DELETE", "/tags/1"),
        ("GET", f"/contacts/{NOBODY}/tags"),
        ("POST", f"/contacts/{NOBODY}/tags"),
        ("DELETE", f"/contacts/{NOBODY}/tags/1"),
    ],
)
async def test_nothing_is_told_without_a_token(client: httpx2.AsyncClient, method: str, path: str) -> None:
    assert_error_list(await client.request(method, path), 401, "unauthorized", "Access Token Invalid")
