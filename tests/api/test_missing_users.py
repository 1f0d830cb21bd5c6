"""The report of missing users over HTTP: rule R54."""

import httpx2

from support.claims import assert_error_list
from support.rest import AddContact, Tenant
from support.serving import START, Served
from support.trail import looks


async def test_R54_users_that_were_synced_and_never_seen_are_told(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant, add_contact: AddContact
) -> None:
    ids = [await add_contact(acme, synced_at=START, external_id=f"missing-{number}") for number in range(3)]
    await add_contact(acme, synced_at=START, first_seen_at=START, external_id="seen")
    await add_contact(globex, synced_at=START)
    first = (await client.get("/missing_users?per_page=2", headers=acme.headers)).json()
    assert (first["total_count"], first["synced_count"]) == (3, 4)
    following = first["pages"]["next"]["starting_after"]
    last = (
        await client.get(f"/missing_users?per_page=2&starting_after={following}", headers=acme.headers)
    ).json()
    assert "next" not in last["pages"]
    assert {user["id"] for user in first["data"] + last["data"]} == set(ids)


async def test_a_cursor_of_another_list_is_refused(client: httpx2.AsyncClient, acme: Tenant) -> None:
    response = await client.get("/missing_users?starting_after=WzEsMl0", headers=acme.headers)
    assert_error_list(response, 400, "parameter_invalid")


async def test_without_a_token_nobody_is_told(client: httpx2.AsyncClient) -> None:
    assert_error_list(await client.get("/missing_users"), 401, "unauthorized", "Access Token Invalid")


async def test_R82_who_was_told_of_is_on_the_log(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    missing = [await add_contact(acme, synced_at=START) for _ in range(2)]
    await client.get("/missing_users?per_page=1", headers=acme.headers)
    assert await looks(server, "contact.listed") == [{"ids": [min(missing)]}]
