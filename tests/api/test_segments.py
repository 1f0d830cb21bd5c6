"""Segments over REST."""

from typing import Any

import httpx2
import pytest

from support.claims import assert_error_list
from support.rest import AddContact, Tenant
from support.serving import START

BUSY = {"field": "session_count", "operator": "gt", "value": 5}
NOBODY = "f" * 24


async def save(
    client: httpx2.AsyncClient, tenant: Tenant, name: str = "Busy", tree: Any = None
) -> dict[str, Any]:
    body = {"name": name, "filter": tree or BUSY}
    response = await client.post("/segments", headers=tenant.headers, json=body)
    assert response.status_code == 200, response.json()
    made: dict[str, Any] = response.json()
    return made


async def test_R44_a_segment_is_a_saved_filter(client: httpx2.AsyncClient, acme: Tenant) -> None:
    made = await save(client, acme)
    assert made == {
        "type": "segment",
        "id": made["id"],
        "name": "Busy",
        "created_at": int(START),
        "updated_at": int(START),
        "person_type": "user",
        "filter": BUSY,
    }
    read = await client.get(f"/segments/{made['id']}", headers=acme.headers)
    assert read.json() == made
    listed = await client.get("/segments", headers=acme.headers)
    assert listed.json() == {"type": "segment.list", "segments": [made]}


async def test_segments_of_leads_are_of_contacts(client: httpx2.AsyncClient, acme: Tenant) -> None:
    leads = await save(client, acme, "Leads", {"field": "role", "operator": "is", "value": "lead"})
    assert leads["person_type"] == "contact"


async def test_a_segment_is_counted_where_it_is_asked_for(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    made = await save(client, acme)
    for sessions in (5, 6, 7):
        await add_contact(acme, session_count=sessions)
    listed = await client.get("/segments?include_count=true", headers=acme.headers)
    assert [segment["count"] for segment in listed.json()["segments"]] == [2]
    one = await client.get(f"/segments/{made['id']}?include_count=true", headers=acme.headers)
    assert one.json()["count"] == 2
    bad = await client.get("/segments?include_count=perhaps", headers=acme.headers)
    assert_error_list(bad, 400, "parameter_invalid", "include_count")


async def test_a_contact_has_the_segments_it_fits_at_this_moment(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    busy = await save(client, acme)
    await save(client, acme, "Idle", {"field": "session_count", "operator": "lt", "value": 2})
    ada = await add_contact(acme, session_count=9)
    response = await client.get(f"/contacts/{ada}/segments", headers=acme.headers)
    assert response.json() == {"type": "list", "data": [busy]}
    nobody = await client.get(f"/contacts/{NOBODY}/segments", headers=acme.headers)
    assert_error_list(nobody, 404, "not_found", "User Not Found")


async def test_a_company_has_no_segments(client: httpx2.AsyncClient, acme: Tenant, globex: Tenant) -> None:
    made = await client.post("/companies", headers=acme.headers, json={"company_id": "7", "name": "Blue Sun"})
    url = f"/companies/{made.json()['id']}/segments"
    assert (await client.get(url, headers=acme.headers)).json() == {"type": "list", "data": []}
    for tenant, path in ((globex, url), (acme, f"/companies/{NOBODY}/segments")):
        nobody = await client.get(path, headers=tenant.headers)
        assert_error_list(nobody, 404, "company_not_found", "Company Not Found")


async def test_people_are_searched_for_by_segment(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    busy = await save(client, acme)
    ada, ben = await add_contact(acme, session_count=9), await add_contact(acme, session_count=1)
    for operator, who in (("=", ada), ("!=", ben)):
        query = {"field": "segment_id", "operator": operator, "value": busy["id"]}
        found = await client.post("/contacts/search", headers=acme.headers, json={"query": query})
        assert [contact["id"] for contact in found.json()["data"]] == [who]


async def test_a_segment_is_renamed_given_another_filter_and_deleted(
    client: httpx2.AsyncClient, acme: Tenant
) -> None:
    made = await save(client, acme)
    url = f"/segments/{made['id']}"
    renamed = await client.put(url, headers=acme.headers, json={"name": " Very busy "})
    assert renamed.json() == made | {"name": "Very busy"}
    other = {"field": "role", "operator": "is", "value": "lead"}
    changed = await client.put(url, headers=acme.headers, json={"filter": other})
    assert changed.json() == made | {"name": "Very busy", "filter": other, "person_type": "contact"}
    gone = await client.delete(url, headers=acme.headers)
    assert gone.json() == {"type": "segment", "id": made["id"], "deleted": True}
    assert_error_list(await client.get(url, headers=acme.headers), 404, "not_found", "Resource Not Found")


@pytest.mark.parametrize(
    ("body", "status", "code", "said"),
    [
        ({}, 400, "parameter_not_found", "name is missing"),
        ({"name": "x"}, 400, "parameter_not_found", "filter is missing"),
        ({"name": "", "filter": BUSY}, 400, "parameter_invalid", "name must be"),
        ({"name": "x" * 101, "filter": BUSY}, 400, "parameter_invalid", "name must be"),
        ({"name": "a\nb", "filter": BUSY}, 400, "parameter_invalid", "name must be"),
        ({"name": "x", "filter": []}, 400, "parameter_invalid", "filter must be an object"),
        (
            {"name": "x", "filter": {"field": "shoe", "operator": "is", "value": 1}},
            400,
            "invalid_field",
            "'shoe'",
        ),
        (
            {"name": "x", "filter": {"field": "segment", "operator": "is", "value": "Busy"}},
            400,
            "parameter_invalid",
            "can't be made of segments",
        ),
        ({"name": "busy", "filter": BUSY}, 409, "conflict", "name is taken"),
    ],
)
async def test_what_is_no_segment(
    client: httpx2.AsyncClient, acme: Tenant, body: Any, status: int, code: str, said: str
) -> None:
    await save(client, acme)
    response = await client.post("/segments", headers=acme.headers, json=body)
    assert_error_list(response, status, code, said)


@pytest.mark.parametrize("segment_id", [NOBODY, "123", "x", "9" * 40, "%00"])
async def test_unknown_foreign_and_malformed_ids_are_all_not_found(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant, segment_id: str
) -> None:
    theirs = await save(client, globex)
    for name in (segment_id, theirs["id"]):
        for method, body in (("GET", None), ("PUT", {"name": "x"}), ("DELETE", None)):
            response = await client.request(method, f"/segments/{name}", headers=acme.headers, json=body)
            assert_error_list(response, 404, "not_found", "Resource Not Found")
    listed = await client.get("/segments", headers=acme.headers)
    assert listed.json()["segments"] == []


async def test_without_a_token_nothing_is_answered(client: httpx2.AsyncClient) -> None:
    for method, url in (("GET", "/segments"), ("POST", "/segments"), ("GET", f"/contacts/{NOBODY}/segments")):
        response = await client.request(method, url)
        assert_error_list(response, 401, "unauthorized", "Access Token Invalid")
