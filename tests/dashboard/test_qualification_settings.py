"""The list of qualification data: seen, added to, taken from. Rule R30."""

import re
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from app.attributes.operations import (
    AttributeChange,
    AttributeDraft,
    attributes_of,
    change_attribute,
    create_attribute,
)
from app.attributes.qualification import qualification_of
from app.attributes.records import DataAttribute
from app.storage.tables import audit_log
from app.trail.records import SYSTEM
from support.desk import AddPerson, Browse, Team, text_of
from support.serving import START, Served

PAGE, REMOVE = "/settings/qualification", "/settings/qualification/remove"
DEFAULTS = ["company_name", "company_size", "company_website", "company_industry"]
HOSTILE = "<img src=x onerror=alert(1)>"


async def send(client: httpx2.AsyncClient, team: Team, path: str = PAGE, **fields: str) -> httpx2.Response:
    return await client.post(team.url(path), data={"csrf_token": team.csrf_token, **fields})


async def listed(server: Served, team: Team) -> list[str]:
    found = await server.state.database.read(lambda conn: qualification_of(conn, team.app_id))
    return [attribute.name for attribute in found]


async def make(server: Served, team: Team, name: str, **fields: Any) -> DataAttribute:
    draft = AttributeDraft(**{"model": "contact", "name": name, "type": "string", **fields})
    return await server.state.database.write(
        lambda conn: create_attribute(conn, team.app_id, draft, actor=SYSTEM, now=START)
    )


async def actions(server: Served, team: Team) -> list[tuple[str, str]]:
    statement = select(audit_log.c.action, audit_log.c.actor_id).where(audit_log.c.app_id == team.app_id)
    return await server.state.database.read(
        lambda conn: [tuple(row) for row in conn.execute(statement.order_by(audit_log.c.id))]
    )


def rows_in(html: str) -> list[str]:
    return re.findall(r'<li data-attribute="([^"]*)"', html)


def offered_in(html: str) -> list[tuple[str, str]]:
    choice = html.partition('<select name="attribute"')[2].partition("</select>")[0]
    return re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', choice)


async def test_R30_page_lists_the_defaults_in_order(admin: httpx2.AsyncClient, acme: Team) -> None:
    html = (await admin.get(acme.url(PAGE))).text
    assert rows_in(html) == DEFAULTS
    assert re.search(r'id="add-data"[^>]* hidden>', html)
    assert offered_in(html) == [("", "A new attribute…")]


async def test_R30_existing_attribute_is_added_at_the_end(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    await make(server, acme, "plan")
    assert offered_in((await admin.get(acme.url(PAGE))).text)[0] == ("plan", "plan")
    answer = await send(admin, acme, attribute="plan")
    assert (answer.status_code, answer.headers["location"]) == (303, acme.url(PAGE))
    assert await listed(server, acme) == [*DEFAULTS, "plan"]
    assert (await actions(server, acme))[-1] == ("qualification.shown", str(acme.admin_id))


async def test_R30_new_attribute_is_made_there(admin: httpx2.AsyncClient, acme: Team, server: Served) -> None:
    await send(admin, acme, attribute="", name="budget", type="float")
    await send(admin, acme, attribute="", name="tier", type="options", options="Free\r\nTeam")
    assert await listed(server, acme) == [*DEFAULTS, "budget", "tier"]
    known = await server.state.database.read(lambda conn: attributes_of(conn, acme.app_id, "contact"))
    assert (known["budget"].type, known["budget"].admin_id) == ("float", acme.admin_id)
    assert known["tier"].options == ("Free", "Team")
    by = str(acme.admin_id)
    assert (await actions(server, acme))[:2] == [
        ("data_attribute.created", by),
        ("qualification.shown", by),
    ]


async def test_R30_removing_hides_the_attribute_and_loses_no_data(
    admin: httpx2.AsyncClient, acme: Team, server: Served, add_person: AddPerson
) -> None:
    ada = await add_person(acme, custom_attributes={"company_size": 50})
    profile = acme.url(f"/users/show?id={ada}")
    assert 'data-attribute="company_size"' in (await admin.get(profile)).text
    answer = await send(admin, acme, REMOVE, name="company_size")
    assert (answer.status_code, answer.headers["location"]) == (303, acme.url(PAGE))
    assert await listed(server, acme) == ["company_name", "company_website", "company_industry"]
    assert (await actions(server, acme))[-1] == ("qualification.hidden", str(acme.admin_id))
    assert 'data-attribute="company_size"' not in (await admin.get(profile)).text
    await send(admin, acme, attribute="company_size")
    html = (await admin.get(profile)).text
    assert 'data-attribute="company_size" data-source="ping"' in html
    assert "Company size 50" in text_of(html)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"attribute": "nothing"}, "There is no such attribute."),
        ({"attribute": "", "name": "", "type": "string"}, "The Data Attribute needs a name."),
        ({"attribute": "", "name": "a<b", "type": "string"}, "must only contain alphanumeric characters"),
        ({"attribute": "", "name": "company_size", "type": "string"}, "You already have 'company_size'"),
        ({"attribute": "", "name": "seen_at", "type": "string"}, "names that end in _at are dates"),
        ({"attribute": "", "name": "x", "type": "blob"}, "Choose one of the types."),
        ({"attribute": "", "name": "x", "type": "options", "options": "one"}, "a list has 2 to 250"),
        ({}, "needs a name"),
    ],
)
async def test_what_can_not_be_added_is_told_and_what_was_typed_stays(
    admin: httpx2.AsyncClient, acme: Team, server: Served, fields: dict[str, str], said: str
) -> None:
    answer = await send(admin, acme, **fields)
    assert answer.status_code == 400
    assert said in text_of(answer.text)
    assert re.search(r'id="add-data"[^>]* data-opened>', answer.text)
    assert await listed(server, acme) == DEFAULTS
    assert await actions(server, acme) == []


async def test_archived_attributes_and_those_of_companies_are_not_offered(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    await make(server, acme, "industry code", model="company")
    old = await make(server, acme, "old")
    await server.state.database.write(
        lambda conn: change_attribute(
            conn, acme.app_id, old.id, AttributeChange(archived=True), actor=SYSTEM, now=START
        )
    )
    assert offered_in((await admin.get(acme.url(PAGE))).text) == [("", "A new attribute…")]
    for name in ("industry code", "old"):
        assert (await send(admin, acme, attribute=name)).status_code == 400
    assert await listed(server, acme) == DEFAULTS


async def test_label_that_two_attributes_have_is_told_apart_by_name(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    for name in ("plan", "tariff"):
        made = await make(server, acme, name)
        await server.state.database.write(
            lambda conn, made=made: change_attribute(
                conn, acme.app_id, made.id, AttributeChange(label="Plan"), actor=SYSTEM, now=START
            )
        )
    offered = offered_in((await admin.get(acme.url(PAGE))).text)
    assert offered[:2] == [("plan", "Plan (plan)"), ("tariff", "Plan (tariff)")]


async def test_without_scripts_add_data_is_a_page_with_the_form_open(
    admin: httpx2.AsyncClient, acme: Team
) -> None:
    html = (await admin.get(acme.url(f"{PAGE}?add=1"))).text
    assert not re.search(r'id="add-data"[^>]* hidden>', html)


async def test_R30_teammate_adds_and_removes_too(browse: Browse, acme: Team, server: Served) -> None:
    mate = browse(acme.teammate_token)
    assert (await mate.get(acme.url(PAGE))).status_code == 200
    form = {"csrf_token": acme.teammate_csrf_token}
    await send(mate, acme, attribute="", name="budget", type="integer", **form)
    await send(mate, acme, REMOVE, name="company_name", **form)
    assert await listed(server, acme) == [*DEFAULTS[1:], "budget"]


async def test_form_without_its_token_changes_nothing(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    for path in (PAGE, REMOVE):
        answer = await send(admin, acme, path, csrf_token="x", name="company_name", attribute="")
        assert answer.status_code == 403
    assert await listed(server, acme) == DEFAULTS


@pytest.mark.parametrize("name", ["", "nothing", HOSTILE, "x" * 9_000])
async def test_what_is_not_on_the_list_can_not_be_taken_off_it(
    admin: httpx2.AsyncClient, acme: Team, server: Served, name: str
) -> None:
    await make(server, acme, "plan")
    assert (await send(admin, acme, REMOVE, name=name)).status_code == 404
    assert (await send(admin, acme, REMOVE, name="plan")).status_code == 404


async def test_R83_list_of_another_workspace_is_as_unknown_as_none(
    admin: httpx2.AsyncClient, acme: Team, globex: Team, server: Served
) -> None:
    await make(server, globex, "secret")
    unknown = await admin.get("/apps/nowhere0/settings/qualification")
    foreign = await admin.get(globex.url(PAGE))
    assert (foreign.status_code, foreign.text) == (404, unknown.text)
    for path in (PAGE, REMOVE):
        form = {"csrf_token": acme.csrf_token, "name": "company_name", "attribute": "secret"}
        assert (await admin.post(globex.url(path), data=form)).text == unknown.text
    assert (await send(admin, acme, attribute="secret")).status_code == 400
    assert await listed(server, globex) == DEFAULTS
