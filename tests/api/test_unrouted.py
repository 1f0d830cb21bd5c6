"""What is not there is told to the bearer of a token as all else is."""

import httpx2
import pytest

from app.api.desk import Desk
from app.api.rate_limit import RateLimiter
from support.claims import assert_error_list
from support.rest import Tenant
from support.serving import START

LIMITS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
UNROUTED = [
    ("GET", "/no/such/route", 404, "not_found", "Resource Not Found"),
    ("POST", "/contacts/merge/now", 404, "not_found", "Resource Not Found"),
    ("PATCH", "/contacts", 405, "method_not_allowed", "Method Not Allowed"),
]


@pytest.mark.parametrize(("method", "path", "status", "code", "message"), UNROUTED)
async def test_what_is_not_there_tells_the_bearer_of_a_token_the_limit(
    client: httpx2.AsyncClient, acme: Tenant, method: str, path: str, status: int, code: str, message: str
) -> None:
    known = await client.get("/presence", headers=acme.headers)
    answer = await client.request(method, path, headers=acme.headers | {"X-Request-Id": "edge-42"})
    assert_error_list(answer, status, code, message)
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == "edge-42"
    assert answer.headers["x-ratelimit-limit"] == "1000"
    assert START < int(answer.headers["x-ratelimit-reset"]) <= START + 11
    left = [int(one.headers["x-ratelimit-remaining"]) for one in (known, answer)]
    # A window may end between the two.
    assert left in ([999, 998], [999, 999])


async def test_a_wrong_method_still_names_the_right_ones(client: httpx2.AsyncClient, acme: Tenant) -> None:
    answer = await client.patch("/contacts", headers=acme.headers)
    assert answer.headers["allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer pl_nobodys"}, {"Authorization": "Basic {token}"}],
    ids=["none", "unknown", "basic"],
)
@pytest.mark.parametrize(("method", "path", "status", "code", "message"), UNROUTED)
async def test_what_is_not_there_tells_nobody_else_a_limit(
    client: httpx2.AsyncClient,
    acme: Tenant,
    headers: dict[str, str],
    method: str,
    path: str,
    status: int,
    code: str,
    message: str,
) -> None:
    sent = {name: value.format(token=acme.token) for name, value in headers.items()}
    answer = await client.request(method, path, headers=sent)
    assert_error_list(answer, status, code, message)
    assert not set(LIMITS) & set(answer.headers)


async def test_an_unknown_version_is_refused_there_too(client: httpx2.AsyncClient, acme: Tenant) -> None:
    for version, status in (("2.14", 404), ("9.9", 400)):
        answer = await client.get("/nowhere", headers=acme.headers | {"Intercom-Version": version})
        assert answer.status_code == status
        assert answer.headers["x-ratelimit-limit"] == "1000"
    assert_error_list(answer, 400, "intercom_version_invalid")


async def test_what_is_not_there_is_asked_for_no_oftener_than_all_else(
    client: httpx2.AsyncClient, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.auth.monotonic", lambda: 1_000.0)
    init = Desk.__init__

    def with_small_limit(desk: Desk) -> None:
        init(desk)
        desk.requests_of_token = RateLimiter("This token", 2)

    monkeypatch.setattr(Desk, "__init__", with_small_limit)
    answers = [await client.get("/nowhere", headers=acme.headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert_error_list(answers[2], 429, "rate_limit_exceeded", "2 times in 10 seconds")
    assert answers[2].headers["retry-after"] == "10"


async def test_wrong_tokens_are_counted_there_too(client: httpx2.AsyncClient, looked_up: list[str]) -> None:
    wrong = {"Authorization": "Bearer pl_nobodys", "X-Forwarded-For": "203.0.113.9"}
    answers = [await client.get("/nowhere", headers=wrong) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert looked_up == ["pl_nobodys"] * 2
    assert (await client.get("/presence", headers=wrong)).status_code == 429


async def test_R52_a_token_of_another_region_s_workspace_is_told_where_that_is(
    client: httpx2.AsyncClient, from_far: dict[str, str]
) -> None:
    assert_error_list(await client.get("/nowhere", headers=from_far), 421, "wrong_region")
