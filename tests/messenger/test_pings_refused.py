"""Pings that are refused, and how: each by its own answer, floods by a limit."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from app.messenger.limits import PINGS_OF_ADDRESS, PINGS_OF_ONE, PINGS_OF_WORKSPACE
from app.workspaces.operations import create_workspace
from support.claims import assert_error_list
from support.messaging import SITE, Customer
from support.serving import START

USER = {"user_id": "42", "email": "joe@example.com", "name": "Joe Bloggs", "anonymous_id": "a1b2c3d4"}


async def refused(shop: Customer, content: bytes, content_type: str = "application/json") -> httpx2.Response:
    return await shop.http.post(
        "/messenger/web/ping", content=content, headers={"Content-Type": content_type, "Origin": SITE}
    )


@pytest.mark.parametrize(
    ("content", "status", "code", "message"),
    [
        (b"{", 400, "parameter_invalid", "The body is not JSON"),
        (b"", 400, "parameter_invalid", "The body is not JSON"),
        (b"{}", 400, "parameter_not_found", "app_id is missing"),
        (b'{"app_id": 7}', 400, "parameter_invalid", "app_id must be text"),
        (b'{"app_id": "u", "timezone": 1e999}', 400, "parameter_invalid", "timezone is no finite number"),
        (b'{"app_id": "\\u0000"}', 400, "parameter_invalid", "NUL"),
        (b'{"app_id": "\\ud800"}', 400, "parameter_invalid", "half a surrogate pair"),
        (b"[" * 60_000, 400, "parameter_invalid", "nested"),
        (b"\xff\xfe", 400, "parameter_invalid", "UTF-8"),
        (b'{"app_id": "uzzzzzzz"}', 404, "app_not_found", "No workspace has this app_id"),
        (b'{"app_id": "u"}', 404, "app_not_found", ""),
        (b'{"app_id": "xabc1234"}', 404, "app_not_found", ""),
        (b'{"app_id": "eabc1234"}', 421, "wrong_region", "eu region, at app.eu.example.com"),
        (b'{"app_id": "aabc1234"}', 421, "wrong_region", "au region, on another deployment"),
        (b" " * 65_537, 413, "request_too_large", "65536 bytes"),
    ],
)
async def test_a_bad_ping_has_its_own_answer_which_the_page_may_read(
    shop: Customer, content: bytes, status: int, code: str, message: str
) -> None:
    answer = await refused(shop, content)
    assert_error_list(answer, status, code, message)
    assert answer.headers["access-control-allow-origin"] == SITE
    assert await shop.rows() == []


async def test_R52_the_right_host_stands_in_a_header_too(shop: Customer) -> None:
    answer = await refused(shop, b'{"app_id": "eabc1234"}')
    assert answer.headers["location"] == "https://app.eu.example.com"


async def test_other_kinds_of_bodies_are_refused(shop: Customer) -> None:
    assert_error_list(await refused(shop, b"{}", "multipart/form-data"), 415, "media_type_not_acceptable")


async def test_other_methods_are_refused(shop: Customer) -> None:
    assert_error_list(await shop.http.get("/messenger/web/ping"), 405, "method_not_allowed")


async def test_R80_an_unproven_claim_is_refused(shop: Customer) -> None:
    await shop.switch(identity_verification=True)
    answer = await shop.ping(USER, headers={"Origin": SITE})
    assert_error_list(answer, 403, "identity_not_proven")
    assert answer.headers["access-control-allow-origin"] == SITE
    assert await shop.rows() == []


async def test_R60_a_deleted_contact_is_refused(shop: Customer) -> None:
    contact_id = (await shop.ping(USER)).json()["user"]["id"]
    await shop.change(contact_id, deleted_at=START, listed=False)
    assert_error_list(await shop.ping(USER), 410, "contact_deleted")


async def test_a_body_without_an_announced_length_is_read_no_further_than_the_limit(shop: Customer) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 1 << 24:
            sent += 8_192
            yield b" " * 8_192

    answer = await shop.http.post(
        "/messenger/web/ping", content=endless(), headers={"Content-Type": "application/json"}
    )
    assert_error_list(answer, 413, "request_too_large")


async def test_one_person_may_ping_so_often_and_no_more(
    shop: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.messenger.limits.PINGS_OF_ONE", 30)

    async def ping_often(times: int) -> list[int]:
        return [(await shop.ping({"anonymous_id": "a1"})).status_code for _ in range(times)]

    assert set(await ping_often(30)) == {200}
    answer = await shop.ping({"anonymous_id": "a1"}, headers={"Origin": SITE})
    assert_error_list(answer, 429, "rate_limit_exceeded", "More than 30 pings")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["access-control-allow-origin"] == SITE
    assert (await shop.ping({"anonymous_id": "a2"})).status_code == 200
    # A flood from elsewhere in somebody's name takes nothing from them.
    elsewhere = await shop.ping({"anonymous_id": "a1"}, headers={"X-Forwarded-For": "203.0.113.9"})
    assert elsewhere.status_code == 200


async def test_an_address_has_a_limit_of_its_own(shop: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PINGS_OF_ADDRESS > PINGS_OF_ONE
    monkeypatch.setattr("app.messenger.limits.PINGS_OF_ADDRESS", 2)

    async def status(address: str, number: int) -> int:
        answer = await shop.ping({"anonymous_id": f"a{number}"}, headers={"X-Forwarded-For": address})
        return answer.status_code

    assert [await status("203.0.113.9", n) for n in range(3)] == [200, 200, 429]
    assert await status("203.0.113.10", 4) == 200


async def test_a_workspace_has_a_limit_over_all_its_pages(
    shop: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PINGS_OF_WORKSPACE > PINGS_OF_ADDRESS
    monkeypatch.setattr("app.messenger.limits.PINGS_OF_WORKSPACE", 2)
    await shop.state.directory.refresh()
    globex = await shop.state.database.write(
        lambda conn: create_workspace(conn, "Globex", START, allowed_origins=[SITE])
    )
    other = replace(shop, workspace=globex)

    async def ping(customer: Customer, number: int) -> httpx2.Response:
        headers = {"Origin": SITE, "X-Forwarded-For": f"203.0.113.{number}"}
        return await customer.ping({"anonymous_id": f"a{number}"}, headers=headers)

    assert [(await ping(shop, number)).status_code for number in range(2)] == [200, 200]
    answer = await ping(shop, 2)
    assert_error_list(answer, 429, "rate_limit_exceeded", "More than 2 pings of one workspace")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["access-control-allow-origin"] == SITE
    assert len(await shop.rows()) == 2
    assert (await ping(other, 3)).status_code == 200


async def test_what_another_limit_refused_takes_nothing_from_the_workspace(
    shop: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.messenger.limits.PINGS_OF_ONE", 1)
    monkeypatch.setattr("app.messenger.limits.PINGS_OF_WORKSPACE", 2)
    await shop.state.directory.refresh()
    flood = [(await shop.ping({"anonymous_id": "a1"})).status_code for _ in range(5)]
    assert flood == [200, 429, 429, 429, 429]
    assert (await shop.ping({"anonymous_id": "a2"})).status_code == 200


async def test_made_up_workspaces_are_not_counted(shop: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.messenger.limits.PINGS_OF_WORKSPACE", 1)
    answers = [
        await refused(shop, b'{"app_id": "uzzzzzzz", "user_data": {"anonymous_id": "a%d"}}' % n)
        for n in range(3)
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_a_refusal_is_logged_once_and_names_nobody(shop: Customer) -> None:
    await shop.switch(identity_verification=True)
    with capture_logs() as lines:
        await shop.ping(USER)
    assert lines == [
        {"event": "ping.refused", "log_level": "warning", "status": 403, "code": "identity_not_proven"}
    ]
