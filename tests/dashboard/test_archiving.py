"""*Archive* and *Unarchive* on a profile. Rule R64."""

import httpx2
import pytest

from support.desk import AddPerson, Browse, Team, ids_in, text_of
from support.serving import Served
from support.trail import actions_of


async def press(client: httpx2.AsyncClient, team: Team, deed: str, contact_id: str) -> httpx2.Response:
    data = {"csrf_token": team.csrf_token, "id": contact_id}
    return await client.post(team.url(f"/users/{deed}"), data=data)


async def test_R64_archived_people_leave_the_list_and_come_back(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme, name="Ada")
    profile = acme.url(f"/users/show?id={ada}")
    answer = await press(admin, acme, "archive", ada)
    assert (answer.status_code, answer.headers["location"]) == (303, profile)
    assert ids_in((await admin.get(acme.url("/users"))).text) == []
    assert "Archived" in text_of((await admin.get(profile)).text)
    await press(admin, acme, "unarchive", ada)
    assert ids_in((await admin.get(acme.url("/users"))).text) == [ada]
    assert "Archived" not in text_of((await admin.get(profile)).text)
    entries = await server.state.database.read(lambda conn: actions_of(conn, acme.app_id))
    admin_actor = ("admin", str(acme.admin_id))
    assert (*admin_actor, "contact.archived", ada) in entries
    assert (*admin_actor, "contact.unarchived", ada) in entries


async def test_a_teammate_may_archive(browse: Browse, acme: Team, add_person: AddPerson) -> None:
    ada = await add_person(acme)
    data = {"csrf_token": acme.teammate_csrf_token, "id": ada}
    answer = await browse(acme.teammate_token).post(acme.url("/users/archive"), data=data)
    assert answer.status_code == 303


@pytest.mark.parametrize("deed", ["archive", "unarchive"])
async def test_R83_nobody_of_another_workspace_is_touched(
    browse: Browse, acme: Team, globex: Team, add_person: AddPerson, deed: str
) -> None:
    ada = await add_person(acme)
    stranger = browse(globex.admin_token)
    assert (await press(stranger, globex, deed, ada)).status_code == 404
    data = {"csrf_token": globex.csrf_token, "id": ada}
    assert (await stranger.post(acme.url(f"/users/{deed}"), data=data)).status_code == 404
    assert ids_in((await browse(acme.admin_token).get(acme.url("/users"))).text) == [ada]


async def test_a_form_without_the_pages_token_is_refused(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    ada = await add_person(acme)
    assert (await admin.post(acme.url("/users/archive"), data={"id": ada})).status_code == 403
    assert (await press(admin, acme, "archive", "")).status_code == 404
