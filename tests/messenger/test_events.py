"""``POST /messenger/web/events``: what pages track goes on record."""

import json
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, select

from app.ids import AppId
from app.messenger.events import LONGEST_NAME, MOST_METADATA
from app.messenger.limits import EVENTS_OF_ONE
from app.storage.tables import webhook_deliveries
from app.wire import DELETED
from app.workspaces.operations import create_workspace
from support.claims import assert_error_list
from support.messaging import SITE, Customer
from support.serving import START
from support.trail import listen


@dataclass(frozen=True)
class Place:
    """A workspace, and a connection to where it is."""

    conn: Connection
    app_id: AppId


async def track(
    shop: Customer, own_ticket: str, *, headers: dict[str, str] | None = None, **fields: Any
) -> httpx2.Response:
    body = {"app_id": shop.app_id, "ticket": own_ticket, "event_name": "bought"} | fields
    return await shop.http.post("/messenger/web/events", json=body, headers=headers)


async def test_an_event_goes_on_record(shop: Customer) -> None:
    ticket = await shop.ticket()
    answer = await track(shop, ticket, metadata={"price": {"amount": 7, "currency": "eur"}})
    assert (answer.status_code, answer.json()) == (202, {})
    [event] = await shop.events()
    assert (event["app_id"], event["contact_id"]) == (shop.app_id, shop.ticket_of(ticket).contact_id)
    assert (event["name"], event["created_at"]) == ("bought", START)
    assert event["metadata"] == {"price": {"amount": 7, "currency": "eur"}}


async def test_webhooks_are_told_of_an_event(shop: Customer) -> None:
    ticket = await shop.ticket()
    contact_id = shop.ticket_of(ticket).contact_id
    await shop.state.database.write(lambda conn: listen(Place(conn, shop.app_id)))
    await track(shop, ticket, metadata={"n": 1})
    told_of = select(webhook_deliveries.c.topic, webhook_deliveries.c.subject_id, webhook_deliveries.c.detail)
    rows = await shop.state.database.read(lambda conn: [tuple(row) for row in conn.execute(told_of)])
    detail = {"event_name": "bought", "created_at": START, "metadata": {"n": 1}}
    assert rows == [("event.created", contact_id, detail)]


async def test_an_event_may_come_as_a_form(shop: Customer) -> None:
    ticket = await shop.ticket()
    form = {
        "app_id": shop.app_id,
        "ticket": ticket,
        "event_name": "bought",
        "metadata": '{"n": 1}',
        "created_at": str(int(START) - 60),
    }
    answer = await shop.http.post("/messenger/web/events", data=form, headers={"Origin": SITE})
    assert answer.status_code == 202
    assert answer.headers["access-control-allow-origin"] == SITE
    [event] = await shop.events()
    assert (event["metadata"], event["created_at"]) == ({"n": 1}, START - 60)


@pytest.mark.parametrize(
    ("told", "stored"),
    [
        (None, START),
        ("", START),
        (START - 10, START - 10),
        (START + 10, START),
        (0, START - 86_400),
        (START - 86_400, START - 86_400),
    ],
)
async def test_an_event_is_no_older_than_a_day_and_never_of_tomorrow(
    shop: Customer, told: object, stored: float
) -> None:
    await track(shop, await shop.ticket(), created_at=told)
    [event] = await shop.events()
    assert event["created_at"] == stored


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"event_name": ""}, "parameter_not_found", "event_name is missing"),
        ({"event_name": 7}, "parameter_invalid", "event_name must be text"),
        ({"event_name": "x" * (LONGEST_NAME + 1)}, "parameter_invalid", "event_name is longer than 120"),
        ({"metadata": []}, "parameter_invalid", "metadata must be an object"),
        (
            {"metadata": {f"a{n}": n for n in range(MOST_METADATA + 1)}},
            "parameter_invalid",
            "metadata has 21 entries",
        ),
        ({"metadata": {"a": "x" * 8_192}}, "parameter_invalid", "metadata is longer than 8192 bytes"),
        ({"created_at": "soon"}, "parameter_invalid", "created_at must be a number"),
        ({"created_at": True}, "parameter_invalid", "created_at must be a number"),
        ({"ticket": None}, "parameter_not_found", "ticket is missing"),
        ({"app_id": None}, "parameter_not_found", "app_id is missing"),
    ],
)
async def test_a_bad_event_is_refused_by_name(
    shop: Customer, fields: dict[str, Any], code: str, message: str
) -> None:
    answer = await track(shop, await shop.ticket(), **fields)
    assert_error_list(answer, 400, code, message)
    assert await shop.events() == []


async def test_a_forged_ticket_is_refused(shop: Customer) -> None:
    assert_error_list(await track(shop, "junk"), 403, "ticket_invalid")


async def test_R83_a_ticket_opens_no_other_workspace(shop: Customer) -> None:
    other = await shop.state.database.write(lambda conn: create_workspace(conn, "Globex", START))
    answer = await track(shop, await shop.ticket(), app_id=other.app_id)
    assert_error_list(answer, 403, "ticket_invalid", "another workspace")
    assert await shop.events() == []


async def test_another_site_is_refused(shop: Customer) -> None:
    answer = await track(shop, await shop.ticket(), headers={"Origin": "https://evil.example"})
    assert_error_list(answer, 403, "origin_not_allowed")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("known_in_memory", [False, True])
async def test_R60_a_deleted_contact_tracks_nothing(shop: Customer, known_in_memory: bool) -> None:
    ticket = await shop.ticket()
    contact_id = shop.ticket_of(ticket).contact_id
    if known_in_memory:
        shop.state.tracker.forget(shop.app_id, contact_id, START, DELETED)
    else:
        await shop.change(contact_id, deleted_at=START, listed=False)
    assert_error_list(await track(shop, ticket), 410, "contact_deleted")
    assert await shop.events() == []


async def test_who_was_absorbed_is_told_to_ping_again(shop: Customer) -> None:
    await shop.ping({"user_id": "42"})
    visitor = await shop.ticket({"anonymous_id": "a1"})
    await track(shop, visitor)
    user_id = (await shop.ping({"anonymous_id": "a1", "user_id": "42"})).json()["user"]["id"]
    assert_error_list(await track(shop, visitor), 401, "ticket_expired")
    [event] = await shop.events()
    assert event["contact_id"] == user_id


async def test_events_of_one_person_are_limited(shop: Customer) -> None:
    ticket = await shop.ticket()
    statuses = [(await track(shop, ticket)).status_code for _ in range(EVENTS_OF_ONE + 1)]
    assert statuses == [202] * EVENTS_OF_ONE + [429]
    other = await shop.ticket({"user_id": "43"})
    assert (await track(shop, other)).status_code == 202


async def test_what_can_not_be_stored_is_refused(shop: Customer) -> None:
    body = json.dumps({"app_id": shop.app_id, "ticket": "x", "event_name": "\ud800"})
    answer = await shop.http.post(
        "/messenger/web/events", content=body, headers={"Content-Type": "application/json"}
    )
    assert_error_list(answer, 400, "parameter_invalid", "half a surrogate pair")
