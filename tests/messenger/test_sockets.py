"""The messenger socket over real connections: acks, refusals, close codes and floods."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Connection

from app import metrics
from app.auth.tickets import TICKET_SECONDS, Ticket, Tickets
from app.ids import AppId, ContactId
from app.wire import (
    BAD_FRAME,
    DELETED,
    EXPIRED,
    FLOOD,
    GOING_DOWN,
    HEARTBEAT,
    HIDDEN_HEARTBEAT,
    LEAVE,
    MAX_FRAME_BYTES,
    NO_JSON,
    NOT_TEXT,
    PROTOCOL_ERROR,
    REFUSED,
    TOO_LONG,
)
from app.workspaces.operations import create_workspace
from app.workspaces.records import Workspace
from support.knocking import Client, frame
from support.people import add_users
from support.serving import START, Served, serving, settings_in

ADA = ContactId("0123456789abcdef01234567")
SITE = "https://www.example.com"


@pytest_asyncio.fixture(autouse=True)
async def all_hang_up() -> AsyncIterator[None]:
    yield
    await Client.all_hang_up()


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(settings_in(tmp_path)) as running:
        yield running
        await Client.all_hang_up()  # or the server waits for them


async def acme_with_ada(served: Served) -> Workspace:
    def work(conn: Connection) -> Workspace:
        acme = create_workspace(conn, "Acme", START, allowed_origins=[SITE])
        add_users(conn, acme.app_id, [ADA])
        return acme

    workspace = await served.state.database.write(work)
    served.state.directory.put(workspace)
    return workspace


@pytest_asyncio.fixture
async def app_id(served: Served) -> AppId:
    workspace = await acme_with_ada(served)
    return workspace.app_id


@pytest.fixture
def ticket(served: Served, app_id: AppId) -> str:
    return served.state.tickets.issue(Ticket(app_id, ADA, "laptop"), served.clock.now())


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until ``condition()`` holds."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.0005)


async def test_heartbeat_is_acknowledged_and_puts_the_dot_on(
    served: Served, app_id: AppId, ticket: str
) -> None:
    client = await Client.open(served.port, ticket)
    assert not served.state.tracker.is_online(app_id, ADA)
    await client.beat()
    assert served.state.tracker.is_online(app_id, ADA)
    await client.beat(HIDDEN_HEARTBEAT)
    await client.beat(b'{"visible": true, "type": "heartbeat"}')
    assert served.state.tracker.heartbeats == 3


async def test_hidden_heartbeat_is_no_activity(served: Served, app_id: AppId, ticket: str) -> None:
    served.state.tracker.ping(app_id, ADA, START)
    client = await Client.open(served.port, ticket)
    served.clock.advance(60)
    await client.beat(HIDDEN_HEARTBEAT)
    assert served.state.tracker.active_at(app_id, ADA) == START
    await client.beat()
    assert served.state.tracker.active_at(app_id, ADA) == START + 60


async def test_bytes_may_come_one_by_one(served: Served, ticket: str) -> None:
    client = await Client.open(served.port, ticket)
    for byte in frame(HEARTBEAT):
        client.writer.write(bytes([byte]))
        await client.writer.drain()
        await asyncio.sleep(0)
    assert await client.receive() == (1, b'{"type":"ack"}')
    await client.beat()


async def test_two_heartbeats_in_one_segment_have_two_acks(served: Served, ticket: str) -> None:
    client = await Client.open(served.port, ticket)
    client.writer.write(frame(HEARTBEAT) * 2)
    assert await client.receive() == (1, b'{"type":"ack"}')
    assert await client.receive() == (1, b'{"type":"ack"}')


async def test_fragmented_heartbeat_is_a_heartbeat(served: Served, ticket: str) -> None:
    client = await Client.open(served.port, ticket)
    client.send(HEARTBEAT[:5], final=False)
    client.send(HEARTBEAT[5:], opcode=0x0)
    assert await client.receive() == (1, b'{"type":"ack"}')


async def test_ping_frame_is_answered_with_its_payload(served: Served, ticket: str) -> None:
    client = await Client.open(served.port, ticket)
    client.send(b"are you there", opcode=0x9)
    assert await client.receive() == (0xA, b"are you there")


async def test_close_is_answered_with_the_same_code(served: Served, ticket: str) -> None:
    client = await Client.open(served.port, ticket)
    client.send((1000).to_bytes(2, "big"), opcode=0x8)
    assert await client.closed_with() == 1000


@pytest.mark.parametrize(
    ("opcode", "payload", "code"),
    [
        (0x1, b"hello", NO_JSON),
        (0x1, b"\xff\xfe", NO_JSON),
        (0x1, b'{"type":"dance"}', BAD_FRAME),
        (0x1, b'{"type":"heartbeat","visible":3}', BAD_FRAME),
        (0x1, b"x" * (MAX_FRAME_BYTES + 1), TOO_LONG),
        (0x2, HEARTBEAT, NOT_TEXT),
        (0x3, b"", PROTOCOL_ERROR),
    ],
)
async def test_frames_that_are_wrong_close_with_their_code(
    served: Served, ticket: str, opcode: int, payload: bytes, code: int
) -> None:
    bystander = await Client.open(served.port, ticket)
    client = await Client.open(served.port, ticket)
    client.send(payload, opcode)
    assert await client.closed_with() == code
    await bystander.beat()


async def test_what_comes_behind_a_close_frame_counts_for_nothing(
    served: Served, app_id: AppId, ticket: str
) -> None:
    client = await Client.open(served.port, ticket)
    await client.beat()
    client.writer.write(frame(LEAVE) + frame((1000).to_bytes(2, "big"), 0x8) + frame(HEARTBEAT) + b"junk")
    assert await client.closed_with() == 1000
    assert not served.state.tracker.is_online(app_id, ADA)
    assert served.state.tracker.heartbeats == 1


@pytest.mark.parametrize(("payload", "opcode"), [(HEARTBEAT, 0x2), (b"hello", 0x1), (b"", 0x3)])
async def test_a_heartbeat_counts_before_a_wrong_frame_and_not_behind_it(
    served: Served, ticket: str, payload: bytes, opcode: int
) -> None:
    client = await Client.open(served.port, ticket)
    client.writer.write(frame(HEARTBEAT) + frame(payload, opcode) + frame(HEARTBEAT))
    assert await client.receive() == (1, b'{"type":"ack"}')
    assert (await client.receive())[0] == 0x8
    assert served.state.tracker.heartbeats == 1


async def test_frame_without_a_mask_closes_the_socket(served: Served, ticket: str) -> None:
    client = await Client.open(served.port, ticket)
    client.writer.write(b"\x81\x14" + HEARTBEAT)
    assert await client.closed_with() == PROTOCOL_ERROR


@pytest.fixture
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes to send them, all frames come in one window."""
    monkeypatch.setattr("app.messenger.sockets.monotonic", lambda: 1_000.0)


@pytest.mark.usefixtures("no_time_passes")
async def test_twenty_frames_in_ten_seconds_are_fine_and_one_more_is_a_flood(
    served: Served, ticket: str
) -> None:
    client = await Client.open(served.port, ticket)
    for _ in range(20):
        await client.beat()
    client.send(HEARTBEAT)
    assert await client.closed_with() == FLOOD


@pytest.mark.usefixtures("no_time_passes")
async def test_empty_fragments_without_end_are_a_flood(served: Served, ticket: str) -> None:
    client = await Client.open(served.port, ticket)
    client.send(b"", final=False)
    for _ in range(30):
        client.send(b"", opcode=0x0, final=False)
    assert await client.closed_with() == FLOOD


async def test_R7_leave_puts_the_dot_off_at_once(served: Served, app_id: AppId, ticket: str) -> None:
    client = await Client.open(served.port, ticket)
    await client.beat()
    client.send(LEAVE)
    await until(lambda: not served.state.tracker.is_online(app_id, ADA))


async def test_R7_two_sockets_that_both_leave_put_the_dot_off_while_open(
    served: Served, app_id: AppId, ticket: str
) -> None:
    laptop, phone = await Client.open(served.port, ticket), await Client.open(served.port, ticket)
    for client in (laptop, phone):
        await client.beat()
    laptop.send(LEAVE)
    await laptop.beat()  # back again: only its last word counts
    phone.send(LEAVE)
    await phone.beat()
    laptop.send(LEAVE)
    phone.send(LEAVE)
    await until(lambda: not served.state.tracker.is_online(app_id, ADA))


async def test_R7_socket_that_is_being_closed_holds_no_dot(
    served: Served, app_id: AppId, ticket: str
) -> None:
    laptop, phone = await Client.open(served.port, ticket), await Client.open(served.port, ticket)
    for client in (laptop, phone):
        await client.beat()
    laptop.send((1000).to_bytes(2, "big"), opcode=0x8)
    assert (await laptop.receive())[0] == 0x8  # and does not hang up for now
    phone.send(LEAVE)
    await until(lambda: not served.state.tracker.is_online(app_id, ADA))


async def test_R2_hanging_up_leaves_the_dot_on(served: Served, app_id: AppId, ticket: str) -> None:
    client = await Client.open(served.port, ticket)
    await client.beat()
    await client.hang_up()
    await until(lambda: served.state.tracker.streams() == 0)
    assert served.state.tracker.is_online(app_id, ADA)


@pytest.mark.parametrize("text", ["", "junk", "a.b.c.d.e"])
async def test_forged_ticket_is_refused_with_403(served: Served, text: str) -> None:
    _, status, body = await Client.knock(
        served.port, f"/messenger/socket?ticket={text}", "X-Request-Id: edge-42"
    )
    assert status == 403
    answer = json.loads(body)
    assert (answer["type"], answer["request_id"]) == ("error.list", "edge-42")
    assert answer["errors"][0]["code"] == "ticket_invalid"


@pytest.mark.parametrize("query", ["ticket={0}&ticket={0}", "ticket={0}?ticket={0}", "lang=en&ticket={0}"])
async def test_ticket_is_found_in_the_query(served: Served, ticket: str, query: str) -> None:
    _, status, _ = await Client.knock(served.port, "/messenger/socket?" + query.format(ticket))
    assert status == 101


async def test_ticket_signed_elsewhere_is_refused_with_403(served: Served, app_id: AppId) -> None:
    foreign = Tickets("another server's secret key, long enough").issue(Ticket(app_id, ADA, "x"), START)
    _, status, _ = await Client.knock(served.port, f"/messenger/socket?ticket={foreign}")
    assert status == 403


async def test_ticket_of_an_unknown_workspace_is_refused_with_403(served: Served) -> None:
    text = served.state.tickets.issue(Ticket(AppId("unothere"), ADA, "x"), START)
    _, status, _ = await Client.knock(served.port, f"/messenger/socket?ticket={text}")
    assert status == 403


async def test_expired_ticket_closes_with_4401(served: Served, ticket: str) -> None:
    served.clock.advance(TICKET_SECONDS + 1)
    client = await Client.open(served.port, ticket)
    assert await client.closed_with() == EXPIRED


async def test_contact_that_is_no_more_is_closed_and_stays_out(
    served: Served, app_id: AppId, ticket: str
) -> None:
    client = await Client.open(served.port, ticket)
    await client.beat()
    served.state.tracker.forget(app_id, ADA, served.clock.now())
    assert await client.closed_with() == DELETED
    assert await (await Client.open(served.port, ticket)).closed_with() == DELETED


@pytest.mark.parametrize(
    ("close_code", "named"),
    [(EXPIRED, "ticket_expired"), (REFUSED, "forbidden"), (DELETED, "contact_deleted")],
)
async def test_sockets_that_are_closed_as_they_open_are_counted_as_refused(
    served: Served, app_id: AppId, ticket: str, close_code: int, named: str
) -> None:
    def count() -> float:
        return metrics.REGISTRY.get_sample_value("porchlight_socket_refusals_total", {"code": named}) or 0.0

    before = count()
    served.state.tracker.forget(app_id, ADA, served.clock.now(), close_code)
    assert await (await Client.open(served.port, ticket)).closed_with() == close_code
    assert count() == before + 1


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (SITE, 101),
        ("HTTPS://WWW.EXAMPLE.COM", 101),
        ("https://evil.example", 403),
        ("https://www.example.com.evil.example", 403),
        ("http://www.example.com", 403),
        ("null", 403),
        ("", 403),
    ],
)
async def test_origin_must_be_an_allowed_one(served: Served, ticket: str, origin: str, status: int) -> None:
    target = f"/messenger/socket?ticket={ticket}"
    _, answered, _ = await Client.knock(served.port, target, f"Origin: {origin}")
    assert answered == status


async def test_own_origin_is_allowed(served: Served, ticket: str) -> None:
    await Client.open(served.port, ticket, f"Origin: {served.url}")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "origin", "status"),
    [
        ("127.0.0.1", "https", "https://people.example.com", 101),
        ("127.0.0.0/8", "wss", "https://people.example.com", 101),
        ("127.0.0.1", "https", "http://people.example.com", 403),
        ("127.0.0.1", "gopher", "http://people.example.com", 101),
        ("10.0.0.1", "https", "https://people.example.com", 403),
        ("10.0.0.1", "https", "http://people.example.com", 101),
        ("", "https", "https://people.example.com", 403),
    ],
)
async def test_a_trusted_proxy_may_say_that_tls_ended_there(
    tmp_path: Path, proxies: str, forwarded: str, origin: str, status: int
) -> None:
    async with serving(settings_in(tmp_path, TRUSTED_PROXIES=proxies)) as served:
        workspace = await acme_with_ada(served)
        ticket = served.state.tickets.issue(Ticket(workspace.app_id, ADA, "laptop"), START)
        headers = ("Host: people.example.com", f"X-Forwarded-Proto: {forwarded}", f"Origin: {origin}")
        client, answered, _ = await Client.knock(served.port, f"/messenger/socket?ticket={ticket}", *headers)
        assert answered == status
        await client.hang_up()


async def test_two_origins_are_refused(served: Served, ticket: str) -> None:
    target = f"/messenger/socket?ticket={ticket}"
    _, status, _ = await Client.knock(served.port, target, f"Origin: {SITE}", "Origin: https://evil.example")
    assert status == 403


@pytest.mark.parametrize(
    "header", ["Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: short", "Sec-WebSocket-Key: " + "!" * 24]
)
async def test_handshake_that_is_none_is_refused_with_426(served: Served, ticket: str, header: str) -> None:
    _, status, _ = await Client.knock(served.port, f"/messenger/socket?ticket={ticket}", header)
    assert status == 426


async def test_server_that_goes_down_says_so(tmp_path: Path) -> None:
    async with serving(settings_in(tmp_path)) as served:
        workspace = await acme_with_ada(served)
        ticket = served.state.tickets.issue(Ticket(workspace.app_id, ADA, "laptop"), START)
        client = await Client.open(served.port, ticket)
        await client.beat()
    assert await client.closed_with() == GOING_DOWN


async def test_R5_dots_are_on_after_a_restart(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with serving(settings) as served:
        workspace = await acme_with_ada(served)
        ticket = served.state.tickets.issue(Ticket(workspace.app_id, ADA, "laptop"), START)
        client = await Client.open(served.port, ticket)
        await client.beat()
    async with serving(settings) as again:
        assert again.state.tracker.is_online(workspace.app_id, ADA)
