"""Who gets in, how often, and in which version."""

import httpx2
import pytest
from sqlalchemy import Connection

from app.api.auth import VERSIONS
from app.api.desk import Desk
from app.api.rate_limit import RateLimiter
from app.auth.tokens import create_token, revoke_token
from support.claims import assert_error_list
from support.rest import Tenant
from support.serving import START, Served


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer pl_nobodys"},
        {"Authorization": "Basic {token}"},
        {"Authorization": "{token}"},
        {"Authorization": "Bearer {token}x"},
        {"Authorization": "Bearer " + "x" * 20_000},
    ],
    ids=["none", "empty", "no token", "unknown", "basic", "bare", "longer", "huge"],
)
async def test_without_a_live_token_nothing_opens(
    client: httpx2.AsyncClient, acme: Tenant, headers: dict[str, str]
) -> None:
    sent = {name: value.format(token=acme.token) for name, value in headers.items()}
    response = await client.get("/presence", headers=sent)
    assert_error_list(response, 401, "unauthorized", "Access Token Invalid")
    assert "x-ratelimit-limit" not in response.headers


async def test_R52_a_token_of_another_region_s_workspace_is_told_where_that_is(
    client: httpx2.AsyncClient, from_far: dict[str, str]
) -> None:
    for method, path in (
        ("GET", "/contacts"),
        ("POST", "/contacts"),
        ("GET", "/presence/stream"),
        ("GET", "/me"),
    ):
        response = await client.request(method, path, headers=from_far)
        assert_error_list(response, 421, "wrong_region", "lives in the eu region, on another deployment")
        assert response.headers["x-ratelimit-limit"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_name_of_the_scheme_is_read_in_any_case(
    client: httpx2.AsyncClient, acme: Tenant, scheme: str
) -> None:
    response = await client.get("/presence", headers={"Authorization": f"{scheme} {acme.token}"})
    assert response.status_code == 200


async def test_R81_a_revoked_token_opens_nothing_from_the_next_request_on(
    client: httpx2.AsyncClient, acme: Tenant, server: Served
) -> None:
    assert (await client.get("/presence", headers=acme.headers)).status_code == 200

    def revoke(conn: Connection) -> None:
        revoke_token(conn, acme.app_id, "test", START)

    await server.state.database.write(revoke)
    assert_error_list(await client.get("/presence", headers=acme.headers), 401, "unauthorized")


WRONG = {"Authorization": "Bearer pl_nobodys"}
FROM_AFAR = {"X-Forwarded-For": "203.0.113.9"}


async def test_an_address_of_many_wrong_tokens_is_refused_before_the_database_is_asked(
    client: httpx2.AsyncClient, looked_up: list[str]
) -> None:
    answers = [await client.get("/presence", headers=WRONG | FROM_AFAR) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 429, 429]
    assert_error_list(answers[2], 429, "rate_limit_exceeded", "More than 2 wrong tokens from one address")
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60
    assert "www-authenticate" not in answers[2].headers
    assert looked_up == ["pl_nobodys"] * 2
    elsewhere = await client.get("/presence", headers=WRONG | {"X-Forwarded-For": "203.0.113.10"})
    assert_error_list(elsewhere, 401, "unauthorized")


async def test_who_shares_an_address_with_wrong_tokens_goes_on_with_a_right_one(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant, looked_up: list[str]
) -> None:
    assert (await client.get("/presence", headers=acme.headers | FROM_AFAR)).status_code == 200
    for _ in range(3):
        refused = await client.get("/presence", headers=WRONG | FROM_AFAR)
    assert refused.status_code == 429
    assert (await client.get("/presence", headers=acme.headers | FROM_AFAR)).status_code == 200
    # One that nobody has seen yet can't be told from a wrong one.
    assert (await client.get("/presence", headers=globex.headers | FROM_AFAR)).status_code == 429
    assert (await client.get("/presence", headers=globex.headers)).status_code == 200
    assert (await client.get("/presence", headers=globex.headers | FROM_AFAR)).status_code == 200


async def test_a_revoked_token_counts_as_a_wrong_one(
    client: httpx2.AsyncClient, acme: Tenant, server: Served, looked_up: list[str]
) -> None:
    assert (await client.get("/presence", headers=acme.headers | FROM_AFAR)).status_code == 200
    await server.state.database.write(lambda conn: revoke_token(conn, acme.app_id, "test", START) and None)
    answers = [await client.get("/presence", headers=acme.headers | FROM_AFAR) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 429, 429]
    assert looked_up == [acme.token] * 3


@pytest.mark.parametrize(
    "sent",
    [{}, {"Authorization": "Bearer"}, {"Authorization": "Bearer " + "x" * 501}],
    ids=["none", "empty", "long"],
)
async def test_what_can_be_no_token_costs_nothing_and_counts_for_nothing(
    client: httpx2.AsyncClient, looked_up: list[str], sent: dict[str, str]
) -> None:
    for _ in range(4):
        assert_error_list(await client.get("/presence", headers=sent | FROM_AFAR), 401, "unauthorized")
    assert looked_up == []
    assert_error_list(await client.get("/presence", headers=WRONG | FROM_AFAR), 401, "unauthorized")


async def test_every_authenticated_answer_tells_the_limit(client: httpx2.AsyncClient, acme: Tenant) -> None:
    good = await client.get("/presence", headers=acme.headers)
    bad = await client.post("/presence/query", headers=acme.headers, content=b"{")
    assert_error_list(bad, 400, "parameter_invalid")
    for response in (good, bad):
        assert response.headers["x-ratelimit-limit"] == "1000"
        assert START < int(response.headers["x-ratelimit-reset"]) <= START + 11
    left = [int(response.headers["x-ratelimit-remaining"]) for response in (good, bad)]
    # A window may end between the two.
    assert left in ([999, 998], [999, 999])


async def test_every_answer_bears_the_requests_id(client: httpx2.AsyncClient, acme: Tenant) -> None:
    named = {"X-Request-Id": "edge-42"}
    for response in (
        await client.get("/presence", headers=acme.headers | named),
        await client.post("/presence/query", headers=acme.headers | named, content=b"{"),
        await client.get("/presence", headers=named),
    ):
        assert response.headers["x-request-id"] == "edge-42"
    unnamed = {
        (await client.get("/presence", headers=acme.headers)).headers["x-request-id"] for _ in range(2)
    }
    assert len(unnamed) == 2


async def test_a_fault_of_ours_tells_the_limit_too(
    client: httpx2.AsyncClient, acme: Tenant, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.state.tracker, "online_count", None)
    response = await client.get("/presence", headers=acme.headers)
    assert_error_list(response, 500, "server_error", "Something went wrong here")
    assert response.headers["x-ratelimit-limit"] == "1000"
    assert response.headers["x-request-id"] == response.json()["request_id"]


@pytest.fixture
def two_requests_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits small enough to run into, two for a token and three for a workspace, in a window that does not end."""
    monkeypatch.setattr("app.api.auth.monotonic", lambda: 1_000.0)
    init = Desk.__init__

    def with_small_limit(desk: Desk) -> None:
        init(desk)
        desk.requests_of_token = RateLimiter("This token", 2)
        desk.requests_of_workspace = RateLimiter("All tokens of this workspace together", 3)

    monkeypatch.setattr(Desk, "__init__", with_small_limit)


@pytest.mark.usefixtures("two_requests_a_window")
async def test_a_token_above_its_limit_is_told_when_to_come_again(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant
) -> None:
    answers = [await client.get("/presence", headers=acme.headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert_error_list(answers[2], 429, "rate_limit_exceeded", "2 times in 10 seconds")
    assert answers[2].headers["retry-after"] == "10"
    assert answers[2].headers["x-ratelimit-remaining"] == "0"
    # Somebody else's token is none the worse for it.
    assert (await client.get("/presence", headers=globex.headers)).status_code == 200


@pytest.mark.usefixtures("two_requests_a_window")
async def test_all_tokens_of_a_workspace_share_a_limit(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant, server: Served
) -> None:
    second = Tenant(
        acme.app_id,
        await server.state.database.write(lambda conn: create_token(conn, acme.app_id, "second", START)),
    )
    answers = [await client.get("/presence", headers=one.headers) for one in (acme, acme, second, second)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert_error_list(
        answers[3], 429, "rate_limit_exceeded", "All tokens of this workspace together may ask 3 times"
    )
    assert answers[3].headers["retry-after"] == "10"
    told = [
        (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) for answer in answers
    ]
    assert told == [("2", "1"), ("2", "0"), ("3", "0"), ("3", "0")]
    assert (await client.get("/presence", headers=globex.headers)).status_code == 200


@pytest.mark.parametrize("version", ["1.0", "2.0", "2.14", "Unstable"])
async def test_known_versions_are_accepted(client: httpx2.AsyncClient, acme: Tenant, version: str) -> None:
    assert version in VERSIONS
    response = await client.get("/presence", headers={**acme.headers, "Intercom-Version": version})
    assert response.status_code == 200


@pytest.mark.parametrize("version", ["2.15", "3", "latest", ""])
async def test_an_unknown_version_is_refused(client: httpx2.AsyncClient, acme: Tenant, version: str) -> None:
    response = await client.get("/presence", headers={**acme.headers, "Intercom-Version": version})
    assert_error_list(response, 400, "intercom_version_invalid")
    assert "x-ratelimit-limit" in response.headers


async def test_an_unknown_route_and_a_wrong_method_are_error_lists_too(
    client: httpx2.AsyncClient, acme: Tenant
) -> None:
    assert_error_list(await client.get("/nowhere", headers=acme.headers), 404, "not_found")
    assert_error_list(await client.delete("/presence", headers=acme.headers), 405, "method_not_allowed")
