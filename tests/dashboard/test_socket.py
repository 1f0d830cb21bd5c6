"""The dashboard's socket, over real connections."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app import wire
from app.auth.admins import remove_member
from app.auth.secrets_at_rest import fingerprint
from app.auth.sessions import end_session
from app.dashboard import socket as sockets
from app.dashboard.access import COOKIE
from app.ids import AppId
from app.metrics import dashboards_cut
from app.presence.changes import Change
from support.desk import AddPerson, Browse, Team
from support.serving import START, Served
from support.watching import NOBODY, PATIENCE_SECONDS, opened, told, watch


async def closed(client: ClientConnection) -> int | None:
    """The code with which the server closes."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        with suppress(ConnectionClosed):
            while True:
                await client.recv()
    return client.close_code


async def refused(server: Served, team: Team, **options: Any) -> int:
    with pytest.raises(InvalidStatus) as refusal:
        async with opened(server, team, **options):
            pass
    return refusal.value.response.status_code


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():
            await asyncio.sleep(0.01)


# Who is let in


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.example",
        "http://127.0.0.1",
        "http://localhost:{port}",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:{port}.evil.example",
    ],
)
async def test_foreign_missing_and_null_origins_get_403(
    server: Served, acme: Team, origin: str | None
) -> None:
    given_origin = origin.format(port=server.port) if origin else None
    assert await refused(server, acme, origin=given_origin) == 403


async def test_R52_the_socket_of_a_workspace_of_another_region_gets_421(server: Served, acme: Team) -> None:
    assert await refused(server, replace(acme, app_id=AppId("ezzzzzzz"))) == 421


@pytest.mark.parametrize("token", ["", "guess", "%00"])
async def test_socket_without_a_session_gets_403(server: Served, acme: Team, token: str) -> None:
    assert await refused(server, acme, token=token) == 403


async def test_R83_foreign_and_unknown_workspaces_get_one_404(
    server: Served, acme: Team, globex: Team
) -> None:
    assert await refused(server, globex, token=acme.admin_token) == 404
    nowhere = Team(
        **{field: getattr(acme, field) for field in acme.__dataclass_fields__} | {"app_id": "uzzzzzzz"}
    )
    assert await refused(server, nowhere) == 404


async def test_teammates_watch_as_admins_do(server: Served, acme: Team, add_person: AddPerson) -> None:
    ada = await add_person(acme)
    async with opened(server, acme, token=acme.teammate_token) as client:
        assert (await watch(client, [ada]))[ada]["online"] is False


# What is told


async def test_snapshot_tells_where_everybody_watched_stands(
    server: Served, acme: Team, add_person: AddPerson
) -> None:
    ada = await add_person(acme)
    bob = await add_person(acme, last_seen_at=START - 100.9)
    eve = await add_person(acme, last_seen_at=None)
    server.state.tracker.ping(acme.app_id, ada, START - 7.5)
    async with opened(server, acme) as client:
        assert await watch(client, [ada, bob, eve, ada]) == {
            ada: {"online": True, "last_seen_at": int(START - 7.5)},
            bob: {"online": False, "last_seen_at": int(START - 100.9)},
            eve: {"online": False, "last_seen_at": None},
        }


async def test_R4_changes_of_watched_contacts_come_at_once(
    server: Served, acme: Team, add_person: AddPerson
) -> None:
    ada, bob = await add_person(acme), await add_person(acme)
    async with opened(server, acme) as client:
        await watch(client, [ada])
        server.state.tracker.ping(acme.app_id, bob, START)  # not watched
        server.state.tracker.ping(acme.app_id, ada, START)
        assert await told(client) == {ada: {"online": True, "last_seen_at": int(START)}}
        server.clock.advance(121)
        server.state.tracker.expire(server.clock.now())
        assert await told(client) == {ada: {"online": False, "last_seen_at": int(START)}}


async def test_new_last_seen_alone_is_not_told(server: Served, acme: Team, add_person: AddPerson) -> None:
    ada = await add_person(acme)
    server.state.tracker.ping(acme.app_id, ada, START)
    async with opened(server, acme) as client:
        await watch(client, [ada])
        for _ in range(5):
            server.clock.advance(30)
            server.state.tracker.ping(acme.app_id, ada, server.clock.now())
        server.state.tracker.forget(acme.app_id, ada, server.clock.now())
        assert (await told(client))[ada]["online"] is False


async def test_watch_replaces_the_one_before(server: Served, acme: Team, add_person: AddPerson) -> None:
    ada, bob = await add_person(acme), await add_person(acme)
    async with opened(server, acme) as client:
        await watch(client, [ada])
        assert (await watch(client, [bob])).keys() == {bob}
        server.state.tracker.ping(acme.app_id, ada, START)
        server.state.tracker.ping(acme.app_id, bob, START)
        assert (await told(client)).keys() == {bob}


async def test_watch_of_nobody_is_answered_with_nobody(server: Served, acme: Team) -> None:
    async with opened(server, acme) as client:
        assert await watch(client, []) == {}


async def test_R83_ids_of_another_workspace_are_like_unknown_ones(
    server: Served, acme: Team, globex: Team, add_person: AddPerson
) -> None:
    hidden = await add_person(globex)
    deleted = await add_person(acme, listed=False, deleted_at=START)
    archived = await add_person(acme, listed=False, archived_at=START, last_seen_at=START - 60)
    server.state.tracker.ping(globex.app_id, hidden, START)
    async with opened(server, acme) as client:
        unknown = {"online": False, "last_seen_at": None}
        assert await watch(client, [hidden, deleted, archived, NOBODY, "x"]) == {
            hidden: unknown,
            deleted: unknown,
            archived: {"online": False, "last_seen_at": START - 60},  # its profile is open
            NOBODY: unknown,
            "x": unknown,
        }
        server.clock.advance(121)
        server.state.tracker.expire(server.clock.now())  # theirs goes off; nothing of it is heard here
        server.state.tracker.ping(acme.app_id, NOBODY, server.clock.now())
        assert (await told(client)).keys() == {NOBODY}


async def test_change_while_the_snapshot_is_made_is_told_once_and_truly(
    server: Served, acme: Team, add_person: AddPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The contact comes online after the watch was taken up and before the database has answered."""
    ada = await add_person(acme)
    ask = sockets.last_seen_of

    def slowly(*arguments: Any, **named: Any) -> Any:
        loop.call_soon_threadsafe(server.state.tracker.ping, acme.app_id, ada, START)
        return ask(*arguments, **named)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(sockets, "last_seen_of", slowly)
    async with opened(server, acme) as client:
        assert (await watch(client, [ada]))[ada]["online"] is True
        server.state.tracker.forget(acme.app_id, ada, START + 1)
        assert (await told(client))[ada]["online"] is False


async def test_changes_are_gathered_into_at_most_ten_frames_a_second(
    server: Served, acme: Team, add_person: AddPerson
) -> None:
    ids = [await add_person(acme) for _ in range(20)]
    async with opened(server, acme) as client:
        await watch(client, ids)
        loop = asyncio.get_running_loop()
        began, frames = loop.time(), 0
        for turn in range(10):
            for contact_id in ids:
                (server.state.tracker.ping if turn % 2 == 0 else server.state.tracker.forget)(
                    acme.app_id, contact_id, START + turn
                )
            await asyncio.sleep(0.03)
        server.state.tracker.ping(acme.app_id, ids[0], START + 99)
        while True:
            contacts = await told(client)
            frames += 1
            if contacts.get(ids[0], {}).get("last_seen_at") == int(START + 99):
                break
        assert frames <= (loop.time() - began) * 10 + 1


async def test_500_ids_are_watched_and_501_close_with_4400(server: Served, acme: Team) -> None:
    ids = [f"{number:024x}" for number in range(501)]
    async with opened(server, acme) as client:
        assert len(await watch(client, ids[:500])) == 500
        await client.send(json.dumps({"type": "watch", "ids": ids}))
        assert await closed(client) == wire.BAD_FRAME
    async with opened(server, acme) as client:
        await client.send(json.dumps({"type": "watch", "ids": ["a" * 24] * 501}))
        assert await closed(client) == wire.BAD_FRAME


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("", wire.NO_JSON),
        ("{", wire.NO_JSON),
        ("hello", wire.NO_JSON),
        (b"\x00\x01", wire.NOT_TEXT),
        (b'{"type":"watch","ids":[]}', wire.NOT_TEXT),
        ("[]", wire.BAD_FRAME),
        ("{}", wire.BAD_FRAME),
        ("null", wire.BAD_FRAME),
        ('{"type":"heartbeat"}', wire.BAD_FRAME),
        ('{"type":"watch"}', wire.BAD_FRAME),
        ('{"type":"watch","ids":"all"}', wire.BAD_FRAME),
        ('{"type":"watch","ids":[1]}', wire.BAD_FRAME),
        ('{"type":"watch","ids":[null]}', wire.BAD_FRAME),
        (json.dumps({"type": "watch", "ids": ["x" * 65]}), wire.BAD_FRAME),
        ("[" * 100_000, wire.BAD_FRAME),
        (json.dumps({"type": "watch", "ids": ["x"] * 5_000}), wire.BAD_FRAME),
        (" " * 1_048_577, wire.TOO_LONG),
    ],
    ids=lambda value: repr(value)[:30],
)
async def test_frame_that_cannot_be_taken_closes_with_its_code(
    server: Served, acme: Team, frame: str | bytes, code: int
) -> None:
    async with opened(server, acme) as client:
        await client.send(frame)
        assert await closed(client) == code


async def test_frames_are_never_compressed_so_none_unpacks_to_a_giant(server: Served, acme: Team) -> None:
    async with opened(server, acme, compression="deflate") as client:
        assert client.protocol.extensions == []


async def test_flood_of_watches_closes_with_4429(
    server: Served, acme: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "monotonic", lambda: 1_000.0)  # all in one window, however long they take
    async with opened(server, acme) as client:
        with suppress(ConnectionClosed):
            for _ in range(sockets.FRAMES_PER_WINDOW + 1):
                await client.send('{"type":"watch","ids":[]}')
        assert await closed(client) == wire.FLOOD


# How it ends


async def test_signing_out_cuts_the_sockets_of_that_session_alone(
    server: Served, acme: Team, browse: Browse
) -> None:
    async with opened(server, acme) as mine, opened(server, acme, token=acme.teammate_token) as theirs:
        await watch(mine, [])
        await watch(theirs, [])
        await browse(acme.admin_token).post("/logout", data={"csrf_token": acme.csrf_token})
        assert await closed(mine) == wire.EXPIRED
        assert await watch(theirs, [NOBODY])
        await eventually(lambda: server.state.hub.watcher_count == 1)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a session still runs is looked up often enough to cut it in 5 seconds; here, oftener."""
    assert sockets.CHECK_SECONDS <= 2
    monkeypatch.setattr(sockets, "CHECK_SECONDS", 0.05)


@pytest.mark.usefixtures("often")
async def test_session_that_ended_elsewhere_is_cut_within_5_seconds(server: Served, acme: Team) -> None:
    """By a command, or by another process: nothing tells this one, so it looks."""
    async with opened(server, acme) as client:
        await watch(client, [])
        token_hash = fingerprint(acme.admin_token)
        await server.state.database.write(lambda conn: end_session(conn, token_hash))
        assert await closed(client) == wire.EXPIRED


@pytest.mark.usefixtures("often")
async def test_teammate_who_left_the_workspace_is_cut_within_5_seconds(server: Served, acme: Team) -> None:
    async with opened(server, acme, token=acme.teammate_token) as client:
        await watch(client, [])
        await server.state.database.write(lambda conn: remove_member(conn, acme.app_id, acme.teammate_id))
        assert await closed(client) == wire.REFUSED


async def test_page_that_goes_is_forgotten(server: Served, acme: Team) -> None:
    async with opened(server, acme) as client:
        await watch(client, [NOBODY])
        assert server.state.hub.watcher_count == 1
    await eventually(lambda: server.state.hub.watcher_count == 0)
    server.state.tracker.ping(acme.app_id, NOBODY, START)


async def test_slow_page_is_cut_and_not_queued_for(
    server: Served, acme: Team, add_person: AddPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that stops reading: once all buffers are full, sending to it takes too long."""
    monkeypatch.setattr(sockets, "STUCK_SECONDS", 0.2)
    monkeypatch.setattr(sockets, "FRAME_SECONDS", 0.0)
    monkeypatch.setattr(sockets, "presence_frame", lambda contacts: "x" * 4_000_000)
    ada = await add_person(acme)
    cut_before = dashboards_cut.collect()[0].samples[0].value
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(
        f"GET /apps/{acme.app_id}/socket HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\norigin: {server.url}\r\n"
        f"cookie: {COOKIE}={acme.admin_token}\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
        "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    assert b"101" in await reader.readline()
    frame = json.dumps({"type": "watch", "ids": [ada]}).encode()
    writer.write(bytes([0x81, 0x80 | len(frame), 0, 0, 0, 0]) + frame)
    await eventually(lambda: server.state.hub.watcher_count == 1)
    loop = asyncio.get_running_loop()
    changes = 0
    give_up_at = loop.time() + PATIENCE_SECONDS
    while server.state.hub.watcher_count and loop.time() < give_up_at:
        changes += 1
        server.state.hub.publish(Change(acme.app_id, ada, changes % 2 == 0, changes, changes, changes))
        await asyncio.sleep(0.001)
    assert server.state.hub.watcher_count == 0
    assert dashboards_cut.collect()[0].samples[0].value == cut_before + 1
    writer.close()
