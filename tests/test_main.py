"""The application as a whole: one error shape at its edge, and nothing open that should be shut."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import Connection

from app.contacts.import_receiving import folder_of
from app.dashboard.access import COOKIE
from app.server import front_door
from support.desk import make_team
from support.rest import make_tenant
from support.serving import Served, connection, everything, serving, settings_in, whole_app


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(settings_in(tmp_path), make_app=whole_app) as running:
        yield running


async def test_unknown_route_is_an_error_list(served: Served) -> None:
    async with httpx2.AsyncClient(base_url=served.url, trust_env=False, timeout=60) as client:
        answer = await client.get("/no/such/route")
    assert answer.status_code == 404
    assert answer.json()["type"] == "error.list"
    assert answer.json()["errors"] == [{"code": "not_found", "message": "Resource Not Found"}]


async def test_unknown_route_is_a_page_for_browsers_and_an_error_list_for_tokens(served: Served) -> None:
    tenant = await make_tenant(served, "Acme")
    html = {"Accept": "text/html"}
    async with httpx2.AsyncClient(base_url=served.url, trust_env=False, timeout=60) as client:
        page = await client.get("/no/such/route", headers=html)
        told = await client.get("/no/such/route", headers=html | tenant.headers)
    assert (page.status_code, told.status_code) == (404, 404)
    assert page.headers["content-type"].startswith("text/html")
    assert told.json()["errors"] == [{"code": "not_found", "message": "Resource Not Found"}]
    assert told.headers["x-ratelimit-limit"] == "1000"


async def test_test_clock_is_not_there_unless_it_was_opened(served: Served) -> None:
    async with httpx2.AsyncClient(base_url=served.url, trust_env=False, timeout=60) as client:
        answer = await client.post("/test/clock", json={"advance_seconds": 5})
    assert answer.status_code == 404


async def test_server_is_up(served: Served) -> None:
    async with httpx2.AsyncClient(base_url=served.url, trust_env=False, timeout=60) as client:
        assert (await client.get("/up")).status_code == 200


PATHS = [
    "/",
    "/login",
    "/docs",
    "/openapi.json",
    "/up",
    "/metrics",
    "/favicon.ico",
    "/static/css/theme.css",
    "/static/css",
    "/contacts",
    "/contacts/",
    "/no/such/route",
    "/apps/uaaaaaaa/users",
    "/apps/uaaaaaaa/settings/audit.json",
    "/widget/uaaaaaaa",
    "/messenger/socket",
    "/demo",
]


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_every_answer_bears_the_id_of_its_request(served: Served, accept: str) -> None:
    headers = {"Accept": accept, "X-Request-Id": "edge-42"}
    async with httpx2.AsyncClient(base_url=served.url, trust_env=False, timeout=60) as client:
        answers = {path: await client.get(path, headers=headers) for path in PATHS}
        unnamed = [await client.get("/up", headers={"Accept": accept}) for _ in range(2)]
    assert {path for path in PATHS if answers[path].headers.get("x-request-id") != "edge-42"} == set()
    assert {answers[path].status_code for path in PATHS} >= {200, 303, 307, 401, 404, 426}
    assert len({answer.headers["x-request-id"] for answer in unnamed}) == 2


async def half_sent(served: Served, path: str, body: bytes, *headers: str) -> bytes:
    """What comes back for a request whose body does not end."""
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{served.port}", "Content-Length: 1000", *headers]
    async with connection(served) as (reader, writer):
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        return await everything(reader)


async def test_what_comes_in_while_the_server_goes_down_is_refused_by_each_edge_as_ever(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_door, "CLOSING_SECONDS", 0.05)
    served.server.config.timeout_graceful_shutdown = 60
    tenant, team = await make_tenant(served, "Acme"), await make_team(served, "Globex")
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nemail\n'
    form, cookie = "Content-Type: multipart/form-data; boundary=x", f"Cookie: {COOKIE}={team.admin_token}"
    sent = asyncio.gather(
        half_sent(served, "/imports", b"email\na@x.org\n", f"Authorization: Bearer {tenant.token}"),
        half_sent(served, "/messenger/web/ping", b"{", "Origin: https://shop.example"),
        half_sent(served, team.url("/settings/imports"), part, form, cookie, "Accept: text/html"),
        half_sent(served, "/login", b"email=a", "Accept: application/json"),
    )
    while len(list(folder_of(served.state.settings).glob("*"))) < 1 or len(open_requests(served)) < 4:
        await asyncio.sleep(0)
    await served.stop()
    rest, ping, upload, login = (received.partition(b"\r\n\r\n") for received in await sent)
    for head, _, _ in (rest, ping, upload, login):
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nretry-after: 5" in head
    for _, _, body in (rest, ping, login):
        assert json.loads(body)["errors"][0]["code"] == "service_unavailable"
    assert b"x-ratelimit-remaining" in rest[0]
    assert b"access-control-allow-origin: https://shop.example" in ping[0]
    assert b"<h1>Not now</h1>" in upload[2]
    assert list(folder_of(served.state.settings).glob("*")) == []


async def test_what_is_cut_while_the_server_goes_down_is_refused_by_each_edge_as_ever(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.server.config.timeout_graceful_shutdown = 0
    tenant = await make_tenant(served, "Acme")
    ping = f"app_id={tenant.app_id}&user_data=%7B%7D&filler=".encode().ljust(1_000, b"x")
    contact = b'{"email": "a@x.org"}'.ljust(1_000)
    write, held, release = served.state.database.write, [], asyncio.Event()

    async def hold(work: Callable[[Connection], object]) -> object:
        held.append(work)
        await release.wait()
        return await write(work)

    monkeypatch.setattr(served.state.database, "write", hold)
    form, known_as = "Content-Type: application/x-www-form-urlencoded", "X-Request-Id: mine"
    sent = asyncio.gather(
        half_sent(served, "/contacts", contact, f"Authorization: Bearer {tenant.token}", known_as),
        half_sent(served, "/messenger/web/ping", ping, form, known_as, "Origin: https://shop.example"),
    )
    while len(held) < 2:
        await asyncio.sleep(0)
    await served.stop()
    heads = [received.partition(b"\r\n\r\n")[0] for received in await sent]
    release.set()
    for head in heads:
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nx-request-id: mine" in head
    assert b"x-ratelimit-remaining" in heads[0]
    assert b"access-control-allow-origin: https://shop.example" in heads[1]


def open_requests(served: Served) -> list[object]:
    connections = served.server.server_state.connections
    return [one for one in connections if getattr(one, "_answering", None) is not None]
