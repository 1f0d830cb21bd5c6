"""Deleting people's data in the settings. Rules R60, R61."""

import re
from dataclasses import replace

import httpx2
import pytest
from sqlalchemy import select, update

from app.contacts.grace import GRACE_SECONDS
from app.storage.tables import audit_log, contacts
from support.desk import AddPerson, Browse, Team, ids_in, text_of
from support.serving import START, Served
from support.trail import actions_of

PAGE = "/settings/deleting-people-data"
HOSTILE = "<img src=x onerror=alert(1)>"


async def search(client: httpx2.AsyncClient, team: Team, words: str) -> httpx2.Response:
    return await client.get(team.url(PAGE), params={"q": words})


async def delete(client: httpx2.AsyncClient, team: Team, contact_id: str, **fields: str) -> httpx2.Response:
    data = {"csrf_token": team.csrf_token, "id": contact_id, "confirmed": "yes", **fields}
    return await client.post(team.url(PAGE), data=data)


async def restore(client: httpx2.AsyncClient, team: Team, contact_id: str) -> httpx2.Response:
    data = {"csrf_token": team.csrf_token, "id": contact_id}
    return await client.post(team.url(f"{PAGE}/restore"), data=data)


def offered(html: str) -> list[tuple[str, bool]]:
    """The radio buttons: whom, and whether chosen already."""
    found = re.findall(r'<input type="radio" name="id" value="(\w+)" required( checked)?>', html)
    return [(contact_id, bool(checked)) for contact_id, checked in found]


def restorable(html: str) -> list[str]:
    return re.findall(r'data-deleted-id="(\w+)"', html)


async def deleted_days_ago(server: Served, contact_id: str, at: float) -> None:
    values = {"deleted_at": at, "deleted_by": "token:9", "listed": False}
    statement = update(contacts).where(contacts.c.id == contact_id).values(values)
    await server.state.database.write(lambda conn: conn.execute(statement))


async def test_R60_one_who_fits_is_chosen_and_several_are_to_choose_from(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    user = await add_person(
        acme, name="Ada", email="ada@example.com", email_key="ada@example.com", external_id="7"
    )
    lead = await add_person(
        acme, role="lead", email="Ada@example.com", listed=False, archived_at=START, pseudonym="Red Kite"
    )
    for words in ("7", user, f" {user} "):
        assert offered((await search(admin, acme, words)).text) == [(user, True)]
    page = await search(admin, acme, "ADA@example.com")
    assert sorted(offered(page.text)) == sorted([(user, False), (lead, False)])
    said = text_of(page.text)
    for words in ("2 people fit", "Ada User · ada@example.com · user ID 7", f"ID {user}", "Lead · archived"):
        assert words in said


@pytest.mark.parametrize("words", ["nobody@example.com", "ad", HOSTILE, "x" * 5_000, "' OR 1=1 --"])
async def test_whoever_fits_nothing_is_not_found(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, words: str
) -> None:
    await add_person(acme, name="Ada", email="ada@example.com")
    page = await search(admin, acme, words)
    assert page.status_code == 200
    assert offered(page.text) == []
    assert "Nobody here has the user ID or email" in text_of(page.text)
    assert HOSTILE not in page.text


async def test_an_empty_page_says_so(admin: httpx2.AsyncClient, acme: Team) -> None:
    said = text_of((await admin.get(acme.url(PAGE))).text)
    assert "Nobody was deleted in the last seven days." in said
    assert "Nobody here has" not in said


async def test_R60_without_scripts_it_is_asked_once_more_on_a_page(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    ada = await add_person(acme, name="Ada", email="ada@example.com")
    asked = await delete(admin, acme, ada, confirmed="", q="ada@example.com")
    assert asked.status_code == 200
    assert re.search(r'<dialog id="asking"[^>]* open>', asked.text)
    assert f'<input type="hidden" name="id" value="{ada}">' in asked.text
    assert (await admin.get(acme.url(f"/users/show?id={ada}"))).status_code == 200
    # A page that was only looked for somebody holds the same question, shut.
    assert re.search(r'<dialog id="asking"[^>]*text">', (await search(admin, acme, "ada@example.com")).text)


async def test_R60_R61_a_deleted_person_is_gone_until_restored(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme, name="Ada", email="ada@example.com")
    tracker = server.state.tracker
    tracker.heartbeat(tracker.lease(acme.app_id, ada), START)
    answer = await delete(admin, acme, ada)
    assert (answer.status_code, answer.headers["location"]) == (303, acme.url(f"{PAGE}?done=deleted"))
    assert not tracker.is_online(acme.app_id, ada)
    assert ids_in((await admin.get(acme.url("/users"))).text) == []
    assert (await admin.get(acme.url(f"/users/show?id={ada}"))).status_code == 404
    assert offered((await search(admin, acme, "ada@example.com")).text) == []
    page = await admin.get(answer.headers["location"])
    assert restorable(page.text) == [ada]
    said = text_of(page.text)
    assert "Ada Deleted by admin@acme.example, 14 Nov 2023, 22:13:2" in said
    assert "Can be restored until 21 Nov 2023, 22:13:2" in said

    answer = await restore(admin, acme, ada)
    assert (answer.status_code, answer.headers["location"]) == (303, acme.url(f"{PAGE}?done=restored"))
    page = await admin.get(answer.headers["location"])
    assert restorable(page.text) == []
    assert "Restored, as they were." in text_of(page.text)
    assert ids_in((await admin.get(acme.url("/users"))).text) == [ada]
    entries = await server.state.database.read(lambda conn: actions_of(conn, acme.app_id))
    actor = ("admin", str(acme.admin_id))
    assert (*actor, "contact.deleted", ada) in entries
    assert (*actor, "contact.restored", ada) in entries


async def test_R61_after_seven_days_nobody_is_listed_or_restored(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    now = server.state.clock.now()
    ada = await add_person(acme, name="Ada")
    await deleted_days_ago(server, ada, now - GRACE_SECONDS + 60)
    page = await admin.get(acme.url(PAGE))
    assert restorable(page.text) == [ada]
    assert "Deleted by an API token" in text_of(page.text)
    await deleted_days_ago(server, ada, now - GRACE_SECONDS)
    assert restorable((await admin.get(acme.url(PAGE))).text) == []
    answer = await restore(admin, acme, ada)
    assert answer.status_code == 404
    assert "That person is not here any more" in text_of(answer.text)


async def test_nobody_chosen_and_nobody_there_are_said_in_sentences(
    admin: httpx2.AsyncClient, acme: Team
) -> None:
    answer = await delete(admin, acme, "")
    assert answer.status_code == 400
    assert "Choose whom to delete" in text_of(answer.text)
    for contact_id in ("0" * 24, "x", HOSTILE, "9" * 40):
        for confirmed in ("yes", ""):
            answer = await delete(admin, acme, contact_id, confirmed=confirmed)
            assert answer.status_code == 404
            assert "not here any more" in text_of(answer.text)
            assert HOSTILE not in answer.text


async def test_R81_teammates_may_not(browse: Browse, acme: Team, add_person: AddPerson) -> None:
    ada = await add_person(acme, name="Ada")
    mate, team = browse(acme.teammate_token), replace(acme, csrf_token=acme.teammate_csrf_token)
    assert (await search(mate, team, ada)).status_code == 403
    assert (await delete(mate, team, ada)).status_code == 403
    assert (await restore(mate, team, ada)).status_code == 403
    assert PAGE not in (await mate.get(acme.url("/settings/teammates"))).text
    assert ids_in((await mate.get(acme.url("/users"))).text) == [ada]


async def test_R83_nobody_of_another_workspace_is_seen_or_deleted(
    browse: Browse, acme: Team, globex: Team, add_person: AddPerson
) -> None:
    ada = await add_person(acme, name="Ada", email="ada@example.com", external_id="7")
    stranger = browse(globex.admin_token)
    for words in (ada, "ada@example.com", "7"):
        assert offered((await search(stranger, globex, words)).text) == []
        assert (await search(stranger, acme, words)).status_code == 404
    assert (await delete(stranger, globex, ada)).status_code == 404
    assert (await delete(stranger, replace(acme, csrf_token=globex.csrf_token), ada)).status_code == 404
    owner = browse(acme.admin_token)
    assert ids_in((await owner.get(acme.url("/users"))).text) == [ada]
    await delete(owner, acme, ada)
    assert restorable((await stranger.get(globex.url(PAGE))).text) == []
    assert (await restore(stranger, globex, ada)).status_code == 404
    assert restorable((await owner.get(acme.url(PAGE))).text) == [ada]


async def test_a_form_without_the_pages_token_is_refused(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    ada = await add_person(acme)
    assert (await delete(admin, replace(acme, csrf_token="x"), ada)).status_code == 403
    assert (await restore(admin, replace(acme, csrf_token=""), ada)).status_code == 403
    assert ids_in((await admin.get(acme.url("/users"))).text) == [ada]


async def test_R82_whom_an_admin_looked_at_is_on_the_log(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme, email="ada@example.com")
    await search(admin, acme, "nobody")
    await search(admin, acme, "ada@example.com")
    details = select(audit_log.c.detail).where(audit_log.c.action == "contact.listed")
    seen = await server.state.database.read(lambda conn: list(conn.execute(details).scalars()))
    assert seen == [{"ids": [ada], "deleted": 0}]


async def test_what_people_are_called_is_text(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    ada = await add_person(
        acme, name=HOSTILE, email=f'"{HOSTILE}"@x', external_id=HOSTILE, avatar_url="javascript:x"
    )
    found = await search(admin, acme, HOSTILE)
    assert offered(found.text) == [(ada, True)]
    asked = await delete(admin, acme, ada, confirmed="", q=HOSTILE)
    await delete(admin, acme, ada)
    for page in (found, asked, await admin.get(acme.url(PAGE))):
        assert HOSTILE not in page.text
        assert "&lt;img src=x onerror=alert(1)&gt;" in page.text
