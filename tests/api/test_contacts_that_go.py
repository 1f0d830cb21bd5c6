"""Archive, block, delete and restore over HTTP: what shows, what is refused, and when. Rules R60 to R64."""

import asyncio
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import select

from app.contacts.grace import GRACE_SECONDS
from app.storage.tables import audit_log, receipts
from app.wire import DELETED, REFUSED
from support.claims import assert_error_list
from support.rest import Tenant
from support.serving import START, Served


@pytest_asyncio.fixture
async def ada(client: httpx2.AsyncClient, acme: Tenant) -> dict[str, Any]:
    body = {"external_id": "42", "email": "ada@example.com", "name": "Ada"}
    response = await client.post("/contacts", headers=acme.headers, json=body)
    made: dict[str, Any] = response.json()
    return made


class Socket:
    """An open messenger socket, as the tracker sees it."""

    opened_at = START
    heard_at: float | None = START
    has_left = False
    closed_with: int | None = None

    def close(self, code: int) -> None:
        self.closed_with = code


def sit_online(server: Served, acme: Tenant, ada: dict[str, Any]) -> Socket:
    lease, socket = server.state.tracker.lease(acme.app_id, ada["id"]), Socket()
    server.state.tracker.open(lease, socket)
    server.state.tracker.heartbeat(lease, START)
    assert server.state.tracker.is_online(acme.app_id, ada["id"])
    return socket


@pytest.fixture
def go(client: httpx2.AsyncClient, acme: Tenant, ada: dict[str, Any]) -> Any:
    """Do something to Ada: ``await go("POST", "/archive")``."""

    async def ask(method: str, tail: str = "", **sent: Any) -> httpx2.Response:
        return await client.request(method, f"/contacts/{ada['id']}{tail}", headers=acme.headers, **sent)

    return ask


async def listed(client: httpx2.AsyncClient, acme: Tenant) -> list[str]:
    response = await client.get("/contacts", headers=acme.headers)
    return [contact["id"] for contact in response.json()["data"]]


async def test_R64_archive_and_unarchive_need_no_body(
    client: httpx2.AsyncClient, acme: Tenant, ada: dict[str, Any], go: Any
) -> None:
    answer = await go("POST", "/archive")
    reference = {"type": "contact", "id": ada["id"], "external_id": "42"}
    assert answer.json() == reference | {"archived": True}
    assert await listed(client, acme) == []
    assert (await go("GET")).json()["archived"] is True
    again = await client.post("/contacts", headers=acme.headers, json={"external_id": "42"})
    assert_error_list(
        again,
        409,
        "conflict",
        f"An archived contact matching those details already exists with id={ada['id']}",
    )
    answer = await go("POST", "/unarchive")
    assert answer.json() == reference | {"archived": False}
    assert await listed(client, acme) == [ada["id"]]
    assert (await go("GET")).json() == ada


async def test_whatever_a_body_says_is_left_unread(go: Any) -> None:
    assert (await go("POST", "/archive", content=b"{no json")).status_code == 200


async def test_block_puts_the_dot_off_and_closes_the_sockets_until_unarchived(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, ada: dict[str, Any], go: Any
) -> None:
    socket = sit_online(server, acme, ada)
    answer = await go("POST", "/block")
    assert answer.json() == {"type": "contact", "id": ada["id"], "external_id": "42", "blocked": True}
    assert socket.closed_with == REFUSED
    assert not server.state.tracker.is_online(acme.app_id, ada["id"])
    assert server.state.tracker.farewell(acme.app_id, ada["id"]) == REFUSED
    await go("POST", "/unarchive")
    assert server.state.tracker.farewell(acme.app_id, ada["id"]) is None


async def test_R60_delete_hides_at_once_and_puts_the_dot_off(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, ada: dict[str, Any], go: Any
) -> None:
    socket = sit_online(server, acme, ada)
    answer = await go("DELETE")
    assert answer.json() == {"type": "contact", "id": ada["id"], "external_id": "42", "deleted": True}
    assert socket.closed_with == DELETED
    assert not server.state.tracker.is_online(acme.app_id, ada["id"])
    assert await listed(client, acme) == []
    for method, tail in [("GET", ""), ("POST", "/archive"), ("POST", "/unarchive"), ("POST", "/block")]:
        assert_error_list(await go(method, tail), 404, "not_found", "User Not Found")
    by_external_id = await client.get("/contacts/find_by_external_id/42", headers=acme.headers)
    assert_error_list(by_external_id, 404, "not_found", "User Not Found")
    presence = await client.post("/presence/query", headers=acme.headers, json={"ids": [ada["id"]]})
    assert presence.json() == {"contacts": {}}


async def test_R61_restore_brings_it_back_whole(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, ada: dict[str, Any], go: Any
) -> None:
    await go("DELETE")
    server.clock.advance(GRACE_SECONDS - 0.01)
    assert (await go("POST", "/restore")).json() == ada
    assert (await go("GET")).json() == ada
    assert await listed(client, acme) == [ada["id"]]
    assert server.state.tracker.farewell(acme.app_id, ada["id"]) is None


async def test_restored_whoever_was_blocked_is_blocked_still(
    server: Served, acme: Tenant, ada: dict[str, Any], go: Any
) -> None:
    await go("POST", "/block")
    await go("DELETE")
    await go("POST", "/restore")
    assert server.state.tracker.farewell(acme.app_id, ada["id"]) == REFUSED


async def test_R61_after_seven_days_nothing_brings_it_back(server: Served, go: Any) -> None:
    await go("DELETE")
    server.clock.advance(GRACE_SECONDS)
    for method, tail, sent in [
        ("POST", "/restore", {}),
        ("DELETE", "", {}),
        ("PUT", "", {"json": {"external_id": "43"}}),
        ("GET", "", {}),
    ]:
        assert_error_list(await go(method, tail, **sent), 404, "not_found", "User Not Found")


async def test_R62_rename_delete_again_and_create_anew(
    client: httpx2.AsyncClient, acme: Tenant, ada: dict[str, Any], go: Any
) -> None:
    await go("DELETE")
    taken = await client.post("/contacts", headers=acme.headers, json={"external_id": "42"})
    assert_error_list(taken, 409, "conflict", ada["id"])
    renamed = await go("PUT", json={"external_id": "42_delete"})
    assert renamed.status_code == 200
    assert renamed.json() == ada | {"external_id": "42_delete", "deleted": True}
    assert_error_list(await go("GET"), 404, "not_found")
    again = await go("DELETE")
    assert (again.status_code, again.json()["external_id"]) == (200, "42_delete")
    anew = await client.post("/contacts", headers=acme.headers, json={"external_id": "42"})
    assert anew.status_code == 200
    assert anew.json()["id"] != ada["id"]


async def test_R62_after_seven_days_the_ids_are_free_though_the_purge_is_late(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, ada: dict[str, Any], go: Any
) -> None:
    await go("DELETE")
    server.clock.advance(GRACE_SECONDS)
    anew = await client.post(
        "/contacts", headers=acme.headers, json={"external_id": "42", "email": "ada@example.com"}
    )
    assert anew.status_code == 200
    [receipt] = await server.state.database.read(lambda conn: list(conn.execute(select(receipts)).mappings()))
    assert receipt["destroyed"]["contacts"] == 1


async def test_R61_the_server_destroys_by_itself_what_is_over(server: Served, acme: Tenant, go: Any) -> None:
    await go("DELETE")
    server.clock.advance(GRACE_SECONDS)
    await destroyed(server)


async def destroyed(server: Served) -> None:
    """The purge has come by, by itself, and the files are scrubbed."""
    async with asyncio.timeout(60):
        while not await server.state.database.read(lambda conn: conn.execute(select(receipts.c.id)).all()):
            await asyncio.sleep(0.05)
        assert await server.state.database.scrub()


async def test_R61_no_file_under_the_data_folder_holds_a_byte_of_the_destroyed(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, ada: dict[str, Any], go: Any
) -> None:
    folder = server.state.settings.data_dir

    def everything() -> bytes:
        return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    sit_online(server, acme, ada)
    await go("PUT", json={"custom_attributes": {"company_name": "Okonkwo & Daughters"}})
    await client.post("/contacts", headers=acme.headers, json={"email": "bystander@example.com"})
    secrets = [b"ada@example.com", b"okonkwo & daughters", b"Okonkwo & Daughters", ada["id"].encode()]
    assert b"ada@example.com" in everything()
    await go("DELETE")
    server.clock.advance(GRACE_SECONDS)
    await destroyed(server)
    left = everything()
    assert list((folder / "presence").iterdir())
    assert b"bystander@example.com" in left
    # The log keeps the id, which names nobody any more.
    assert [secret for secret in secrets if secret in left] == [ada["id"].encode()]


async def test_R82_each_deed_is_on_the_log(server: Served, go: Any) -> None:
    for method, tail in [("POST", "/archive"), ("POST", "/block"), ("DELETE", ""), ("POST", "/restore")]:
        assert (await go(method, tail)).status_code == 200
    actions = await server.state.database.read(
        lambda conn: list(conn.execute(select(audit_log.c.action).order_by(audit_log.c.id)).scalars())
    )
    assert actions == [
        "contact.created",
        "contact.archived",
        "contact.blocked",
        "contact.deleted",
        "contact.restored",
    ]
