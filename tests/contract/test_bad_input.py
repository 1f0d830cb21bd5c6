"""Whatever comes in broken, forged or too often is refused, and told in one line of the log that names nobody."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import Connection
from structlog.testing import capture_logs

from app.auth.admins import create_admin
from app.auth.sessions import begin_session
from app.auth.tickets import TICKET_SECONDS, Ticket
from app.auth.tokens import create_token
from app.dashboard.access import COOKIE
from app.ids import AppId, ContactId
from app.wire import BAD_FRAME, DELETED, EXPIRED, FLOOD, HEARTBEAT, NO_JSON, NOT_TEXT, REFUSED
from app.workspaces.operations import create_workspace
from support.knocking import Client
from support.people import add_users
from support.serving import START, Served, serving, settings_in, whole_app

ADA: Final = ContactId("0123456789abcdef01234567")
SITE: Final = "https://shop.example"
STRANGER: Final = "https://zebulon.example"
PERSONAL: Final = ("zebulon", "zebra@", "5551234")
PERSON: Final = {"user_id": "zebulon", "email": "zebra@example.com", "name": "Zebulon", "phone": "+15551234"}


@dataclass
class World:
    """A server, and all that somebody needs to use it well or badly."""

    server: Served
    http: httpx2.AsyncClient
    app_id: AppId
    token: str
    session: str

    def ticket(self) -> str:
        return self.server.state.tickets.issue(Ticket(self.app_id, ADA, "zebulon"), START)

    async def knock(self, *headers: str, ticket: str | None = None) -> int:
        target = f"/messenger/socket?ticket={self.ticket() if ticket is None else ticket}"
        return (await Client.knock(self.server.port, target, *headers))[1]

    async def say(self, payload: bytes, opcode: int = 0x1, times: int = 1) -> int:
        """What a socket is closed with that says this."""
        client = await Client.open(self.server.port, self.ticket())
        for _ in range(times):
            client.send(payload, opcode)
        return await client.closed_with()

    async def greeted(self) -> int:
        """What a socket is closed with as soon as it is open."""
        return await (await Client.open(self.server.port, self.ticket())).closed_with()

    async def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> int:
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        return (await self.http.post(path, headers=headers, **content)).status_code

    async def raw(self, request: bytes) -> int:
        """The status of an answer to bytes that need be no request."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        writer.write(request)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n"), 60)
        writer.close()
        await writer.wait_closed()
        return int(head.split()[1])

    async def settled(self) -> None:
        """Wait until no request is worked on, so that nothing more can be said of one."""
        async with asyncio.timeout(60):
            while self.server.server.server_state.tasks:
                await asyncio.sleep(0)


async def expired(world: World) -> int:
    ticket = world.ticket()
    world.server.clock.advance(TICKET_SECONDS + 1)
    return await (await Client.open(world.server.port, ticket)).closed_with()


async def gone(world: World, code: int) -> int:
    world.server.state.tracker.forget(world.app_id, ADA, START, code)
    return await world.greeted()


async def preflight(world: World) -> int:
    headers = {"Origin": STRANGER, "Access-Control-Request-Method": "POST"}
    return (await world.http.options("/messenger/web/ping", headers=headers)).status_code


async def widget(world: World) -> int:
    return (await world.http.get("/widget/uzebulon")).status_code


async def dashboard(world: World, origin: str, session: str | None = None) -> int:
    cookie = f"Cookie: {COOKIE}={world.session if session is None else session}"
    target = f"/apps/{world.app_id}/socket"
    return (await Client.knock(world.server.port, target, f"Origin: {origin}", cookie))[1]


async def strict_ping(world: World) -> int:
    return await world.post("/messenger/web/ping", {"app_id": "uzebulon", "user_data": PERSON})


def ping(body: bytes) -> "Deed":
    return lambda world: world.post("/messenger/web/ping", body)


def query(body: bytes) -> "Deed":
    return lambda world: world.post(
        "/presence/query",
        body,
        {"Authorization": f"Bearer {world.token}", "Content-Type": "application/json"},
    )


def beat(ticket: str) -> "Deed":
    return lambda world: world.post("/messenger/heartbeat", {"ticket": ticket})


Deed = Callable[[World], Awaitable[int]]
FORGED: Final = quote("zebulon.zebra@example.com")

# What is done, the status or close code that it ends with, and the event and code of its line.
CASES: Final[dict[str, tuple[Deed, int, str, str | int]]] = {
    "forged ticket": (lambda w: w.knock(ticket=FORGED), 403, "socket.refused", "ticket_invalid"),
    "foreign origin": (
        lambda w: w.knock(f"Origin: {STRANGER}"),
        403,
        "socket.refused",
        "origin_not_allowed",
    ),
    "no handshake": (
        lambda w: w.knock("Sec-WebSocket-Version: 8"),
        426,
        "socket.refused",
        "upgrade_required",
    ),
    "no handshake at all": (
        lambda w: w.raw(b"GET /messenger/socket?ticket=zebulon HTTP/1.1\r\nHost: x\r\n\r\n"),
        426,
        "socket.refused",
        "upgrade_required",
    ),
    "expired ticket": (expired, EXPIRED, "socket.refused", "ticket_expired"),
    "absorbed contact": (lambda w: gone(w, EXPIRED), EXPIRED, "socket.refused", "ticket_expired"),
    "blocked contact": (lambda w: gone(w, REFUSED), REFUSED, "socket.refused", "forbidden"),
    "deleted contact": (lambda w: gone(w, DELETED), DELETED, "socket.refused", "contact_deleted"),
    "socket by POST": (
        lambda w: w.raw(
            b"POST /messenger/socket?ticket=zebulon HTTP/1.1\r\nHost: x\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        ),
        405,
        "http.refused",
        "request_refused",
    ),
    "no request at all": (
        lambda w: w.raw(b"ZEBULON zebra@example.com\r\n\r\n"),
        400,
        "http.refused",
        "request_refused",
    ),
    "head that is too long": (
        lambda w: w.raw(b"GET /up HTTP/1.1\r\nHost: x\r\nX: " + b"zebulon" * 5_000 + b"\r\n\r\n"),
        431,
        "http.refused",
        "request_refused",
    ),
    "upgrade that is not spoken": (
        lambda w: w.raw(
            b"POST /messenger/web/ping HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
            b'Content-Length: 9\r\n\r\n{"zebulon'
        ),
        400,
        "ping.refused",
        "parameter_invalid",
    ),
    "flood": (lambda w: w.say(HEARTBEAT, times=30), FLOOD, "socket.bad_frame", FLOOD),
    "binary frame": (lambda w: w.say(b"zebra@example.com", 0x2), NOT_TEXT, "socket.bad_frame", NOT_TEXT),
    "frame that is no JSON": (lambda w: w.say(b"zebulon"), NO_JSON, "socket.bad_frame", NO_JSON),
    "unknown frame": (lambda w: w.say(b'{"type":"zebulon"}'), BAD_FRAME, "socket.bad_frame", BAD_FRAME),
    "preflight": (preflight, 403, "preflight.refused", "origin_not_allowed"),
    "unknown widget": (widget, 404, "widget.refused", "app_not_found"),
    "ping that is no JSON": (ping(b'{"zebulon'), 400, "ping.refused", "parameter_invalid"),
    "ping that is no text": (ping(b'{"app_id":"zebulon\xff'), 400, "ping.refused", "parameter_invalid"),
    "ping of nobody's workspace": (strict_ping, 404, "ping.refused", "app_not_found"),
    "heartbeat with a forged ticket": (beat("zebulon"), 403, "heartbeat.refused", "ticket_invalid"),
    "query that is no JSON": (query(b'{"ids":["zebulon'), 400, "rest.refused", "parameter_invalid"),
    "query without ids": (query(b'{"zebulon":[]}'), 400, "rest.refused", "parameter_not_found"),
    "query that is too long": (query(b"zebulon" * 20_000), 413, "rest.refused", "request_too_large"),
    "dashboard from elsewhere": (
        lambda w: dashboard(w, STRANGER),
        403,
        "dashboard.socket_refused",
        "origin_not_allowed",
    ),
    "dashboard without a session": (
        lambda w: dashboard(w, w.server.url, "zebulon"),
        403,
        "dashboard.socket_refused",
        "forbidden",
    ),
}


@pytest_asyncio.fixture
async def server(tmp_path: Path, _migrated_file: Path) -> AsyncIterator[Served]:
    settings = settings_in(tmp_path)
    shutil.copyfile(_migrated_file, settings.data_dir / "porchlight.db")
    async with serving(settings, make_app=whole_app) as served:
        yield served
        await Client.all_hang_up()  # or the server waits for them


@pytest_asyncio.fixture
async def world(server: Served) -> AsyncIterator[World]:
    def work(conn: Connection) -> tuple[AppId, str, str]:
        app_id = create_workspace(conn, "Shop", START, allowed_origins=[SITE]).app_id
        add_users(conn, app_id, [ADA])
        admin = create_admin(conn, app_id, "tess@shop.example", None, START)
        return app_id, create_token(conn, app_id, "test", START), begin_session(conn, admin, START)[0]

    app_id, token, session = await server.state.database.write(work)
    await server.state.directory.refresh()
    async with httpx2.AsyncClient(base_url=server.url, trust_env=False, timeout=60) as http:
        yield World(server, http, app_id, token, session)


@pytest.mark.parametrize("name", CASES)
async def test_bad_input_is_logged_once_and_names_nobody(
    world: World, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    deed, ends_with, event, code = CASES[name]
    with capture_logs() as lines, caplog.at_level(logging.WARNING):
        assert await deed(world) == ends_with
        await world.settled()
    assert [(line["event"], line["code"]) for line in lines] == [(event, code)]
    assert [record.getMessage() for record in caplog.records] == []
    assert not any(word in str(lines).lower() for word in PERSONAL)
