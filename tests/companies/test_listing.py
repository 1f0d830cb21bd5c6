"""Lists of companies, on both databases."""

import asyncio
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, event, insert

from app.companies import listing, store
from app.companies.listing import Filter, Order
from app.companies.operations import new_company
from app.companies.records import Company
from app.ids import AppId, CompanyId, ContactId
from app.storage.database import open_database
from app.storage.migrations import migrate
from app.storage.tables import contacts
from app.tags.records import Subject
from app.tags.store import insert_tag, put_on
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

ADA, JOE, GONE, BROWSER = (ContactId(letter * 24) for letter in "abcd")


def add_people(conn: Connection, app_id: AppId) -> None:
    for contact_id, role, listed in (
        (ADA, "user", True),
        (JOE, "lead", True),
        (GONE, "user", False),
        (BROWSER, "visitor", True),
    ):
        row = {"app_id": app_id, "id": contact_id, "role": role, "listed": listed, "pseudonym": "Pink Stereo"}
        row |= {"name_key": "", "created_at": NOW, "updated_at": NOW, "custom_attributes": {}}
        row |= {"session_count": 0, "ios_session_count": 0, "android_session_count": 0}
        conn.execute(insert(contacts), [row])


def add_company(
    conn: Connection,
    app_id: AppId,
    number: int,
    *people: ContactId,
    seen_at: float | None = None,
    name: str | None = None,
) -> Company:
    made = replace(
        new_company(app_id, str(number), NOW),
        id=CompanyId(f"{number:024x}"),
        name=name,
        last_seen_at=seen_at,
    )
    store.insert_companies(conn, [made])
    for number_, contact_id in enumerate(people):
        store.attach(conn, app_id, contact_id, [made.id], NOW + number_)
    return made


def look_at_lists(conn: Connection, app_id: AppId) -> None:
    add_people(conn, app_id)
    one = add_company(conn, app_id, 1, ADA, JOE, seen_at=NOW, name="Blue Sun")
    two = add_company(conn, app_id, 2, ADA, seen_at=NOW + 60)
    three = add_company(conn, app_id, 3, JOE, GONE, BROWSER)
    four = add_company(conn, app_id, 4, GONE, BROWSER)
    five = add_company(conn, app_id, 5, name="Blue Sun")

    def listed(only: Filter | None = None, order: Order = "desc", limit: int = 9, offset: int = 0) -> Any:
        only = only or Filter()
        return listing.list_companies(conn, app_id, only, order=order, limit=limit, offset=offset)

    assert listed() == [two, one, three]
    assert listed(order="asc") == [three, one, two]
    assert listed(limit=1, offset=1) == [one]
    assert listed(offset=3) == []
    assert listing.count_companies(conn, app_id, Filter()) == 3
    assert listed(Filter(company_id="5")) == [five]
    assert listed(Filter(name="Blue Sun")) == [one, five]
    assert listed(Filter(name="blue sun")) == []
    tag = insert_tag(conn, app_id, "VIP", NOW)
    for company in (two, five):
        put_on(conn, app_id, tag.id, Subject("company", company.id), by=None, now=NOW)
    assert listed(Filter(tag_id=tag.id)) == [two]
    assert listing.count_companies(conn, app_id, Filter(tag_id=tag.id)) == 1
    assert listing.companies_behind(conn, app_id, CompanyId(""), 3) == [one, two, three]
    assert listing.companies_behind(conn, app_id, three.id, 3) == [four, five]
    counts = listing.people_counts(conn, app_id, [one.id, three.id, five.id])
    assert counts == {one.id: 2, three.id: 1, five.id: 0}
    assert listing.count_people(conn, app_id, one.id) == 2
    assert listing.people_of(conn, app_id, one.id, limit=9, offset=0) == [JOE, ADA]
    assert listing.people_of(conn, app_id, one.id, limit=1, offset=1) == [ADA]
    assert listing.people_of(conn, app_id, four.id, limit=9, offset=0) == []
    of_ada = listing.companies_of_contact(conn, app_id, ADA, limit=9, offset=0)
    assert of_ada == [two, one]
    assert listing.companies_of_contact(conn, app_id, ADA, limit=9, offset=2) == []


def test_lists_of_companies(recorder: Recorder) -> None:
    look_at_lists(recorder.conn, recorder.app_id)


async def test_lists_of_companies_on_postgresql(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    try:
        await database.write(lambda conn: look_at_lists(conn, create_workspace(conn, "Acme", NOW).app_id))
    finally:
        await database.close()


def test_R83_companies_of_another_workspace_are_on_no_list(recorder: Recorder) -> None:
    add_people(recorder.conn, recorder.app_id)
    company = add_company(recorder.conn, recorder.app_id, 1, ADA)
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    listed = listing.list_companies(recorder.conn, other, Filter(), order="desc", limit=9, offset=0)
    assert listed == []
    assert listing.companies_behind(recorder.conn, other, CompanyId(""), 9) == []
    assert listing.people_of(recorder.conn, other, company.id, limit=9, offset=0) == []
    assert listing.people_counts(recorder.conn, other, [company.id]) == {company.id: 0}


def test_people_are_looked_up_by_their_keys(recorder: Recorder) -> None:
    # A list that began with all contacts, company by company, took minutes where there are many.
    statements: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    event.listen(recorder.conn, "before_cursor_execute", note)
    listing.list_companies(recorder.conn, recorder.app_id, Filter(), order="desc", limit=9, offset=0)
    listing.count_companies(recorder.conn, recorder.app_id, Filter())
    listing.people_of(recorder.conn, recorder.app_id, CompanyId("1" * 24), limit=9, offset=0)
    listing.people_counts(recorder.conn, recorder.app_id, [CompanyId("1" * 24), CompanyId("2" * 24)])
    event.remove(recorder.conn, "before_cursor_execute", note)
    for statement, parameters in statements:
        plan = recorder.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        steps = [row[3] for row in plan]
        assert any("contacts USING" in step and "(app_id=? AND id=?)" in step for step in steps), steps
        assert any("contact_companies_of_company" in step for step in steps), steps
