"""Imports and exports over HTTP: rule R55."""

import asyncio
import csv
import errno
import io
from typing import Any

import httpx2
import pytest

from app import lifespan
from app.contacts import import_jobs, import_receiving
from app.contacts.import_jobs import Importer
from app.errors import BodyTooLarge
from app.storage.lookout import Lookout
from support.claims import assert_error_list
from support.idling import IdleImporter
from support.rest import AddContact, Tenant
from support.serving import START, Served

CSV = {"content-type": "text/csv"}


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's own importer looks for no jobs: tests move another."""
    monkeypatch.setattr(lifespan, "Importer", IdleImporter)


async def post(
    client: httpx2.AsyncClient, tenant: Tenant, text: str | bytes, **query: str
) -> httpx2.Response:
    content = text if isinstance(text, bytes) else text.encode()
    return await client.post("/imports", params=query, headers=tenant.headers | CSV, content=content)


async def finish(server: Served) -> None:
    folder = server.state.settings.data_dir / import_jobs.FOLDER
    await Importer(server.state.database, folder, server.state.clock).finish_all()


async def look(client: httpx2.AsyncClient, tenant: Tenant, job_id: str) -> dict[str, Any]:
    return dict((await client.get(f"/imports/{job_id}", headers=tenant.headers)).json())


async def test_R55_a_file_is_imported_and_its_progress_told(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    response = await post(
        client, acme, "Mail,name\nada@example.com,Ada\nno email,X\n", mapping='{"Mail":"email"}'
    )
    assert response.status_code == 202
    job = response.json()
    assert (job["type"], job["state"], job["rows_total"], job["rows_done"]) == ("job", "pending", 2, 0)
    await finish(server)
    done = await look(client, acme, job["id"])
    assert (done["state"], done["rows_done"], done["rows_failed"]) == ("completed", 2, 1)
    assert done["problems"] == [{"line": 3, "reason": "email is no email address"}]
    listed = (await client.get("/contacts", headers=acme.headers)).json()
    assert [contact["email"] for contact in listed["data"]] == ["ada@example.com"]


async def test_R55_an_owner_of_5000_digits_costs_its_line_alone(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    job_id = (await post(client, acme, f"user_id,owner_id\n1,{'9' * 5_000}\n2,\n")).json()["id"]
    await finish(server)
    done = await look(client, acme, job_id)
    assert (done["state"], done["rows_done"]) == ("completed", 2)
    assert done["problems"] == [{"line": 2, "reason": "owner_id must be the id of a teammate"}]


@pytest.mark.parametrize("on", ["true", "True", "1"])
async def test_R55_a_preview_writes_nothing(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, on: str
) -> None:
    response = await post(client, acme, "email,company_size\na@b.example,7\nx,7\n", preview=on)
    seen = response.json()
    assert response.status_code == 200
    assert seen["columns"] == ["email", "custom_attributes.company_size"]
    assert [row["line"] for row in seen["rows"]] == [2]
    assert [problem["line"] for problem in seen["problems"]] == [3]
    await finish(server)
    assert (await client.get("/contacts", headers=acme.headers)).json()["data"] == []
    assert list((server.state.settings.data_dir / import_jobs.FOLDER).iterdir()) == []


@pytest.mark.parametrize(
    ("text", "query", "told"),
    [
        ("", {}, "The file is empty"),
        ("shoe_size\n42\n", {}, "'shoe_size' is no field"),
        (b"user_id\n\xff\n", {}, "not UTF-8"),
        ("user_id\n1\n", {"preview": "yes"}, "preview must be true or false"),
        ("user_id\n1\n", {"mapping": "{"}, "mapping is not JSON"),
        ("user_id\n1\n", {"mapping": "[]"}, "mapping must be a JSON object"),
        ("user_id\n1\n", {"mapping": '{"user_id": 1}'}, "mapping must be a JSON object"),
        ("user_id\n1\n", {"mapping": '{"Mail": "email"}'}, "does not have: 'Mail'"),
    ],
)
async def test_R55_what_can_not_be_imported_is_refused_and_not_kept(
    client: httpx2.AsyncClient,
    server: Served,
    acme: Tenant,
    text: str | bytes,
    query: dict[str, str],
    told: str,
) -> None:
    response = await post(client, acme, text, **query)
    assert_error_list(response, 400, "parameter_invalid")
    assert told in response.json()["errors"][0]["message"]
    folder = server.state.settings.data_dir / import_jobs.FOLDER
    assert not folder.exists() or list(folder.iterdir()) == []


async def test_R55_a_file_that_is_too_long_is_refused(
    client: httpx2.AsyncClient, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_receiving, "MOST_FILE_BYTES", 20)
    response = await post(client, acme, "user_id\n" + "1\n" * 20)
    assert_error_list(response, BodyTooLarge.status, BodyTooLarge.code)


async def test_R55_a_file_for_which_there_is_no_room_is_refused_and_not_kept(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(import_receiving, "_sync", full)
    response = await post(client, acme, "user_id\n1\n")
    assert_error_list(response, 507, "storage_full")
    assert list((server.state.settings.data_dir / import_jobs.FOLDER).iterdir()) == []


async def test_R55_an_import_is_stopped(client: httpx2.AsyncClient, server: Served, acme: Tenant) -> None:
    job_id = (await post(client, acme, "user_id\n1\n")).json()["id"]
    stopped = await client.delete(f"/imports/{job_id}", headers=acme.headers)
    assert stopped.json()["state"] == "canceled"
    assert list((server.state.settings.data_dir / import_jobs.FOLDER).iterdir()) == []
    await finish(server)
    assert (await client.get("/contacts", headers=acme.headers)).json()["data"] == []


async def test_R55_everybody_is_exported(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant, add_contact: AddContact
) -> None:
    await add_contact(acme, external_id="1", name="=cmd()")
    await add_contact(globex, external_id="2")
    response = await client.get("/exports/contacts", headers=acme.headers)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    [row] = csv.DictReader(io.StringIO(response.text, newline=""))
    assert (row["user_id"], row["name"]) == ("1", "'=cmd()")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_R83_a_job_of_another_workspace_is_not_found(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant, method: str
) -> None:
    job_id = (await post(client, acme, "user_id\n1\n")).json()["id"]
    for path in (f"/imports/{job_id}", f"/imports/{'f' * 24}", "/imports/x"):
        response = await client.request(method, path, headers=globex.headers)
        assert_error_list(response, 404, "not_found", "Job Not Found")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/imports"), ("GET", "/imports/1"), ("DELETE", "/imports/1"), ("GET", "/exports/contacts")],
)
async def test_without_a_token_nothing_is_taken_or_told(
    client: httpx2.AsyncClient, method: str, path: str
) -> None:
    assert_error_list(await client.request(method, path), 401, "unauthorized", "Access Token Invalid")


async def test_the_server_itself_takes_up_what_waits(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    folder = server.state.settings.data_dir / import_jobs.FOLDER
    lookout = Lookout(server.state.database)
    running = asyncio.create_task(Importer(server.state.database, folder, server.state.clock).run(lookout))
    job_id = (await post(client, acme, "user_id\n1\n")).json()["id"]
    async with asyncio.timeout(60):
        while (await look(client, acme, job_id))["state"] != "completed":
            await lookout.look()
    running.cancel()
    assert (await look(client, acme, job_id))["created_at"] == int(START)
