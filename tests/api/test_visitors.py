"""Visitors over REST, on a running server."""

from typing import Any

import httpx2
import pytest

from support.claims import assert_error_list
from support.rest import AddContact, Tenant
from support.serving import START, Served

BROWSER = "3ecf64d0-9ed1-4e9f-88e1-da7d6e6782f3"


@pytest.fixture
async def visitor(acme: Tenant, add_contact: AddContact) -> str:
    return await add_contact(acme, role="visitor", anonymous_id=BROWSER)


async def convert(
    client: httpx2.AsyncClient, tenant: Tenant, user: dict[str, Any], type_: str = "user"
) -> Any:
    body = {"visitor": {"user_id": BROWSER}, "user": user, "type": type_}
    return await client.post("/visitors/convert", headers=tenant.headers, json=body)


async def test_a_visitor_is_read_as_described(client: httpx2.AsyncClient, acme: Tenant, visitor: str) -> None:
    response = await client.get(f"/visitors?user_id={BROWSER}", headers=acme.headers)
    now = int(START)
    assert (response.status_code, response.json()) == (
        200,
        {
            "type": "visitor",
            "id": visitor,
            "user_id": BROWSER,
            "anonymous": True,
            "email": "",
            "phone": None,
            "name": None,
            "pseudonym": "Pink Stereo",
            "avatar": {"type": "avatar", "image_url": None},
            "app_id": acme.app_id,
            "companies": {"type": "company.list", "companies": []},
            "location_data": {},
            "last_request_at": None,
            "created_at": now,
            "remote_created_at": now,
            "signed_up_at": now,
            "updated_at": now,
            "session_count": 0,
            "social_profiles": {"type": "social_profile.list", "social_profiles": []},
            "owner_id": None,
            "unsubscribed_from_emails": False,
            "marked_email_as_spam": False,
            "has_hard_bounced": False,
            "tags": {"type": "tag.list", "tags": []},
            "segments": {"type": "segment.list", "segments": []},
            "custom_attributes": {},
            "referrer": None,
            "utm_campaign": None,
            "utm_content": None,
            "utm_medium": None,
            "utm_source": None,
            "utm_term": None,
            "do_not_track": None,
            "presence": {"online": False, "since": None, "last_seen_at": None},
        },
    )


@pytest.mark.parametrize("by", ["id", "user_id"])
async def test_a_visitor_is_given_a_name(
    client: httpx2.AsyncClient, acme: Tenant, visitor: str, by: str
) -> None:
    body = {by: visitor if by == "id" else BROWSER, "name": "Gareth Bale"}
    response = await client.put("/visitors", headers=acme.headers, json=body)
    assert response.status_code == 200
    assert (response.json()["id"], response.json()["name"]) == (visitor, "Gareth Bale")


async def test_a_visitor_is_told_with_its_companies(
    client: httpx2.AsyncClient, acme: Tenant, visitor: str
) -> None:
    made = await client.post("/companies", headers=acme.headers, json={"company_id": "k", "name": "Kappa"})
    attach = f"/contacts/{visitor}/companies"
    attached = (await client.post(attach, headers=acme.headers, json={"id": made.json()["id"]})).json()
    told = {"type": "company.list", "companies": [attached]}
    read = await client.get(f"/visitors?user_id={BROWSER}", headers=acme.headers)
    assert read.json()["companies"] == told
    changed = await client.put("/visitors", headers=acme.headers, json={"id": visitor, "name": "Gareth"})
    assert changed.json()["companies"] == told


async def test_a_visitor_becomes_a_user(client: httpx2.AsyncClient, acme: Tenant, visitor: str) -> None:
    response = await convert(client, acme, {"email": "foo@bar.com"})
    assert response.status_code == 200
    contact = response.json()
    assert (contact["type"], contact["id"], contact["role"]) == ("contact", visitor, "user")
    assert contact["email"] == "foo@bar.com"
    response = await client.get(f"/visitors?user_id={BROWSER}", headers=acme.headers)
    assert_error_list(response, 404, "not_found", "Visitor Not Found")


async def test_a_visitor_goes_up_in_a_user_and_its_pages_are_told(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact, visitor: str
) -> None:
    ada = await add_contact(acme, external_id="42")
    server.state.tracker.ping(acme.app_id, visitor, START)  # type: ignore[arg-type]
    response = await convert(client, acme, {"user_id": "42"})
    assert (response.status_code, response.json()["id"]) == (200, ada)
    assert_error_list(
        await client.get(f"/contacts/{visitor}", headers=acme.headers), 404, "not_found", "User Not Found"
    )
    assert server.state.tracker.online_count(acme.app_id) == 0


async def test_a_visitor_becomes_a_lead(client: httpx2.AsyncClient, acme: Tenant, visitor: str) -> None:
    contact = (await convert(client, acme, {"email": "foo@bar.com"}, "lead")).json()
    assert (contact["id"], contact["role"], contact["email"]) == (visitor, "lead", "foo@bar.com")


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/visitors", None, "parameter_not_found"),
        ("PUT", "/visitors", {"name": "a"}, "parameter_not_found"),
        ("PUT", "/visitors", {"user_id": BROWSER, "name": 7}, "parameter_invalid"),
        ("PUT", "/visitors", {"user_id": BROWSER, "custom_attributes": {"unknown": 1}}, "parameter_invalid"),
        ("POST", "/visitors/convert", {}, "parameter_not_found"),
        ("POST", "/visitors/convert", {"type": "ghost", "user": {}, "visitor": {}}, "parameter_invalid"),
        (
            "POST",
            "/visitors/convert",
            {"type": "user", "user": {}, "visitor": {"user_id": BROWSER}},
            "parameter_not_found",
        ),
    ],
)
async def test_what_can_not_be_taken_is_refused(
    client: httpx2.AsyncClient, acme: Tenant, visitor: str, method: str, path: str, body: Any, code: str
) -> None:
    assert_error_list(await client.request(method, path, headers=acme.headers, json=body), 400, code)


async def test_R83_another_workspaces_visitor_is_as_unknown_as_none(
    client: httpx2.AsyncClient, globex: Tenant, visitor: str
) -> None:
    for whose in ({"user_id": BROWSER}, {"id": visitor}, {"user_id": "fail"}, {"id": "x"}):
        for response in (
            await client.get("/visitors", headers=globex.headers, params=whose),
            await client.put("/visitors", headers=globex.headers, json=whose | {"name": "Christian Fail"}),
            await client.post(
                "/visitors/convert",
                headers=globex.headers,
                json={"type": "user", "user": {"user_id": "42"}, "visitor": whose},
            ),
        ):
            assert_error_list(response, 404, "not_found", "Visitor Not Found")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/visitors"), ("PUT", "/visitors"), ("POST", "/visitors/convert")]
)
async def test_nothing_is_told_without_a_token(client: httpx2.AsyncClient, method: str, path: str) -> None:
    assert_error_list(await client.request(method, path), 401, "unauthorized", "Access Token Invalid")
