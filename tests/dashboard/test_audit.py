"""The audit log in the settings, and what is on it of looks at pages. Rules R65, R82."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import insert, select

from app.storage.tables import audit_log, receipts
from app.trail.operations import record
from app.trail.records import CLI, Actor, Deed
from support.desk import AddPerson, Browse, Team, text_of
from support.serving import START, Served

PAGE, EXPORT, RECEIPTS = "/settings/audit", "/settings/audit.json", "/settings/receipts.json"
Entries = list[tuple[str, str | None, str | None, Any]]


async def entries(server: Served, team: Team) -> Entries:
    """Action, actor, subject and detail of each entry, the oldest first."""
    columns = (audit_log.c.action, audit_log.c.actor_id, audit_log.c.subject_id, audit_log.c.detail)
    statement = select(*columns).where(audit_log.c.app_id == team.app_id).order_by(audit_log.c.id)
    return await server.state.database.read(
        lambda conn: [tuple(row) for row in conn.execute(statement)]  # type: ignore[misc]
    )


async def put(server: Served, team: Team, *actions: str, actor: Actor = CLI) -> None:
    def work(conn: Any) -> None:
        for action in actions:
            record(conn, team.app_id, actor, Deed(action, "contact", "c" * 24), START)

    await server.state.database.write(work)


# What is on it


async def test_R82_look_at_a_profile_is_on_the_log(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme, name="Ada")
    await admin.get(acme.url(f"/users/show?id={ada}"))
    assert await entries(server, acme) == [("contact.viewed", str(acme.admin_id), ada, {})]


async def test_R82_look_at_a_list_is_on_the_log_with_everybody_on_it(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme, name="Ada", email="a@example.com")
    bob = await add_person(acme, name="Bob", role="lead", email="a@example.com")
    await admin.get(acme.url("/users?q=ada"))
    await admin.get(acme.url("/users/show?email=a@example.com"))
    [listed, namesakes] = await entries(server, acme)
    assert listed == ("contact.listed", str(acme.admin_id), None, {"ids": [ada]})
    assert namesakes[0] == "contact.listed"
    assert set(namesakes[3]["ids"]) == {ada, bob}


async def test_R82_who_was_refused_or_found_nobody_has_seen_nothing(
    browse: Browse, acme: Team, globex: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme, name="Ada")
    stranger = browse(globex.admin_token)
    for path in ("/users", f"/users/show?id={ada}"):
        assert (await stranger.get(acme.url(path))).status_code == 404
    await browse(acme.admin_token).get(acme.url("/users/show?email=nobody@example.com"))
    await browse(acme.admin_token).get(acme.url("/users?q=nobody"))
    assert await entries(server, acme) == []


# The page


async def test_R82_admin_reads_the_log_newest_first(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    await put(server, acme, "contact.archived", actor=Actor("admin", str(acme.admin_id)))
    await put(server, acme, "contact.deleted")
    page = text_of((await admin.get(acme.url(PAGE))).text)
    assert page.index("contact.deleted") < page.index("contact.archived")
    assert "admin@acme.example" in page


async def test_R82_long_log_has_pages_and_filters(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    await put(server, acme, *(f"step.{number:03d}" for number in range(60)))
    first = (await admin.get(acme.url(PAGE))).text
    assert "step.059" in first
    assert "step.009" not in first
    assert f'href="{acme.url(PAGE)}?before=11"' in first
    older = (await admin.get(acme.url(f"{PAGE}?before=11"))).text
    assert "step.009" in older
    assert 'rel="next"' not in older
    filtered = (await admin.get(acme.url(f"{PAGE}?actor=cli&action=step.007"))).text
    assert "step.007" in filtered
    assert "step.008" not in filtered


async def test_R82_look_at_the_log_is_on_it_once_a_page(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    await put(server, acme, *(f"step.{number:03d}" for number in range(60)))
    first = (await admin.get(acme.url(PAGE))).text
    assert "audit_log.viewed" not in first
    older = (await admin.get(acme.url(f"{PAGE}?before=11"))).text
    # The looks that come in between move nothing on the pages that follow.
    assert ("step.010" in first, "step.009" in first, "step.009" in older) == (True, False, True)
    looks = [entry for entry in await entries(server, acme) if entry[0] == "audit_log.viewed"]
    assert looks == [("audit_log.viewed", str(acme.admin_id), None, {"count": count}) for count in (50, 10)]


async def test_R82_page_of_the_log_that_shows_nothing_is_no_look(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    for query in ("", "?action=contact.viewed"):
        assert (await admin.get(acme.url(PAGE + query))).status_code == 200
    assert await entries(server, acme) == []


@pytest.mark.parametrize("query", ["before=x", "before=" + "9" * 16, "actor=%00", "action=" + "x" * 101])
async def test_filter_that_fits_nothing_is_refused(admin: httpx2.AsyncClient, acme: Team, query: str) -> None:
    assert (await admin.get(acme.url(f"{PAGE}?{query}"))).status_code == 400


@pytest.mark.parametrize("path", [PAGE, EXPORT, RECEIPTS])
async def test_R82_only_admins_of_the_workspace_read_the_log(
    browse: Browse, acme: Team, globex: Team, server: Served, path: str
) -> None:
    assert (await browse(acme.teammate_token).get(acme.url(path))).status_code == 403
    assert (await browse(globex.admin_token).get(acme.url(path))).status_code == 404
    assert (await browse().get(acme.url(path))).status_code == 303
    assert await entries(server, acme) == []


# Exports


async def test_R82_export_holds_all_of_it_and_is_on_it(
    admin: httpx2.AsyncClient, acme: Team, globex: Team, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.dashboard.audit.EXPORT_BATCH", 3)
    await put(server, acme, *(f"step.{number}" for number in range(6)))
    await put(server, globex, "step.foreign")
    answer = await admin.get(acme.url(EXPORT))
    assert "attachment" in answer.headers["content-disposition"]
    told = answer.json()["entries"]
    assert [entry["action"] for entry in told] == [
        "audit_log.exported",
        *(f"step.{number}" for number in reversed(range(6))),
    ]
    assert told[0]["actor"] == {"type": "admin", "id": str(acme.admin_id), "name": "admin@acme.example"}
    assert told[1]["subject"] == {"type": "contact", "id": "c" * 24}


async def test_R65_receipts_are_exported(admin: httpx2.AsyncClient, acme: Team, server: Served) -> None:
    row = {"app_id": acme.app_id, "destroyed_at": START, "deleted_at": START - 7, "asked_by": "admin:3"}
    row |= {"destroyed": {"contacts": 1, "notes": 2}, "kept": {"ratings": 1}}
    await server.state.database.write(lambda conn: conn.execute(insert(receipts), row) and None)
    [receipt] = (await admin.get(acme.url(RECEIPTS))).json()["receipts"]
    assert receipt == {key: value for key, value in row.items() if key != "app_id"} | {"id": "1"}
    assert [entry[0] for entry in await entries(server, acme)] == ["receipts.exported"]
