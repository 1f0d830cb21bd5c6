"""Notes over REST, on a running server."""

from typing import Any

import httpx2
import pytest

from support.claims import assert_error_list
from support.rest import AddContact, Tenant, add_admin
from support.serving import START, Served
from support.trail import looks

NOBODY = "0" * 24


async def write(client: httpx2.AsyncClient, tenant: Tenant, contact_id: str, **body: Any) -> dict[str, Any]:
    url = f"/contacts/{contact_id}/notes"
    response = await client.post(url, headers=tenant.headers, json={"body": "Hello"} | body)
    assert response.status_code == 200, response.text
    note: dict[str, Any] = response.json()
    return note


async def test_a_note_is_written_as_described(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    ada, tess = await add_contact(acme), await add_admin(server, acme, "tess@acme.example", "Tess")
    note = await write(client, acme, ada, admin_id=tess)
    author = note.pop("author")
    assert note == {
        "type": "note",
        "id": note["id"],
        "created_at": int(START),
        "contact": {"type": "contact", "id": ada},
        "body": "<p>Hello</p>",
    }
    described = {"type": "admin", "id": str(tess), "name": "Tess", "email": "tess@acme.example"}
    described |= {"away_mode_enabled": False, "away_mode_reassign": False}
    assert author.items() >= described.items()
    response = await client.get(f"/notes/{note['id']}", headers=acme.headers)
    assert (response.status_code, response.json()) == (200, note | {"author": author})


async def test_notes_come_by_pages_the_newest_first(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_contact(acme)
    notes = [await write(client, acme, ada, body=text) for text in ("one", "two", "three")]
    url = f"/contacts/{ada}/notes"
    whole = (await client.get(url, headers=acme.headers)).json()
    pages = {"type": "pages", "next": None, "page": 1, "per_page": 50, "total_pages": 1}
    assert whole == {"type": "list", "data": notes[::-1], "total_count": 3, "pages": pages}
    found = [
        (await client.get(f"{url}?per_page=2&page={page}", headers=acme.headers)).json() for page in (1, 2, 3)
    ]
    assert [page["data"] for page in found] == [notes[:0:-1], notes[:1], []]
    assert notes[0]["author"] is None


async def test_a_note_can_carry_nothing_into_a_dashboard(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    hostile = '<p onclick="x()">hi <img src=x onerror=alert(1)><script>alert(1)</script></p>'
    note = await write(client, acme, await add_contact(acme), body=hostile)
    assert note["body"] == "<p>hi</p>"


async def test_an_author_who_is_no_teammate_is_named(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    body = {"body": "Hello", "admin_id": 123}
    answer = await client.post(f"/contacts/{await add_contact(acme)}/notes", headers=acme.headers, json=body)
    assert_error_list(answer, 404, "not_found", "Resource Not Found: admin_id names no teammate")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "parameter_not_found"),
        ({"body": ""}, 400, "parameter_invalid"),
        ({"body": ["x"]}, 400, "parameter_invalid"),
        ({"body": "x" * 10_001}, 400, "parameter_invalid"),
        ({"body": "a\0b"}, 400, "parameter_invalid"),
        ({"body": "Hello", "admin_id": 123}, 404, "not_found"),
        ({"body": "Hello", "admin_id": ["1"]}, 404, "not_found"),
    ],
)
async def test_what_can_not_be_taken_is_refused(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact, body: Any, status: int, code: str
) -> None:
    url = f"/contacts/{await add_contact(acme)}/notes"
    assert_error_list(await client.post(url, headers=acme.headers, json=body), status, code)


async def test_R82_whose_note_was_looked_at_is_on_the_log(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_contact(acme)
    note = await write(client, acme, ada, body="Hi")
    await client.get(f"/notes/{note['id']}", headers=acme.headers)
    assert await looks(server, "note.viewed") == [{"contact_id": ada}]


async def test_R83_another_workspaces_note_or_contact_is_as_unknown_as_none(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, globex: Tenant, add_contact: AddContact
) -> None:
    ours, theirs = await add_contact(acme), await add_contact(globex)
    their_note = await write(client, globex, theirs)
    their_admin = await add_admin(server, globex)
    for note_id in (their_note["id"], "999999", "x", "9" * 40):
        response = await client.get(f"/notes/{note_id}", headers=acme.headers)
        assert_error_list(response, 404, "not_found", "Resource Not Found")
    for contact_id in (theirs, NOBODY, "123"):
        url = f"/contacts/{contact_id}/notes"
        for response in (
            await client.get(url, headers=acme.headers),
            await client.post(url, headers=acme.headers, json={"body": "Hello"}),
        ):
            assert_error_list(response, 404, "not_found", "User Not Found")
    response = await client.post(
        f"/contacts/{ours}/notes", headers=acme.headers, json={"body": "Hello", "admin_id": their_admin}
    )
    assert_error_list(response, 404, "not_found", "Resource Not Found")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", f"/contacts/{NOBODY}/notes"), ("POST", f"/contacts/{NOBODY}/notes"), ("GET", "/notes/1")],
)
async def test_nothing_is_told_without_a_token(client: httpx2.AsyncClient, method: str, path: str) -> None:
    assert_error_list(await client.request(method, path), 401, "unauthorized", "Access Token Invalid")
