"""Presence over REST, on a running server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection

from app.api.presence import read_ids
from app.api.stream import Limits, PresenceStream
from app.auth.tokens import revoke_token
from app.errors import ParameterInvalid, ParameterNotFound, StorageUnavailable
from app.ids import ContactId
from app.presence.changes import Change
from support.claims import assert_error_list
from support.rest import AddContact, Tenant
from support.serving import START, Served
from support.trail import looks

NOBODY = "0" * 24


async def ask(client: httpx2.AsyncClient, tenant: Tenant, ids: Any) -> Any:
    response = await client.post("/presence/query", headers=tenant.headers, json={"ids": ids})
    assert response.status_code == 200, response.text
    return response.json()["contacts"]


# GET /presence


async def test_presence_counts_who_is_online_and_who_there_is(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    online = await add_contact(acme)
    await add_contact(acme)
    await add_contact(acme, listed=False)
    server.state.tracker.ping(acme.app_id, online, START)
    response = await client.get("/presence", headers=acme.headers)
    assert response.json() == {"online": 1, "total": 2}
    assert response.headers["content-type"].startswith("application/json")
    assert response.headers["cache-control"] == "no-store"


async def test_R2_presence_counts_nobody_after_the_offline_time(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    server.state.tracker.ping(acme.app_id, await add_contact(acme), START)
    server.clock.advance(121)
    await server.state.sweeper.sweep()
    assert (await client.get("/presence", headers=acme.headers)).json() == {"online": 0, "total": 1}


async def test_R83_presence_counts_its_own_workspace_only(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, globex: Tenant, add_contact: AddContact
) -> None:
    server.state.tracker.ping(globex.app_id, await add_contact(globex), START)
    assert (await client.get("/presence", headers=acme.headers)).json() == {"online": 0, "total": 0}


# POST /presence/query


async def test_a_query_tells_where_each_contact_stands(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    online = await add_contact(acme, last_seen_at=START - 5_000)
    offline = await add_contact(acme, last_seen_at=START - 60_000.5)
    never_seen = await add_contact(acme)
    server.state.tracker.ping(acme.app_id, online, START)
    server.clock.advance(45.5)
    server.state.tracker.ping(acme.app_id, online, server.clock.now())
    assert await ask(client, acme, [online, offline, never_seen]) == {
        online: {"online": True, "since": START, "last_seen_at": START + 45},
        offline: {"online": False, "since": None, "last_seen_at": START - 60_001},
        never_seen: {"online": False, "since": None, "last_seen_at": None},
    }


async def test_a_query_tells_of_somebody_who_just_left_what_memory_knows(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    gone = await add_contact(acme, last_seen_at=START - 5_000)
    server.state.tracker.ping(acme.app_id, gone, START)
    server.clock.advance(121)
    await server.state.sweeper.sweep()
    assert await ask(client, acme, [gone]) == {gone: {"online": False, "since": None, "last_seen_at": START}}


async def test_R64_a_query_tells_of_archived_people_and_of_no_deleted_ones(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    away = await add_contact(acme, listed=False, archived_at=START, last_seen_at=START - 60)
    here = await add_contact(acme, listed=False, archived_at=START)
    deleted = await add_contact(acme, listed=False, deleted_at=START, last_seen_at=START - 60)
    server.state.tracker.ping(acme.app_id, here, START)
    assert await ask(client, acme, [away, here, deleted]) == {
        away: {"online": False, "since": None, "last_seen_at": int(START - 60)},
        here: {"online": True, "since": int(START), "last_seen_at": int(START)},
    }


async def test_R83_an_unknown_id_and_another_workspaces_are_left_out_alike(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, globex: Tenant, add_contact: AddContact
) -> None:
    own, theirs = await add_contact(acme), await add_contact(globex)
    deleted = await add_contact(acme, listed=False, deleted_at=START)
    for tenant, contact_id in ((globex, theirs), (acme, deleted)):
        server.state.tracker.ping(tenant.app_id, contact_id, START)
    asked = [theirs, deleted, NOBODY, "no id", "", "é" * 5_000, own]
    assert (await ask(client, acme, asked)).keys() == {own}


async def test_nobody_asked_for_is_nobody_found(client: httpx2.AsyncClient, acme: Tenant) -> None:
    assert await ask(client, acme, []) == {}


async def test_five_hundred_ids_may_be_asked_for_and_no_more(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    own = await add_contact(acme)
    ids = [f"{number:024x}" for number in range(499)]
    assert (await ask(client, acme, [*ids, own])).keys() == {own}
    response = await client.post("/presence/query", headers=acme.headers, json={"ids": [*ids, own, own]})
    assert_error_list(response, 400, "parameter_invalid", "at most 500")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "parameter_invalid"),
        (b"{", 400, "parameter_invalid"),
        (b"[]", 400, "parameter_invalid"),
        (b"{}", 400, "parameter_not_found"),
        (b'{"ids": null}', 400, "parameter_invalid"),
        (b'{"ids": "a"}', 400, "parameter_invalid"),
        (b'{"ids": {"a": 1}}', 400, "parameter_invalid"),
        (b'{"ids": ["a", 1]}', 400, "parameter_invalid"),
        (b'{"ids": [' + b"9" * 400 + b"]}", 400, "parameter_invalid"),
        (b'{"ids": ["\\ud800"]}', 400, "parameter_invalid"),
        (b'{"ids": ["\\u0000"]}', 400, "parameter_invalid"),
        (b'{"ids": ["' + b"a" * 70_000 + b'"]}', 413, "request_too_large"),
    ],
)
async def test_a_query_that_can_not_be_read_is_refused(
    client: httpx2.AsyncClient, acme: Tenant, body: bytes, status: int, code: str
) -> None:
    response = await client.post("/presence/query", headers=acme.headers, content=body)
    assert_error_list(response, status, code)


def test_ids_are_read_once_each_and_only_where_they_can_be_ids() -> None:
    contact_id = "65536f0e1b2c3d4e5f60718a"
    assert read_ids({"ids": [contact_id, contact_id.upper(), contact_id, "x"]}) == [contact_id]
    with pytest.raises(ParameterNotFound, match="ids is missing"):
        read_ids({})
    with pytest.raises(ParameterInvalid, match="list of strings"):
        read_ids({"ids": [contact_id, None]})


# GET /presence/stream


@asynccontextmanager
async def listening(client: httpx2.AsyncClient, tenant: Tenant) -> AsyncIterator[AsyncIterator[str]]:
    """An open stream, after its greeting: the lines of it."""
    async with (
        asyncio.timeout(60),
        client.stream("GET", "/presence/stream", headers=tenant.headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "x-ratelimit-limit" in response.headers
        lines = response.aiter_lines()
        assert (await anext(lines)).startswith(":")
        yield lines


async def next_event(lines: AsyncIterator[str]) -> dict[str, Any]:
    async for line in lines:
        if line.startswith("data: "):
            event: dict[str, Any] = json.loads(line.removeprefix("data: "))
            return event
        assert line in {"", "event: presence"} or line.startswith(":")
    raise AssertionError("the stream ended")


async def test_a_stream_brings_each_change_of_its_workspace(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, globex: Tenant
) -> None:
    somebody, stranger = ContactId("a" * 24), ContactId("b" * 24)
    async with listening(client, acme) as lines:
        server.state.tracker.ping(globex.app_id, stranger, START)
        server.state.tracker.ping(acme.app_id, somebody, START)
        assert await next_event(lines) == {"id": somebody, "online": True, "last_seen_at": START}
        server.clock.advance(121)
        await server.state.sweeper.sweep()
        assert await next_event(lines) == {"id": somebody, "online": False, "last_seen_at": START}


async def test_a_stream_needs_a_token(client: httpx2.AsyncClient) -> None:
    assert_error_list(await client.get("/presence/stream"), 401, "unauthorized")


async def test_HEAD_of_a_stream_ends_at_once(client: httpx2.AsyncClient, acme: Tenant) -> None:
    async with asyncio.timeout(60):
        response = await client.head("/presence/stream", headers=acme.headers)
    assert response.status_code == 200
    assert response.content == b""


async def test_R81_revoking_the_token_ends_its_stream_within_five_seconds(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Limits().check_seconds <= 2  # often enough; here, oftener
    often = partial(PresenceStream, limits=Limits(check_seconds=0.05))
    monkeypatch.setattr("app.api.presence.PresenceStream", often)

    def revoke(conn: Connection) -> None:
        revoke_token(conn, acme.app_id, "test", START)

    async with listening(client, acme) as lines:
        await server.state.database.write(revoke)
        assert [line async for line in lines if line and not line.startswith(":")] == []


async def test_a_server_that_goes_down_does_not_wait_for_streams(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    server.server.config.timeout_graceful_shutdown = None  # it would wait for ever
    async with listening(client, acme) as lines:
        await server.stop()
        with pytest.raises(httpx2.RemoteProtocolError, match="incomplete chunked read"):
            await anext(lines)
            await anext(lines)


async def test_a_reader_that_stands_still_is_dropped_with_all_that_waits_for_it(
    server: Served, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty = partial(PresenceStream, limits=Limits(patience_seconds=0.1, most_waiting=1_000_000))
    monkeypatch.setattr("app.api.presence.PresenceStream", hasty)
    monkeypatch.setattr("app.api.stream.GOODBYE_SECONDS", 0.1)
    somebody = ContactId("a" * 24)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1_024)
    head = f"GET /presence/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {acme.token}\r\n\r\n"
    writer.write(head.encode())
    async with asyncio.timeout(60):
        await reader.readuntil(b": changes from here on")
        connections = server.server.server_state.connections
        assert len(connections) == 1
        # More than the kernel takes for somebody who does not read.
        while connections:
            for _ in range(2_000):
                server.state.hub.publish(Change(acme.app_id, somebody, True, START, START, START))
            await asyncio.sleep(0)
    writer.close()


async def test_a_token_holds_a_limited_number_of_streams(
    client: httpx2.AsyncClient, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.desk.MOST_STREAMS", 1)
    async with listening(client, acme):
        refused = await client.get("/presence/stream", headers=acme.headers)
        assert_error_list(refused, 429, "rate_limit_exceeded", "1 streams open")
    # Its place is free again once it has hung up.
    async with asyncio.timeout(60):
        while True:
            async with client.stream("GET", "/presence/stream", headers=acme.headers) as response:
                if response.status_code == 200:
                    return


async def test_R82_whose_presence_was_seen_is_on_the_log(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_contact(acme)
    await ask(client, acme, [ada, NOBODY])
    await ask(client, acme, [NOBODY])
    assert await looks(server, "contact.presence_viewed") == [{"ids": [ada]}]


async def test_R82_a_script_that_asks_after_the_same_people_again_and_again_looks_once_in_ten_minutes(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    ada, ben = [await add_contact(acme) for _ in range(2)]
    for ids in ([ada, ben], [ben, NOBODY, ada], [ada]):
        assert await ask(client, acme, ids)
    server.clock.advance(599.0)
    await ask(client, acme, [ada, ben])
    assert await looks(server, "contact.presence_viewed") == [{"ids": [ada, ben]}, {"ids": [ada]}]
    server.clock.advance(1.0)
    await ask(client, acme, [ada, ben])
    assert (await looks(server, "contact.presence_viewed"))[2:] == [{"ids": [ada, ben]}]


async def test_R82_a_look_that_could_not_be_logged_is_no_earlier_look(
    client: httpx2.AsyncClient,
    server: Served,
    acme: Tenant,
    add_contact: AddContact,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada = await add_contact(acme)

    async def full(*_: object) -> None:
        raise StorageUnavailable("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("app.api.calls.log_view", full)
        for _ in range(2):
            response = await client.post("/presence/query", headers=acme.headers, json={"ids": [ada]})
            assert response.status_code == 503
    await ask(client, acme, [ada])
    assert await looks(server, "contact.presence_viewed") == [{"ids": [ada]}]


async def test_R82_a_stream_is_on_the_log_when_it_is_opened(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    async with listening(client, acme):
        assert await looks(server, "contact.presence_streamed") == [{}]
