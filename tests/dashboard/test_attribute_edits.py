"""Values set by hand on a profile, and taken back. Rules R31 to R33."""

import re
from typing import Any

import httpx2
import pytest
from sqlalchemy import insert, select

from app.attributes.operations import attributes_of
from app.contacts.profiles import named_by_id
from app.contacts.records import Contact
from app.ids import ContactId
from app.storage.tables import audit_log, webhook_deliveries, webhooks
from support.desk import AddPerson, Browse, Team, text_of
from support.serving import START, Served

EDIT, RESYNC = "/users/attribute", "/users/attribute/resync"
HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


async def send(
    client: httpx2.AsyncClient, team: Team, contact_id: str, path: str = EDIT, **fields: str
) -> httpx2.Response:
    form = {"csrf_token": team.csrf_token, "id": contact_id, "name": "company_size", **fields}
    return await client.post(team.url(path), data=form)


async def stored(server: Served, team: Team, contact_id: ContactId) -> Contact:
    [contact] = await server.state.database.read(lambda conn: named_by_id(conn, team.app_id, contact_id))
    return contact


async def deeds(server: Served, team: Team) -> list[tuple[str, str, Any]]:
    statement = select(audit_log).where(audit_log.c.app_id == team.app_id).order_by(audit_log.c.id)
    rows = await server.state.database.read(lambda conn: conn.execute(statement).all())
    return [(row.action, row.actor_id, row.detail) for row in rows]


async def test_R31_edit_sets_the_value_by_hand_and_leads_back_to_it(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme)
    answer = await send(admin, acme, ada, value=" 200 ")
    assert answer.status_code == 303
    where = answer.headers["location"]
    assert where.startswith(acme.url(f"/users/show?id={ada}#attribute-"))
    html = (await admin.get(where)).text
    row = html[html.index('data-attribute="company_size"') :]
    assert row.startswith('data-attribute="company_size" data-source="manual"')
    assert f'id="{where.partition("#")[2]}"' in html
    contact = await stored(server, acme, ada)
    assert contact.custom_attributes == {"company_size": 200}
    assert contact.provenance is not None
    assert contact.provenance["company_size"]["source"] == "manual"
    assert contact.provenance["company_size"]["by"] == f"admin:{acme.admin_id}"


async def test_R82_an_edit_is_on_the_audit_log_without_its_value_and_is_announced(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme)
    hook = {"app_id": acme.app_id, "url": "https://a.example", "topics": ["*"], "secret": "s"}
    await server.state.database.write(
        lambda conn: conn.execute(insert(webhooks), {**hook, "created_at": START})
    )
    await send(admin, acme, ada, value="200")
    await send(admin, acme, ada, RESYNC)
    topics = await server.state.database.read(
        lambda conn: conn.execute(select(webhook_deliveries.c.topic)).scalars().all()
    )
    assert topics == ["contact.user.updated"] * 2
    by = str(acme.admin_id)
    fields = {"fields": ["custom_attributes.company_size"]}
    assert (await deeds(server, acme))[-2:] == [
        ("contact.updated", by, fields),
        ("contact.resynced", by, fields),
    ]


async def test_R31_a_manual_blank_stays_manual(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme, custom_attributes={"company_size": 50})
    await send(admin, acme, ada, value="")
    assert (await stored(server, acme, ada)).custom_attributes == {}
    html = (await admin.get(acme.url(f"/users/show?id={ada}"))).text
    assert 'data-attribute="company_size" data-source="manual"' in html
    assert "left blank" in text_of(html)


async def test_R32_resync_is_offered_at_manual_values_and_clears_them(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme, custom_attributes={"company_size": 50})
    page = acme.url(f"/users/show?id={ada}")
    assert ">Re-sync</button>" not in (await admin.get(page)).text
    await send(admin, acme, ada, value="200")
    assert (await admin.get(page)).text.count(">Re-sync</button>") == 1
    answer = await send(admin, acme, ada, RESYNC)
    assert answer.status_code == 303
    assert (await stored(server, acme, ada)).custom_attributes == {}
    assert 'data-attribute="company_size" data-source="empty"' in (await admin.get(page)).text


async def test_wrong_value_is_told_beside_the_field_and_nothing_is_written(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme, custom_attributes={"company_size": 50})
    answer = await send(admin, acme, ada, value="lots")
    assert answer.status_code == 400
    assert "Company size must be a whole number." in text_of(answer.text)
    assert 'value="lots"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert (await stored(server, acme, ada)).custom_attributes == {"company_size": 50}
    # The page that tells so shows the person, and that is a view.
    assert [action for action, _, _ in await deeds(server, acme)] == ["contact.viewed"]


async def test_without_scripts_edit_is_a_page_with_the_field_open(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    ada = await add_person(acme)
    html = (await admin.get(acme.url("/users/show"), params={"id": ada, "edit": "company_size"})).text
    assert len(re.findall(r"<form class=\"editor\"[^>]* data-opened>", html)) == 1
    closed = (await admin.get(acme.url("/users/show"), params={"id": ada, "edit": HOSTILE})).text
    assert "data-opened" not in closed
    assert "<script>alert" not in closed


async def test_teammate_may_edit_and_nobody_without_the_forms_token(
    browse: Browse, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme)
    mate = browse(acme.teammate_token)
    for token in ("", "x", acme.csrf_token):
        for path in (EDIT, RESYNC):
            assert (await send(mate, acme, ada, path, value="1", csrf_token=token)).status_code == 403
    stranger = await send(browse(), acme, ada, value="1")
    assert stranger.headers["location"].startswith("/login")
    assert (await stored(server, acme, ada)).custom_attributes == {}
    answer = await send(mate, acme, ada, value="1", csrf_token=acme.teammate_csrf_token)
    assert answer.status_code == 303
    assert (await stored(server, acme, ada)).custom_attributes == {"company_size": 1}


@pytest.mark.parametrize("path", [EDIT, RESYNC])
async def test_R83_people_of_another_workspace_are_as_unknown_as_nobody(
    browse: Browse, acme: Team, globex: Team, add_person: AddPerson, server: Served, path: str
) -> None:
    hidden = await add_person(globex, custom_attributes={"company_size": 50})
    client = browse(acme.admin_token)
    unknown = await send(client, acme, "0" * 24, path, value="1")
    foreign = await send(client, acme, hidden, path, value="1")
    assert (foreign.status_code, foreign.text) == (404, unknown.text)
    form = {"csrf_token": acme.csrf_token, "id": hidden, "name": "company_size", "value": "1"}
    into = await client.post(globex.url(path), data=form)
    assert (into.status_code, into.text) == (404, unknown.text)
    assert (await stored(server, globex, hidden)).custom_attributes == {"company_size": 50}
    assert await deeds(server, globex) == []


@pytest.mark.parametrize("name", ["", "nothing", "email", HOSTILE, "x" * 5_000])
async def test_what_is_not_on_the_list_is_not_found(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, name: str
) -> None:
    ada = await add_person(acme)
    for path in (EDIT, RESYNC):
        assert (await send(admin, acme, ada, path, name=name, value="1")).status_code == 404


@pytest.mark.parametrize("contact_id", ["", "x", "' OR 1=1 --", "f" * 24])
async def test_contact_that_is_none_is_not_found(
    admin: httpx2.AsyncClient, acme: Team, contact_id: str
) -> None:
    assert (await send(admin, acme, contact_id, value="1")).status_code == 404


async def test_deleted_person_is_not_changed_where_no_profile_shows_them(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    gone = await add_person(acme, listed=False, deleted_at=START)
    for path in (EDIT, RESYNC):
        assert (await send(admin, acme, gone, path, value="1")).status_code == 404


async def test_hostile_values_are_shown_as_text(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    provenance = {
        "company_name": {
            "source": "manual",
            "by": f"token:{HOSTILE}",
            "at": 1.0,
            "lost": [{"source": "ping", "value": HOSTILE, "by": HOSTILE, "at": 2.0}],
        }
    }
    ada = await add_person(
        acme,
        custom_attributes={"company_name": HOSTILE, "company_website": "javascript:alert(1)"},
        provenance=provenance,
    )
    for html in (
        (await admin.get(acme.url(f"/users/show?id={ada}"))).text,
        (await send(admin, acme, ada, value=HOSTILE)).text,
    ):
        assert "<img src=x" not in html
        assert "<script>" not in html
        assert 'href="javascript' not in html
        assert f"ping said {HOSTILE}, kept {HOSTILE}: set by hand" in text_of(html)
    known = await server.state.database.read(lambda conn: attributes_of(conn, acme.app_id, "contact"))
    assert len(known) == 4
