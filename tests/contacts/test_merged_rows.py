"""Every row that named the lead names the user. Rule R73."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Table, insert, select

from app.contacts.merged_rows import Merged, heir_of_browser, merged_since, move_everything
from app.contacts.records import Contact
from app.ids import AppId, ContactId, new_contact_id
from app.storage import tables
from app.storage.tables import metadata
from support.recording import NOW, Recorder

USER = ContactId("b" * 24)


@pytest.fixture
def lead(recorder: Recorder) -> Contact:
    return Contact(
        app_id=recorder.app_id,
        id=ContactId("a" * 24),
        role="lead",
        listed=True,
        pseudonym="Pink Stereo",
        name_key="",
        created_at=NOW,
        updated_at=NOW,
        anonymous_id="browser",
        words=" x",
    )


def put(recorder: Recorder, table: Table, **values: Any) -> None:
    """A row of Acme's; what is not given is made up."""
    made_up: dict[type, Any] = {str: "x", int: 1, float: NOW, bool: True, dict: {}}
    row = {
        column.name: made_up.get(column.type.python_type, {})
        for column in table.columns
        if not column.nullable and not (column.name == "id" and column.primary_key)
    }
    recorder.conn.execute(insert(table), row | {"app_id": recorder.app_id} | values)


def all_of(recorder: Recorder, table: Table, *columns: str) -> list[tuple[Any, ...]]:
    rows = recorder.conn.execute(select(*(table.c[name] for name in columns)))
    return sorted(tuple(row) for row in rows)


def move(recorder: Recorder, lead: Contact, at: float = NOW) -> None:
    move_everything(recorder.conn, lead, USER, at)


@pytest.mark.parametrize("table", [tables.conversations, tables.notes, tables.events])
def test_R73_what_is_the_leads_own_moves(recorder: Recorder, lead: Contact, table: Table) -> None:
    put(recorder, table, contact_id=lead.id)
    put(recorder, table, contact_id="c" * 24)
    move(recorder, lead)
    assert all_of(recorder, table, "contact_id") == [(USER,), ("c" * 24,)]


@pytest.mark.parametrize("user_left_at", [None, NOW])
def test_R73_a_user_takes_part_in_what_the_lead_did_even_where_it_was_let_go(
    recorder: Recorder, lead: Contact, user_left_at: float | None
) -> None:
    put(recorder, tables.conversation_contacts, contact_id=USER, left_at=user_left_at)
    put(recorder, tables.conversation_contacts, contact_id=lead.id)
    move(recorder, lead)
    assert all_of(recorder, tables.conversation_contacts, "contact_id", "left_at") == [(USER, None)]


def test_R73_tags_and_companies_that_both_have_are_there_once(recorder: Recorder, lead: Contact) -> None:
    for contact_id, tag_id in [(lead.id, 1), (lead.id, 2), (USER, 2), (USER, 3)]:
        put(recorder, tables.taggings, kind="contact", subject_id=contact_id, tag_id=tag_id)
        put(recorder, tables.contact_companies, contact_id=contact_id, company_id=str(tag_id))
    put(recorder, tables.taggings, kind="company", subject_id=lead.id, tag_id=9)
    move(recorder, lead)
    assert all_of(recorder, tables.taggings, "subject_id", "tag_id") == [
        (lead.id, 9),
        (USER, 1),
        (USER, 2),
        (USER, 3),
    ]
    assert all_of(recorder, tables.contact_companies, "contact_id", "company_id") == [
        (USER, "1"),
        (USER, "2"),
        (USER, "3"),
    ]


def test_R73_what_the_lead_wrote_the_user_has_written(recorder: Recorder, lead: Contact) -> None:
    put(recorder, tables.conversations, contact_id=lead.id, author_type="lead", author_id=lead.id)
    put(recorder, tables.conversation_parts, author_type="lead", author_id=lead.id)
    put(recorder, tables.conversation_parts, author_type="admin", author_id="1")
    move(recorder, lead)
    assert all_of(recorder, tables.conversations, "author_type", "author_id") == [("user", USER)]
    assert all_of(recorder, tables.conversation_parts, "author_type", "author_id") == [
        ("admin", "1"),
        ("user", USER),
    ]


def test_R73_company_totals_do_not_change(recorder: Recorder, lead: Contact) -> None:
    put(recorder, tables.companies, id="c" * 24, session_count=5)
    put(recorder, tables.contact_companies, contact_id=lead.id, company_id="c" * 24)
    move(recorder, lead)
    assert all_of(recorder, tables.companies, "session_count") == [(5,)]


def test_no_row_names_the_lead_afterwards(recorder: Recorder, lead: Contact) -> None:
    columns = {"contact_id", "subject_id", "author_id"}
    named = [table for table in metadata.sorted_tables if columns & set(table.columns.keys())]
    named = [table for table in named if table not in (tables.audit_log, tables.webhook_deliveries)]
    for table in named:
        values = dict.fromkeys(columns & set(table.columns.keys()), lead.id)
        if table is tables.taggings:
            values["kind"] = "contact"
        if "author_type" in table.columns:
            values["author_type"] = "lead"
        put(recorder, table, **values)
    move(recorder, lead)
    for table in named:
        for name in columns & set(table.columns.keys()):
            assert (lead.id,) not in all_of(recorder, table, name), table.name


def test_R83_rows_of_another_workspace_stay(recorder: Recorder, lead: Contact) -> None:
    put(recorder, tables.events, app_id="uzzzzzzz", contact_id=lead.id)
    move(recorder, lead)
    assert all_of(recorder, tables.events, "contact_id") == [(lead.id,)]


def test_browser_leads_to_whom_its_lead_went_up_in_last(recorder: Recorder, lead: Contact) -> None:
    move(recorder, lead, NOW)
    assert heir_of_browser(recorder.conn, recorder.app_id, "browser") == USER
    assert heir_of_browser(recorder.conn, recorder.app_id, "other") is None
    assert heir_of_browser(recorder.conn, AppId("uzzzzzzz"), "browser") is None
    again = replace(lead, id=new_contact_id(NOW))
    move_everything(recorder.conn, again, ContactId("c" * 24), NOW + 1)
    assert heir_of_browser(recorder.conn, recorder.app_id, "browser") == "c" * 24


def test_merges_are_remembered_from_a_moment_on(recorder: Recorder, lead: Contact) -> None:
    move(recorder, lead, NOW)
    assert merged_since(recorder.conn, NOW) == [Merged(recorder.app_id, lead.id, USER)]
    assert merged_since(recorder.conn, NOW + 1) == []


def test_who_went_up_in_the_lead_goes_on_to_the_user(recorder: Recorder, lead: Contact) -> None:
    earlier = replace(lead, id=new_contact_id(NOW), anonymous_id=None)
    move_everything(recorder.conn, earlier, lead.id, NOW)
    move(recorder, lead, NOW)
    assert {merged.into_id for merged in merged_since(recorder.conn, NOW)} == {USER}
