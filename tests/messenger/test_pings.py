"""``POST /messenger/web/ping`` over HTTP: answers, refusals, and what shows once it is recorded."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest
from starlette.requests import Request

from app import metrics
from app.ids import is_contact_id
from app.messenger.pings import ROLES, socket_url
from app.wire import EXPIRED
from support.claims import assert_error_list
from support.messaging import SITE, Customer
from support.serving import START

USER = {"user_id": "42", "email": "joe@example.com", "name": "Joe Bloggs", "anonymous_id": "a1b2c3d4"}


async def test_the_answer_is_what_the_contract_lists(shop: Customer) -> None:
    answer = await shop.ping(USER, timezone="America/New_York")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    user = body["user"]
    assert is_contact_id(user["id"])
    assert user | {"id": "", "pseudonym": ""} == {
        "id": "",
        "role": "user_role",
        "user_id": "42",
        "anonymous_id": "a1b2c3d4",
        "name": "Joe Bloggs",
        "first_name": "Joe",
        "last_name": "Bloggs",
        "pseudonym": "",
        "avatar_url": None,
        "session_count": 1,
        "ios_session_count": 0,
        "android_session_count": 0,
        "new_session": True,
        "session_started_at": START,
        "last_seen_at": START,
    }
    assert user["pseudonym"].endswith(" from New York")
    assert body["app"] == {"id": shop.app_id, "name": "Shop"}
    assert (body["heartbeat_seconds"], body["now"], body["errors"]) == (30, START, [])
    ticket = shop.ticket_of(body["ticket"])
    assert (ticket.app_id, ticket.contact_id, ticket.device) == (shop.app_id, user["id"], "a1b2c3d4")


async def test_the_socket_is_at_the_host_and_port_that_the_ping_was_sent_to(shop: Customer) -> None:
    body = (await shop.ping(USER)).json()
    url = urlsplit(body["socket_url"])
    assert (url.scheme, url.netloc, url.path) == ("ws", f"127.0.0.1:{shop.server.port}", "/messenger/socket")
    assert url.query == f"ticket={body['ticket']}"
    elsewhere = await shop.ping(USER, headers={"Host": "chat.example.com:8443"})
    assert elsewhere.json()["socket_url"].startswith("ws://chat.example.com:8443/messenger/socket?")


async def test_a_trusted_proxy_may_say_that_tls_ended_there(shop: Customer) -> None:
    headers = {"Host": "chat.example.com", "X-Forwarded-Proto": "https"}
    body = (await shop.ping(USER, headers=headers)).json()
    assert body["socket_url"].startswith("wss://chat.example.com/messenger/socket?")


def test_a_request_without_a_host_has_the_servers_own_address() -> None:
    request = Request({"type": "http", "scheme": "http", "headers": [], "server": ("10.0.0.1", 8000)})
    assert socket_url(request, "a.b") == "ws://10.0.0.1:8000/messenger/socket?ticket=a.b"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", {"app_id": "", "user_data": USER}),
        ("text/plain;charset=UTF-8", {"app_id": "", "user_data": USER}),
        ("application/x-www-form-urlencoded", None),
    ],
)
async def test_json_and_forms_are_taken(
    shop: Customer, http: httpx2.AsyncClient, content_type: str, body: dict[str, Any] | None
) -> None:
    fields = {"app_id": shop.app_id, "user_data": json.dumps(USER)}
    content = json.dumps(body | {"app_id": shop.app_id}) if body else urlencode(fields)
    answer = await http.post("/messenger/web/ping", content=content, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["user"]["name"]) == (200, "Joe Bloggs")


async def test_roles_have_the_names_that_messengers_know(shop: Customer) -> None:
    visitor = (await shop.ping({"anonymous_id": "b1"})).json()["user"]
    assert (visitor["role"], visitor["anonymous_id"], visitor["user_id"]) == ("visitor_role", "b1", None)
    await shop.change(visitor["id"], role="lead")
    assert (await shop.ping({"anonymous_id": "b1"})).json()["user"]["role"] == "contact_role"
    assert set(ROLES) == {"visitor", "lead", "user"}


async def test_who_brings_no_anonymous_id_is_told_one(shop: Customer) -> None:
    user = (await shop.ping()).json()["user"]
    again = (await shop.ping({"anonymous_id": user["anonymous_id"]})).json()["user"]
    assert again["id"] == user["id"]


async def test_bad_values_are_named_and_the_rest_is_recorded(shop: Customer) -> None:
    answer = await shop.ping(
        {"user_id": "42", "email": "no", "name": "Joe", "plan": ["pro"]}, referer="about:blank"
    )
    assert answer.status_code == 200
    assert answer.json()["errors"] == [
        {"code": "parameter_invalid", "field": "email", "message": "email is no email address"},
        {
            "code": "parameter_invalid",
            "attribute": "plan",
            "message": "plan must be text, a number or a boolean",
        },
        {
            "code": "parameter_invalid",
            "field": "referer",
            "message": "referer must be an http or https URL of at most 2048 characters",
        },
    ]
    [row] = await shop.rows()
    assert (row["name"], row["email"], row["custom_attributes"]) == ("Joe", None, {})


async def test_an_answer_tells_nothing_that_the_page_did_not_say(shop: Customer) -> None:
    await shop.ping(USER | {"phone": "+1 404 555", "secret_plan": "x"})
    text = (await shop.ping({"user_id": "42"})).text
    for secret in ("joe@example.com", "+1 404", "secret_plan"):
        assert secret not in text
    by_email = (await shop.ping({"email": "joe@example.com"})).json()["user"]
    assert (by_email["user_id"], by_email["first_name"]) == (None, "Joe")


async def test_what_the_request_itself_tells_is_recorded(shop: Customer) -> None:
    agent = (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.6 Safari/605.1.15"
    )
    await shop.ping(
        USER,
        headers={"User-Agent": agent, "X-Forwarded-For": "203.0.113.9"},
        referer="https://shop.example/cart",
        referrer="https://search.example/",
        page_title="Cart",
        timezone="Europe/Berlin",
    )
    [row] = await shop.rows()
    assert (row["browser"], row["os"], row["device"]) == ("Safari", "macOS", "desktop")
    assert (row["user_agent"], row["city"], row["timezone"]) == (agent, "Berlin", "Europe/Berlin")
    assert (row["page_url"], row["page_title"]) == ("https://shop.example/cart", "Cart")


# Presence


async def test_the_dot_goes_on_with_the_ping(shop: Customer) -> None:
    contact_id = (await shop.ping(USER)).json()["user"]["id"]
    assert shop.is_online(contact_id)
    presence = shop.state.tracker.presence(shop.app_id, contact_id)
    assert presence is not None
    assert (presence.since, presence.last_seen_at) == (START, START)


async def test_R10_activity_that_only_memory_knows_keeps_the_session(shop: Customer) -> None:
    ticket = await shop.ticket(USER)
    clock = shop.server.clock
    clock.advance(1_500)
    await shop.http.post("/messenger/heartbeat", json={"ticket": ticket})
    clock.advance(1_500)
    user = (await shop.ping(USER)).json()["user"]
    assert (user["session_count"], user["new_session"]) == (1, False)
    clock.advance(1_801)
    user = (await shop.ping(USER)).json()["user"]
    assert (user["session_count"], user["new_session"]) == (2, True)
    assert user["session_started_at"] == START + 4_801


async def test_an_absorbed_visitor_is_offline_and_told_to_ping_again(shop: Customer) -> None:
    user_id = (await shop.ping({"user_id": "42"})).json()["user"]["id"]
    visitor = (await shop.ping({"anonymous_id": "a1"})).json()
    assert shop.is_online(visitor["user"]["id"])
    signed_in = (await shop.ping({"anonymous_id": "a1", "user_id": "42"})).json()["user"]
    assert signed_in["id"] == user_id
    assert not shop.is_online(visitor["user"]["id"])
    assert shop.is_online(user_id)
    assert shop.state.tracker.farewell(shop.app_id, visitor["user"]["id"]) == EXPIRED
    beat = await shop.http.post("/messenger/heartbeat", json={"ticket": visitor["ticket"]})
    assert_error_list(beat, 401, "ticket_expired")


async def test_whoever_heard_of_a_visitor_that_is_absorbed_hears_that_it_is_offline(shop: Customer) -> None:
    heard: list[tuple[str, bool]] = []
    shop.state.hub.subscribe(shop.app_id, lambda change: heard.append((change.contact_id, change.online)))
    visitor = (await shop.ping({"anonymous_id": "a1"})).json()["user"]["id"]
    user = (await shop.ping({"user_id": "42"})).json()["user"]["id"]
    await shop.ping({"anonymous_id": "a1", "user_id": "42"})
    assert heard == [(visitor, True), (user, True), (visitor, False)]


async def test_two_first_pings_at_once_make_one_contact(shop: Customer) -> None:
    answers = await asyncio.gather(*(shop.ping(USER) for _ in range(20)))
    assert len({answer.json()["user"]["id"] for answer in answers}) == 1
    [row] = await shop.rows()
    assert row["session_count"] == 1
    assert sum(answer.json()["user"]["new_session"] for answer in answers) == 1


async def test_many_first_pings_at_once_give_each_a_pseudonym_of_its_own(shop: Customer) -> None:
    pings = (shop.ping({"anonymous_id": f"a{n}"}, timezone="Europe/Paris") for n in range(50))
    called = [answer.json()["user"]["pseudonym"] for answer in await asyncio.gather(*pings)]
    assert len(set(called)) == 50


# Other origins


async def test_a_listed_site_may_ping_and_read_the_answer(shop: Customer) -> None:
    answer = await shop.ping(USER, headers={"Origin": SITE})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == SITE
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://shop.example", "https://shop.example.evil"]
)
async def test_another_site_is_refused_and_nothing_is_recorded(shop: Customer, origin: str) -> None:
    answer = await shop.ping(USER, headers={"Origin": origin})
    assert_error_list(answer, 403, "origin_not_allowed")
    assert "access-control-allow-origin" not in answer.headers
    assert "Origin" in answer.headers["vary"]
    assert await shop.rows() == []


async def test_the_servers_own_pages_may_ping(shop: Customer) -> None:
    assert (await shop.ping(USER, headers={"Origin": shop.server.url})).status_code == 200


async def test_two_origins_are_refused(shop: Customer) -> None:
    body = json.dumps({"app_id": shop.app_id}).encode()
    headers = [("Origin", SITE), ("Origin", SITE), ("Content-Type", "application/json")]
    answer = await shop.http.post("/messenger/web/ping", content=body, headers=headers)
    assert_error_list(answer, 403, "origin_not_allowed", "two origins")


async def test_a_change_of_the_allowed_origins_counts_at_once(shop: Customer) -> None:
    await shop.switch(allowed_origins=["https://new.example"])
    assert (await shop.ping(USER, headers={"Origin": "https://new.example"})).status_code == 200
    assert_error_list(await shop.ping(USER, headers={"Origin": SITE}), 403, "origin_not_allowed")


@pytest.mark.parametrize(
    ("origin", "status"), [(SITE, 204), ("https://evil.example", 403), ("null", 403), (None, 204)]
)
@pytest.mark.parametrize("path", ["/messenger/web/ping", "/messenger/heartbeat", "/messenger/web/events"])
async def test_a_preflight_is_answered_for_sites_that_some_workspace_lists(
    shop: Customer, path: str, origin: str | None, status: int
) -> None:
    await shop.state.directory.refresh()
    headers = {"Access-Control-Request-Method": "POST", **({"Origin": origin} if origin else {})}
    answer = await shop.http.options(path, headers=headers)
    assert answer.status_code == status
    assert answer.headers.get("access-control-allow-origin") == (origin if status == 204 else None)
    if origin == SITE:
        assert answer.headers["access-control-allow-methods"] == "POST"
        assert answer.headers["access-control-allow-headers"] == "Content-Type"


# What is said of it


async def test_pings_are_counted_by_their_outcome(shop: Customer) -> None:
    def count(outcome: str) -> float:
        return metrics.REGISTRY.get_sample_value("porchlight_pings_total", {"outcome": outcome}) or 0.0

    before = count("recorded"), count("app_not_found")
    await shop.ping(USER)
    await shop.ping(app_id="uzzzzzzz")
    assert (count("recorded"), count("app_not_found")) == (before[0] + 1, before[1] + 1)


async def test_R73_open_socket_of_a_merged_lead_beats_for_the_user(shop: Customer) -> None:
    lead = (await shop.ping({"anonymous_id": "a1"})).json()["user"]["id"]
    await shop.change(lead, role="lead")
    old_ticket = await shop.ticket({"anonymous_id": "a1"})
    await shop.ping({"user_id": "42"})
    user = (await shop.ping({"user_id": "42", "anonymous_id": "a1"})).json()["user"]["id"]
    assert user != lead
    assert not shop.is_online(lead)
    shop.server.clock.advance(100)
    beat = {"ticket": old_ticket}
    assert (await shop.http.post("/messenger/heartbeat", json=beat)).status_code == 204
    shop.server.clock.advance(100)
    await shop.state.sweeper.sweep()
    assert shop.is_online(user)
