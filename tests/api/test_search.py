"""``POST /contacts/search``, as a script uses it."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import insert, select

from app import lifespan
from app.api import search as search_module
from app.attributes.records import AttributeId
from app.attributes.store import set_mark
from app.search.fields import SORTABLE
from app.storage.tables import attribute_values, audit_log, data_attributes
from support.claims import assert_error_list
from support.idling import IdleRereader
from support.rest import AddContact, Tenant
from support.serving import START, Served

DAY = 86_400.0


async def search(client: httpx2.AsyncClient, tenant: Tenant, query: object, **more: Any) -> httpx2.Response:
    return await client.post("/contacts/search", headers=tenant.headers, json={"query": query, **more})


def asked(field: str, operator: str, value: object) -> dict[str, object]:
    return {"field": field, "operator": operator, "value": value}


async def found(client: httpx2.AsyncClient, tenant: Tenant, query: object, **more: Any) -> list[str]:
    response = await search(client, tenant, query, **more)
    assert response.status_code == 200, response.json()
    return [contact["id"] for contact in response.json()["data"]]


async def test_nobody_is_found_in_the_descriptions_words(client: httpx2.AsyncClient, acme: Tenant) -> None:
    query = {"operator": "AND", "value": [asked("created_at", ">", "1306054154")]}
    response = await search(client, acme, query, pagination={"per_page": 5})
    assert response.json() == {
        "type": "list",
        "data": [],
        "total_count": 0,
        "pages": {"type": "pages", "page": 1, "per_page": 5, "total_pages": 0},
    }


async def test_who_fits_is_answered_whole(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_contact(acme, email="Ada@example.com", email_key="ada@example.com", name="Ada")
    await add_contact(acme, email="ben@example.com", email_key="ben@example.com")
    response = await search(client, acme, asked("email", "=", "ADA@example.com"))
    body = response.json()
    assert body["total_count"] == 1
    assert body["pages"] == {"type": "pages", "page": 1, "per_page": 50, "total_pages": 1}
    read = await client.get(f"/contacts/{ada}", headers=acme.headers)
    assert body["data"] == [read.json()]


async def test_visitors_and_whoever_is_not_listed_are_left_out(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    lead = await add_contact(acme, role="lead", name="Ada")
    visitor = await add_contact(acme, role="visitor", name="Ada")
    await add_contact(acme, name="Ada", listed=False, archived_at=START)
    assert await found(client, acme, asked("name", "=", "Ada")) == [lead]
    assert await found(client, acme, asked("role", "=", "visitor")) == [visitor]


async def test_pages_follow_their_cursor_and_next_is_left_out_on_the_last(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    people = [await add_contact(acme, created_at=START - n, session_count=3) for n in range(5)]
    query = asked("session_count", "=", "3")
    seen: list[str] = []
    pagination: dict[str, Any] = {"per_page": 2}
    for number in (1, 2, 3):
        body = (await search(client, acme, query, pagination=pagination)).json()
        seen += [contact["id"] for contact in body["data"]]
        assert body["total_count"] == 5
        assert body["pages"]["page"] == number
        assert body["pages"]["total_pages"] == 3
        pagination = body["pages"].get("next", {})
    assert seen == people
    assert pagination == {}


@pytest.mark.parametrize("field", sorted(SORTABLE))
async def test_every_order_can_be_had(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact, field: str
) -> None:
    for n in range(3):
        await add_contact(
            acme, name=f"n{n}", name_key=f"n{n}", email_key=f"e{n}@x.example", created_at=START + n
        )
    query = asked("session_count", "=", 0)
    down = await found(client, acme, query, sort={"field": field, "order": "descending"})
    assert await found(client, acme, query, sort={"field": field, "order": "ascending"}) == down[::-1]
    assert len(down) == 3


async def test_a_custom_attribute_is_searched_by(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    pro, free = await add_contact(acme), await add_contact(acme)
    await give_plan(server, acme, {pro: "pro", free: "free"})
    assert await found(client, acme, asked("custom_attributes.plan", "=", "pro")) == [pro]
    assert await found(client, acme, asked("custom_attributes.plan", "!=", "pro")) == [free]
    nothing = await search(client, acme, asked("custom_attributes.size", "=", "pro"))
    assert_error_list(nothing, 400, "invalid_field", "custom_attributes.size")


async def give_plan(server: Served, tenant: Tenant, plans: dict[Any, str]) -> None:
    attribute = {"id": 900, "app_id": tenant.app_id, "model": "contact", "name": "plan", "label": "plan"}
    attribute |= {"type": "string", "options": [], "messenger_writable": True, "archived": False}
    attribute |= {"created_at": START, "updated_at": START}

    def work(conn: Any) -> None:
        conn.execute(insert(data_attributes), [attribute])
        for contact_id, plan in plans.items():
            row = {"app_id": tenant.app_id, "contact_id": contact_id, "attribute_id": 900, "text": plan}
            conn.execute(insert(attribute_values), [row])

    await server.state.database.write(work)


async def test_online_is_asked_of_the_tracker(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    here, gone = await add_contact(acme), await add_contact(acme)
    server.state.tracker.ping(acme.app_id, here, START)
    assert await found(client, acme, asked("online", "=", True)) == [here]
    assert await found(client, acme, asked("online", "=", False)) == [gone]


async def test_dates_are_whole_days_of_the_workspace(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    midnight = 1_699_920_000.0  # 14 Nov 2023, UTC
    before = await add_contact(acme, signed_up_at=midnight - 1)
    inside = await add_contact(acme, signed_up_at=midnight)
    after = await add_contact(acme, signed_up_at=midnight + DAY)
    for operator, who in (("<", before), ("=", inside), (">", after)):
        assert await found(client, acme, asked("signed_up_at", operator, midnight + 3_600)) == [who]


async def test_another_workspace_is_never_searched(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant, add_contact: AddContact
) -> None:
    theirs = await add_contact(globex, name="Ada", email_key="ada@example.com")
    for query in (asked("name", "=", "Ada"), asked("id", "=", theirs), asked("email", "~", "ada")):
        assert await found(client, acme, query) == []
        assert await found(client, globex, query) == [theirs]


async def test_a_cursor_is_good_for_its_own_search_alone(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant, add_contact: AddContact
) -> None:
    for tenant in (acme, acme, globex, globex):
        await add_contact(tenant)
    query = asked("session_count", "=", 0)
    body = (await search(client, acme, query, pagination={"per_page": 1})).json()
    cursor = body["pages"]["next"]["starting_after"]
    for tenant, other, sort in (
        (globex, query, None),
        (acme, asked("session_count", "<", 5), None),
        (acme, query, {"field": "name", "order": "ascending"}),
    ):
        response = await search(client, tenant, other, sort=sort, pagination={"starting_after": cursor})
        assert_error_list(response, 400, "parameter_invalid", "starting_after")
    response = await search(client, acme, query, pagination={"starting_after": cursor[:-2] + "AA"})
    assert_error_list(response, 400, "parameter_invalid", "starting_after")
    again = await search(client, acme, query, pagination={"starting_after": cursor, "per_page": 10})
    assert len(again.json()["data"]) == 1


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ({}, "parameter_not_found", "query is missing"),
        ({"query": None}, "parameter_invalid", "query must be an object"),
        ({"query": asked("nmae", "=", "x")}, "invalid_field", "'nmae'"),
        ({"query": asked("name", "is", "x")}, "parameter_invalid", "query.operator is 'is'"),
        ({"query": asked("created_at", "!=", 1)}, "parameter_invalid", "takes =, >, <"),
        ({"query": asked("created_at", "=", "foorbar")}, "parameter_invalid", "is a date"),
        (
            {"query": {"operator": "AND", "value": [asked("name", "=", "x")] * 16}},
            "parameter_invalid",
            "at most 15",
        ),
        ({"query": asked("name", "=", "x"), "pagination": 5}, "parameter_invalid", "pagination"),
        (
            {"query": asked("name", "=", "x"), "pagination": {"per_page": 151}},
            "parameter_invalid",
            "per_page",
        ),
        ({"query": asked("name", "=", "x"), "pagination": {"per_page": 0}}, "parameter_invalid", "per_page"),
        (
            {"query": asked("name", "=", "x"), "pagination": {"starting_after": 7}},
            "parameter_invalid",
            "starting_after",
        ),
        (
            {"query": asked("name", "=", "x"), "pagination": {"starting_after": "7"}},
            "parameter_invalid",
            "no cursor",
        ),
        ({"query": asked("name", "=", "x"), "sort": "name"}, "parameter_invalid", "sort must be an object"),
        ({"query": asked("name", "=", "x"), "sort": {"field": "shoe"}}, "invalid_field", "sort.field"),
        ({"query": asked("name", "=", "x"), "sort": {"field": ["a"]}}, "invalid_field", "sort.field"),
        ({"query": asked("name", "=", "x"), "sort": {"order": "up"}}, "parameter_invalid", "sort.order"),
    ],
)
async def test_what_is_refused_and_why(
    client: httpx2.AsyncClient, acme: Tenant, body: Any, code: str, said: str
) -> None:
    response = await client.post("/contacts/search", headers=acme.headers, json=body)
    assert_error_list(response, 400, code, said)


async def test_without_a_token_nothing_is_answered(client: httpx2.AsyncClient) -> None:
    response = await client.post("/contacts/search", json={"query": asked("name", "=", "x")})
    assert_error_list(response, 401, "unauthorized", "Access Token Invalid")


async def test_R82_a_search_is_on_the_log_without_what_was_searched_for(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_contact(acme, name="Ada")
    await found(client, acme, asked("name", "=", "Ada"))
    statement = select(audit_log.c.action, audit_log.c.detail)
    rows = await server.state.database.read(lambda conn: [tuple(row) for row in conn.execute(statement)])
    assert ("contact.searched", {"ids": [ada]}) in rows


async def test_a_search_that_takes_too_long_is_cut_with_a_clear_error(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_contact(acme)
    monkeypatch.setattr(search_module, "SEARCH_SECONDS", -1.0)
    response = await search(client, acme, asked("session_count", "=", 0))
    assert_error_list(response, 503, "query_timeout", "took too long")


@pytest.mark.parametrize("field", ["name", "email", "email_domain", "session_count", "company_id", "role"])
async def test_a_thousand_values_are_searched_for_and_one_more_is_refused(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact, field: str
) -> None:
    ada = await add_contact(
        acme, name="7", email="a@7", email_key="a@7", session_count=7, role="user", external_id="u7"
    )
    values = ["user"] * 1_000 if field == "role" else [str(number) for number in range(1_000)]
    looked_for = [] if field in ("email", "company_id") else [ada]
    assert await found(client, acme, asked(field, "IN", values)) == looked_for
    parts = [asked(field, "IN", values[:500]), asked(field, "IN", values[:501])]
    refused = await search(client, acme, {"operator": "OR", "value": parts})
    assert_error_list(refused, 400, "parameter_invalid", "query has 1001 values in all: at most 1000")


async def test_segments_count_with_what_they_ask(client: httpx2.AsyncClient, acme: Tenant) -> None:
    parts = [{"field": "session_count", "operator": "gt", "value": number} for number in range(15)]
    tree = {"operator": "OR", "value": [{"operator": "AND", "value": parts}] * 10}
    body = {"name": "Busy", "filter": tree}
    made = await client.post("/segments", headers=acme.headers, json=body)
    assert made.status_code == 200, made.json()
    one = asked("segment_id", "=", made.json()["id"])
    assert await found(client, acme, one) == []
    refused = await search(client, acme, {"operator": "OR", "value": [one] * 7})
    assert_error_list(refused, 400, "parameter_invalid", "1057 values in all: at most 1000")


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server itself reads no values anew."""
    monkeypatch.setattr(lifespan, "Rereader", IdleRereader)


@pytest.mark.usefixtures("by_hand")
async def test_R41_by_an_attribute_that_is_being_read_anew_nothing_is_searched(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    body = {"model": "contact", "name": "seats", "data_type": "integer"}
    made = (await client.post("/data_attributes", headers=acme.headers, json=body)).json()
    other = {"name": "Known", "filter": {"field": "session_count", "operator": "gt", "value": -1}}
    asks = {"name": "Seated", "filter": {"field": "seats", "operator": "gt", "value": 1}}
    seated, known = [
        (await client.post("/segments", headers=acme.headers, json=body)).json()["id"]
        for body in (asks, other)
    ]
    await server.state.database.write(lambda conn: set_mark(conn, AttributeId(made["id"]), ""))
    for field, value in (("custom_attributes.seats", 1), ("segment_id", seated)):
        refused = await search(client, acme, asked(field, "=", value))
        assert_error_list(refused, 503, "attribute_unread", "its values are being read anew")
    assert await found(client, acme, asked("segment_id", "=", known)) == []
    counted = await client.get("/segments?include_count=true", headers=acme.headers)
    counts = {segment["name"]: segment["count"] for segment in counted.json()["segments"]}
    assert counts == {"Seated": None, "Known": 0}
