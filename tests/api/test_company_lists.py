"""Lists of companies over REST, on a running server."""

from typing import Any

import httpx2
import pytest

from app.api.company_lists import filter_of
from app.companies import scrolls
from app.companies.listing import Filter
from app.contacts.pings import PingContext, record_ping
from app.contacts.records import Ping
from app.contacts.user_data import read_user_data
from app.ids import TagId
from support.claims import assert_error_list
from support.rest import AddContact, Tenant
from support.serving import START, Served


async def make(client: httpx2.AsyncClient, tenant: Tenant, company_id: str, *people: str, **body: Any) -> str:
    """Make a company with these people; its own id."""
    made = await client.post("/companies", headers=tenant.headers, json={"company_id": company_id} | body)
    own_id: str = made.json()["id"]
    for contact_id in people:
        url = f"/contacts/{contact_id}/companies"
        assert (await client.post(url, headers=tenant.headers, json={"id": own_id})).status_code == 200
    return own_id


async def get(client: httpx2.AsyncClient, tenant: Tenant, path: str, method: str = "GET") -> Any:
    response = await client.request(method, path, headers=tenant.headers)
    assert response.status_code == 200, response.text
    return response.json()


def names(answer: Any) -> list[str]:
    return [company["company_id"] for company in answer["data"]]


async def test_one_company_is_found_by_your_own_id_or_its_name(
    client: httpx2.AsyncClient, acme: Tenant
) -> None:
    six = await make(client, acme, "6", name="my company")
    await make(client, acme, "7", name="other")
    for query in ("company_id=6", "name=my%20company"):
        answer = await get(client, acme, f"/companies?{query}")
        assert (answer["type"], names(answer), answer["total_count"]) == ("list", ["6"], 1)
        assert answer["data"][0] == await get(client, acme, f"/companies/{six}")
        assert answer["pages"] == {"type": "pages", "next": None, "page": 1, "per_page": 15, "total_pages": 1}
        assert (answer["id"], answer["company_id"], answer["name"]) == (six, "6", "my company")


@pytest.mark.parametrize(
    "query",
    [
        "company_id=8",
        "name=Nobody",
        f"company_id={'x' * 300}",
        "name=My%20Company",
        "name=%00",
        "company_id=a%00",
    ],
)
async def test_a_company_that_nobody_made_is_not_found(
    client: httpx2.AsyncClient, acme: Tenant, query: str
) -> None:
    await make(client, acme, "6", name="my company")
    response = await client.get(f"/companies?{query}", headers=acme.headers)
    assert_error_list(response, 404, "company_not_found", "Company Not Found")


async def test_lists_hold_companies_that_have_people(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_contact(acme)
    await make(client, acme, "6", ada)
    await make(client, acme, "7")
    for path, method in (("/companies", "GET"), ("/companies/list", "POST")):
        answer = await get(client, acme, path, method)
        assert (answer["type"], names(answer), answer["total_count"]) == ("list", ["6"], 1)
        assert answer["data"][0]["user_count"] == 1
    assert sorted(names(await get(client, acme, "/companies/scroll"))) == ["6", "7"]


async def test_pages_end_in_an_empty_one(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_contact(acme)
    for name in "678":
        await make(client, acme, name, ada)
    pages = [
        await get(client, acme, f"/companies/list?per_page=2&page={page}&order=asc", "POST")
        for page in (1, 2, 3)
    ]
    assert [len(page["data"]) for page in pages] == [2, 1, 0]
    assert sorted(name for page in pages for name in names(page)) == ["6", "7", "8"]
    assert [page["pages"]["page"] for page in pages] == [1, 2, 3]
    assert {page["total_count"] for page in pages} == {3}
    assert [page["pages"]["next"] is None for page in pages] == [False, True, True]
    following = pages[0]["pages"]["next"]
    assert (await client.post(following, headers=acme.headers)).json() == pages[1]


async def test_the_list_is_by_when_companies_were_last_seen(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    for name in "687":
        server.clock.advance(1)
        ping = Ping(acme.app_id, read_user_data({"user_id": "42", "company": {"company_id": name}}))
        context, now = PingContext(own_origin=server.url), server.clock.now()
        await server.state.database.write(lambda conn, p=ping, c=context, n=now: record_ping(conn, p, c, n))
    assert names(await get(client, acme, "/companies/list", "POST")) == ["7", "8", "6"]
    assert names(await get(client, acme, "/companies/list?order=asc", "POST")) == ["6", "8", "7"]
    [last, *_] = (await get(client, acme, "/companies"))["data"]
    assert (last["company_id"], last["last_request_at"], last["session_count"]) == ("7", int(START) + 3, 0)


async def test_companies_are_filtered_by_tag(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_contact(acme)
    for name in "67":
        await make(client, acme, name, ada)
    body = {"name": "VIP", "companies": [{"company_id": "7"}]}
    tag = (await client.post("/tags", headers=acme.headers, json=body)).json()
    answer = await get(client, acme, f"/companies?tag_id={tag['id']}")
    assert names(answer) == ["7"]
    assert answer["data"][0]["tags"] == {"type": "tag.list", "tags": [tag]}
    for query in ("tag_id=999", "tag_id=x", f"segment_id={'0' * 24}"):
        answer = await get(client, acme, f"/companies?{query}")
        assert (names(answer), answer["total_count"], answer["pages"]["total_pages"]) == ([], 0, 0)


async def test_a_scroll_ends_with_an_empty_page(
    client: httpx2.AsyncClient, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrolls, "PER_PAGE", 2)
    for name in "678":
        await make(client, acme, name)
    answer = await get(client, acme, "/companies/scroll")
    assert answer.keys() == {"type", "data", "pages", "total_count", "scroll_param"}
    assert (answer["type"], answer["pages"], answer["total_count"]) == ("list", None, None)
    told = [names(answer)]
    while answer["scroll_param"]:
        answer = await get(client, acme, f"/companies/scroll?scroll_param={answer['scroll_param']}")
        told.append(names(answer))
    assert [len(page) for page in told] == [2, 1, 0]
    assert sorted(name for page in told for name in page) == ["6", "7", "8"]
    assert answer["scroll_param"] is None


async def test_a_scroll_is_alone_and_over_after_a_minute(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    await make(client, acme, "6")
    first = await get(client, acme, "/companies/scroll")
    response = await client.get("/companies/scroll", headers=acme.headers)
    assert_error_list(response, 400, "scroll_exists", "scroll already exists for this workspace")
    server.clock.advance(61)
    url = f"/companies/scroll?scroll_param={first['scroll_param']}"
    assert_error_list(
        await client.get(url, headers=acme.headers), 404, "not_found", "scroll parameter not found"
    )
    assert names(await get(client, acme, "/companies/scroll")) == ["6"]


async def test_R83_no_list_holds_another_workspaces_companies(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant, add_contact: AddContact
) -> None:
    theirs = await make(client, globex, "6", await add_contact(globex), name="theirs")
    body = {"name": "VIP", "companies": [{"id": theirs}]}
    tag = (await client.post("/tags", headers=globex.headers, json=body)).json()
    for path in ("/companies", f"/companies?tag_id={tag['id']}", "/companies/scroll"):
        assert names(await get(client, acme, path)) == []
    assert names(await get(client, acme, "/companies/list", "POST")) == []
    response = await client.get("/companies?name=theirs", headers=acme.headers)
    assert_error_list(response, 404, "company_not_found")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/companies?page=0", "parameter_invalid"),
        ("GET", "/companies?per_page=x", "parameter_invalid"),
        ("POST", "/companies/list?order=up", "parameter_invalid"),
        ("POST", "/companies/list?per_page=151", "parameter_invalid"),
        ("POST", "/companies/list?per_page=100&page=101", "bad_request"),
        ("GET", "/companies/scroll?scroll_param=x", "not_found"),
    ],
)
async def test_a_query_that_can_not_be_taken_is_refused(
    client: httpx2.AsyncClient, acme: Tenant, method: str, path: str, code: str
) -> None:
    response = await client.request(method, path, headers=acme.headers)
    assert_error_list(response, 404 if code == "not_found" else 400, code)


async def test_the_last_page_that_can_be_asked_for(client: httpx2.AsyncClient, acme: Tenant) -> None:
    assert names(await get(client, acme, "/companies/list?per_page=100&page=100", "POST")) == []


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/companies"), ("POST", "/companies/list"), ("GET", "/companies/scroll")]
)
async def test_nothing_is_told_without_a_token(client: httpx2.AsyncClient, method: str, path: str) -> None:
    assert_error_list(await client.request(method, path), 401, "unauthorized", "Access Token Invalid")


@pytest.mark.parametrize(
    ("given", "only"),
    [
        ({}, Filter()),
        ({"company_id": "6", "name": "a"}, Filter(company_id="6")),
        ({"name": "a", "tag_id": "7"}, Filter(name="a")),
        ({"tag_id": "7"}, Filter(tag_id=TagId(7))),
        ({"tag_id": "x"}, Filter(tag_id=TagId(0))),
        ({"segment_id": "x"}, None),
        ({"name": ""}, Filter()),
    ],
)
def test_what_a_query_asks_for(given: dict[str, str], only: Filter | None) -> None:
    assert filter_of(given) == only
