"""Companies in SQL, on both databases."""

import asyncio
from dataclasses import replace

from sqlalchemy import Connection

from app.companies import store
from app.companies.operations import new_company
from app.companies.records import Company
from app.companies.scrolls import scroll
from app.ids import AppId, CompanyId, ContactId
from app.storage.database import open_database
from app.storage.migrations import migrate
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

ADA, JOE = ContactId("a" * 24), ContactId("b" * 24)


def company(recorder: Recorder, number: int) -> Company:
    return Company(
        recorder.app_id,
        CompanyId(f"{number:024x}"),
        str(number),
        "Acme",
        NOW,
        NOW,
        NOW,
        3,
        {"plan": "pro", "seats": 2},
    )


def test_a_company_is_read_as_it_was_written(recorder: Recorder) -> None:
    one, two = company(recorder, 1), company(recorder, 2)
    store.insert_companies(recorder.conn, [one, two])
    found = store.find_companies(recorder.conn, recorder.app_id, ["2", "1", "unknown"])
    assert found == {"1": one, "2": two}


def test_a_company_is_changed(recorder: Recorder) -> None:
    one, two = company(recorder, 1), company(recorder, 2)
    store.insert_companies(recorder.conn, [one, two])
    changed = replace(one, name="Blue", session_count=4, last_seen_at=NOW + 1, custom_attributes={})
    store.update_companies(recorder.conn, [changed])
    assert store.find_companies(recorder.conn, recorder.app_id, ["1", "2"]) == {"1": changed, "2": two}


def test_nothing_asked_is_nothing_done(recorder: Recorder) -> None:
    store.insert_companies(recorder.conn, [])
    store.update_companies(recorder.conn, [])
    contact = recorder.ping({"user_id": "42"}).contact
    store.attach(recorder.conn, recorder.app_id, contact.id, [], NOW)
    assert store.companies_of(recorder.conn, recorder.app_id, contact.id) == []


def test_a_contact_is_attached_once(recorder: Recorder) -> None:
    one, two = company(recorder, 1), company(recorder, 2)
    store.insert_companies(recorder.conn, [one, two])
    contact = recorder.ping({"user_id": "42"}).contact
    store.attach(recorder.conn, recorder.app_id, contact.id, [two.id], NOW)
    store.attach(recorder.conn, recorder.app_id, contact.id, [one.id, two.id], NOW + 1)
    assert store.companies_of(recorder.conn, recorder.app_id, contact.id) == [two, one]


def test_R83_companies_of_another_workspace_are_not_found(recorder: Recorder) -> None:
    store.insert_companies(recorder.conn, [company(recorder, 1)])
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    assert store.find_companies(recorder.conn, other, ["1"]) == {}


def follow_a_company(conn: Connection, app_id: AppId) -> None:
    """A company's life: made, joined, changed, left, deleted; and a scroll over all there are."""
    one = replace(new_company(app_id, "1", NOW), id=CompanyId("1" * 24), plan="Pro", monthly_spend=2.0)
    two = replace(new_company(app_id, "2", NOW), id=CompanyId("2" * 24))
    store.insert_companies(conn, [one, two])
    assert store.find_company(conn, app_id, one.id, hold=True) == one
    changed = replace(one, size=7, website="a", industry="b", remote_created_at=NOW, plan=None)
    store.update_companies(conn, [changed])
    assert store.find_company(conn, app_id, one.id) == changed
    store.attach(conn, app_id, ADA, [one.id, two.id], NOW)
    store.attach(conn, app_id, JOE, [two.id], NOW + 1)
    assert store.belongs(conn, app_id, ADA, two.id)
    assert store.count_companies_of(conn, app_id, ADA) == 2
    store.move_contact(conn, app_id, ADA, JOE)
    assert store.companies_of(conn, app_id, ADA) == []
    assert {company.id for company in store.companies_of(conn, app_id, JOE)} == {one.id, two.id}
    assert store.detach(conn, app_id, JOE, one.id)
    assert not store.detach(conn, app_id, JOE, one.id)
    assert not store.belongs(conn, app_id, JOE, one.id)
    page = scroll(conn, app_id, None, NOW)
    assert page.companies == (changed, two)
    assert scroll(conn, app_id, page.scroll_param, NOW).scroll_param is None
    assert store.delete_company(conn, app_id, two.id) == 1
    assert store.find_company(conn, app_id, two.id) is None
    assert store.companies_of(conn, app_id, JOE) == []


def test_a_companys_life(recorder: Recorder) -> None:
    follow_a_company(recorder.conn, recorder.app_id)


async def test_a_companys_life_on_postgresql(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    try:
        await database.write(lambda conn: follow_a_company(conn, create_workspace(conn, "Acme", NOW).app_id))
    finally:
        await database.close()
