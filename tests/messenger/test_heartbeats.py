"""``POST /messenger/heartbeat``: the sign of life where sockets are blocked."""

import json
from typing import Any

import httpx2
import pytest

from app.auth.tickets import TICKET_SECONDS, Ticket, Tickets
from app.ids import AppId, ContactId
from app.wire import DELETED, REFUSED
from support.claims import assert_error_list
from support.messaging import SITE, Customer
from support.serving import START


async def beat(shop: Customer, body: Any, *, headers: dict[str, str] | None = None) -> httpx2.Response:
    return await shop.http.post("/messenger/heartbeat", json=body, headers=headers)


def seen_at(shop: Customer, contact_id: ContactId) -> float:
    presence = shop.state.tracker.presence(shop.app_id, contact_id)
    assert presence is not None
    return presence.last_seen_at


async def test_R1_a_heartbeat_is_a_sign_of_life(shop: Customer) -> None:
    ticket = await shop.ticket()
    contact_id = shop.ticket_of(ticket).contact_id
    shop.server.clock.advance(100)
    answer = await beat(shop, {"ticket": ticket, "visible": True})
    assert (answer.status_code, answer.content) == (204, b"")
    assert seen_at(shop, contact_id) == START + 100
    shop.server.clock.advance(120)
    shop.state.tracker.expire(shop.server.clock.now())
    assert shop.is_online(contact_id)


async def test_a_heartbeat_puts_the_dot_on_again(shop: Customer) -> None:
    ticket = await shop.ticket()
    contact_id = shop.ticket_of(ticket).contact_id
    shop.server.clock.advance(121)
    shop.state.tracker.expire(shop.server.clock.now())
    assert not shop.is_online(contact_id)
    await beat(shop, {"ticket": ticket})
    assert shop.is_online(contact_id)


@pytest.mark.parametrize(
    ("told", "active"), [({}, True), ({"visible": True}, True), ({"visible": False}, False)]
)
async def test_R10_only_a_visible_page_is_activity(
    shop: Customer, told: dict[str, bool], active: bool
) -> None:
    ticket = await shop.ticket()
    shop.server.clock.advance(60)
    await beat(shop, {"ticket": ticket} | told)
    active_at = shop.state.tracker.active_at(shop.app_id, shop.ticket_of(ticket).contact_id)
    assert active_at == (START + 60 if active else START)


async def test_text_plain_and_forms_are_taken_too(shop: Customer) -> None:
    ticket = await shop.ticket()
    contact_id = shop.ticket_of(ticket).contact_id
    for seconds, content, kind in (
        (10, json.dumps({"ticket": ticket}), "text/plain;charset=UTF-8"),
        (20, f"ticket={ticket}&visible=false", "application/x-www-form-urlencoded"),
    ):
        shop.server.clock.advance(10)
        answer = await shop.http.post("/messenger/heartbeat", content=content, headers={"Content-Type": kind})
        assert answer.status_code == 204
        assert seen_at(shop, contact_id) == START + seconds


async def test_R7_a_leave_puts_the_dot_off_at_once(shop: Customer) -> None:
    ticket = await shop.ticket()
    assert (await beat(shop, {"ticket": ticket, "leave": True})).status_code == 204
    assert not shop.is_online(shop.ticket_of(ticket).contact_id)


async def test_R7_another_devices_stream_keeps_it_on(shop: Customer) -> None:
    laptop = await shop.ticket({"user_id": "42", "anonymous_id": "laptop"})
    phone = await shop.ticket({"user_id": "42", "anonymous_id": "phone"})
    contact_id = shop.ticket_of(phone).contact_id
    assert shop.ticket_of(laptop).contact_id == contact_id
    await beat(shop, {"ticket": phone})
    await beat(shop, {"ticket": laptop, "leave": True})
    assert shop.is_online(contact_id)
    await beat(shop, {"ticket": phone, "leave": True})
    assert not shop.is_online(contact_id)


async def test_a_leave_of_somebody_unknown_changes_nothing(shop: Customer) -> None:
    await shop.ticket()
    stranger = Ticket(shop.app_id, ContactId("b" * 24), "x")
    text = shop.state.tickets.issue(stranger, START)
    assert (await beat(shop, {"ticket": text, "leave": True})).status_code == 204
    assert not shop.is_online(stranger.contact_id)


async def test_a_heartbeat_asks_the_database_nothing(shop: Customer) -> None:
    ticket = await shop.ticket()
    await shop.state.database.close()
    assert (await beat(shop, {"ticket": ticket})).status_code == 204


# Refusals


@pytest.mark.parametrize(
    "text",
    ["junk", "", "a.b.c.d.e", "x" * 700, "uabc1234." + "0" * 24 + ".YQ.6553f100.AAAAAAAAAAAAAAAAAAAAAAAAAAA"],
)
async def test_a_forged_ticket_is_refused(shop: Customer, text: str) -> None:
    answer = await beat(shop, {"ticket": text})
    if text:
        assert_error_list(answer, 403, "ticket_invalid")
    else:
        assert_error_list(answer, 400, "parameter_not_found", "ticket is missing")


async def test_a_foreign_ticket_is_refused(shop: Customer) -> None:
    foreign = Tickets("another key, of another deployment").issue(
        Ticket(shop.app_id, ContactId("b" * 24), "x"), START
    )
    assert_error_list(await beat(shop, {"ticket": foreign}), 403, "ticket_invalid")
    gone = shop.state.tickets.issue(Ticket(AppId("uzzzzzzz"), ContactId("b" * 24), "x"), START)
    assert_error_list(await beat(shop, {"ticket": gone}), 403, "ticket_invalid")


async def test_a_ticket_lasts_24_hours_and_no_longer(shop: Customer) -> None:
    ticket = await shop.ticket()
    shop.server.clock.advance(TICKET_SECONDS)
    assert (await beat(shop, {"ticket": ticket})).status_code == 204
    shop.server.clock.advance(1)
    assert_error_list(await beat(shop, {"ticket": ticket}), 401, "ticket_expired", "ping again")


@pytest.mark.parametrize("leave", [False, True])
async def test_R60_a_deleted_contact_is_refused(shop: Customer, leave: bool) -> None:
    ticket = await shop.ticket()
    contact_id = shop.ticket_of(ticket).contact_id
    shop.state.tracker.forget(shop.app_id, contact_id, START, DELETED)
    answer = await beat(shop, {"ticket": ticket, "leave": leave})
    assert_error_list(answer, 410, "contact_deleted")
    assert not shop.is_online(contact_id)


async def test_a_blocked_contact_is_refused(shop: Customer) -> None:
    ticket = await shop.ticket()
    contact_id = shop.ticket_of(ticket).contact_id
    shop.state.tracker.forget(shop.app_id, contact_id, START, REFUSED)
    assert_error_list(await beat(shop, {"ticket": ticket}), 403, "forbidden", "blocked")
    assert not shop.is_online(contact_id)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "must be a JSON object"),
        ({}, "ticket is missing"),
        ({"ticket": 7}, "ticket must be text"),
        ({"ticket": "x", "visible": "yes"}, "visible must be true or false"),
        ({"ticket": "x", "visible": 1}, "visible must be true or false"),
        ({"ticket": "x", "leave": []}, "leave must be true or false"),
    ],
)
async def test_junk_is_refused_with_a_sentence(shop: Customer, body: Any, message: str) -> None:
    answer = await beat(shop, body)
    code = "parameter_not_found" if "missing" in message else "parameter_invalid"
    assert_error_list(answer, 400, code, message)


async def test_a_long_body_is_refused(shop: Customer) -> None:
    assert_error_list(await beat(shop, {"ticket": "x" * 5_000}), 413, "request_too_large")


@pytest.mark.parametrize(("origin", "status"), [(SITE, 204), ("https://evil.example", 403), ("null", 403)])
async def test_only_the_workspaces_sites_may_beat(shop: Customer, origin: str, status: int) -> None:
    ticket = await shop.ticket()
    answer = await beat(shop, {"ticket": ticket}, headers={"Origin": origin})
    assert answer.status_code == status
    assert answer.headers.get("access-control-allow-origin") == (origin if status == 204 else None)


async def test_a_page_may_read_why_its_ticket_was_refused(shop: Customer) -> None:
    answer = await beat(shop, {"ticket": "junk"}, headers={"Origin": SITE})
    assert answer.headers["access-control-allow-origin"] == SITE
