"""Events over REST, on a running server."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from support.claims import assert_error_list
from support.rest import AddContact, Tenant
from support.serving import START, Served

NOW = int(START)
DAY = 86_400


async def tell(
    client: httpx2.AsyncClient, tenant: Tenant, name: str = "invited-friend", at: int = NOW, **body: Any
) -> None:
    given = {"event_name": name, "created_at": at, "user_id": "42"} | body
    response = await client.post("/events", headers=tenant.headers, json=given)
    assert (response.status_code, response.content) == (202, b"")


async def ask(client: httpx2.AsyncClient, tenant: Tenant, query: str) -> Any:
    response = await client.get(query if "://" in query else f"/events?{query}", headers=tenant.headers)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.fixture
async def ada(acme: Tenant, add_contact: AddContact) -> str:
    return await add_contact(acme, external_id="42", email="ada@example.com", email_key="ada@example.com")


async def test_an_event_is_told_and_listed_as_described(
    client: httpx2.AsyncClient, acme: Tenant, ada: str
) -> None:
    await tell(client, acme, metadata={"invite_code": "ADDAFRIEND"})
    for whose in (f"intercom_user_id={ada}", "user_id=42", "email=ada%40example.com"):
        answer = await ask(client, acme, f"type=user&{whose}")
        [event] = answer["events"]
        assert event == {
            "type": "event",
            "id": event["id"],
            "event_name": "invited-friend",
            "created_at": NOW,
            "user_id": "42",
            "intercom_user_id": ada,
            "email": "ada@example.com",
            "metadata": {"invite_code": "ADDAFRIEND"},
        }
        assert (answer["type"], answer["pages"]["next"]) == ("event.list", None)


async def test_the_same_event_at_the_same_second_counts_once(
    client: httpx2.AsyncClient, acme: Tenant, ada: str
) -> None:
    for _ in range(2):
        await tell(client, acme)
    await tell(client, acme, at=NOW - 1)
    assert len((await ask(client, acme, "type=user&user_id=42"))["events"]) == 2


async def test_pages_go_back_to_the_first_event(client: httpx2.AsyncClient, acme: Tenant, ada: str) -> None:
    for name, at in (("a", NOW - 5), ("b", NOW - 5), ("c", NOW - 5), ("d", NOW)):
        await tell(client, acme, name, at)
    answer = await ask(client, acme, "type=user&user_id=42&per_page=1")
    newer, told = answer["pages"]["since"], []
    for _ in range(9):
        told += [event["event_name"] for event in answer["events"]]
        if answer["pages"]["next"] is None:
            break
        answer = await ask(client, acme, answer["pages"]["next"])
    assert told == ["d", "c", "b", "a"]
    assert (await ask(client, acme, newer))["events"] == []
    await tell(client, acme, "e", NOW + 1)
    assert [event["event_name"] for event in (await ask(client, acme, newer))["events"]] == ["e"]
    assert parse_qs(urlsplit(newer).query).keys() == {"type", "user_id", "per_page", "since"}


async def test_events_are_listed_for_90_days_and_counted_for_ever(
    client: httpx2.AsyncClient, acme: Tenant, ada: str
) -> None:
    await tell(client, acme, "old", NOW - 90 * DAY - 1)
    await tell(client, acme, "new", NOW - 90 * DAY)
    answer = await ask(client, acme, "type=user&user_id=42")
    assert [event["event_name"] for event in answer["events"]] == ["new"]
    summary = await ask(client, acme, "type=user&user_id=42&summary=true")
    assert [one["name"] for one in summary["events"]] == ["new", "old"]


async def test_a_summary_is_a_switch(client: httpx2.AsyncClient, acme: Tenant, ada: str) -> None:
    assert (await ask(client, acme, "type=user&user_id=42&summary=1"))["type"] == "event.summary"
    assert (await ask(client, acme, "type=user&user_id=42&summary=0"))["type"] == "event.list"
    refused = await client.get("/events?type=user&user_id=42&summary=yes", headers=acme.headers)
    assert_error_list(refused, 400, "parameter_invalid", "summary must be true or false")


async def test_a_summary_is_as_described(client: httpx2.AsyncClient, acme: Tenant, ada: str) -> None:
    await tell(client, acme, "placed-order", 1389913941)
    told = {"event_name": "placed-order", "count": 3, "first": 1389913000, "last": 1389913001}
    body = {"user_id": "42", "event_summaries": told}
    response = await client.post("/events/summaries", headers=acme.headers, json=body)
    assert (response.status_code, response.content) == (200, b"")
    assert await ask(client, acme, "type=user&user_id=42&summary=true") == {
        "type": "event.summary",
        "events": [
            {
                "name": "placed-order",
                "first": "2014-01-16T22:56:40.000+00:00",
                "last": "2014-01-16T23:12:21.000+00:00",
                "count": 4,
                "description": None,
            }
        ],
        "pages": {"next": None},
        "email": "ada@example.com",
        "intercom_user_id": ada,
        "user_id": "42",
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "/events", {}, "parameter_not_found"),
        ("POST", "/events", {"event_name": "a", "user_id": "42"}, "parameter_not_found"),
        ("POST", "/events", {"event_name": "a", "created_at": NOW}, "parameter_not_found"),
        ("POST", "/events", {"event_name": "a", "created_at": "x", "user_id": "42"}, "parameter_invalid"),
        (
            "POST",
            "/events",
            {"event_name": "a", "created_at": NOW, "user_id": "42", "metadata": 1},
            "parameter_invalid",
        ),
        ("POST", "/events/summaries", {"user_id": "42"}, "parameter_not_found"),
        ("POST", "/events/summaries", {"event_summaries": []}, "parameter_not_found"),
        ("GET", "/events?type=user", None, "parameter_not_found"),
        ("GET", "/events?user_id=42", None, "parameter_invalid"),
        ("GET", "/events?type=lead&user_id=42", None, "parameter_invalid"),
        ("GET", "/events?type=user&user_id=42&before=x", None, "parameter_invalid"),
        ("GET", "/events?type=user&user_id=42&since=-1", None, "parameter_invalid"),
        ("GET", "/events?type=user&user_id=42&per_page=0", None, "parameter_invalid"),
    ],
)
async def test_what_can_not_be_taken_is_refused(
    client: httpx2.AsyncClient, acme: Tenant, ada: str, method: str, path: str, body: Any, code: str
) -> None:
    assert_error_list(await client.request(method, path, headers=acme.headers, json=body), 400, code)


async def test_R83_another_workspaces_contact_is_as_unknown_as_none(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, globex: Tenant, ada: str
) -> None:
    for whose in (
        {"id": ada},
        {"user_id": "42"},
        {"email": "ada@example.com"},
        {"id": "x"},
        {"id": "0" * 24},
    ):
        body = {"event_name": "a", "created_at": NOW} | whose
        [(name, value)] = whose.items()
        name = "intercom_user_id" if name == "id" else name
        for response in (
            await client.post("/events", headers=globex.headers, json=body),
            await client.get("/events", headers=globex.headers, params={"type": "user", name: value}),
        ):
            assert_error_list(response, 404, "not_found", "User Not Found")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/events"), ("GET", "/events"), ("POST", "/events/summaries")]
)
async def test_nothing_is_told_without_a_token(client: httpx2.AsyncClient, method: str, path: str) -> None:
    assert_error_list(await client.request(method, path), 401, "unauthorized", "Access Token Invalid")
