"""What scripts do with companies."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select

from app.companies import changes, store
from app.companies.drafts import read_draft
from app.companies.records import Company
from app.errors import CompanyNotFound, ParameterInvalid, ParameterNotFound
from app.storage.tables import audit_log, webhook_deliveries, webhooks
from app.tags.records import Subject
from app.tags.store import insert_tag, put_on, taggings_of
from app.trail.records import Actor
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

TOKEN = Actor("token", "3")


def write(recorder: Recorder, at: float = NOW, **body: Any) -> Company:
    draft = read_draft({"company_id": "6"} | body)
    return changes.create_or_change(recorder.conn, recorder.app_id, draft, actor=TOKEN, now=at)


def stored(recorder: Recorder, company: Company) -> Company:
    return changes.get_company(recorder.conn, recorder.app_id, company.id)


def test_a_company_is_made_once_and_changed_then(recorder: Recorder) -> None:
    made = write(recorder, name="Blue Sun", size=3, plan="Pro")
    changed = write(recorder, at=NOW + 60, size=4, plan=None)
    assert changed == replace(made, size=4, plan=None, updated_at=NOW + 60)
    assert stored(recorder, made) == changed


def test_R14_a_write_by_a_script_is_no_sight_of_the_company(recorder: Recorder) -> None:
    company = write(recorder)
    assert (company.last_seen_at, company.session_count) == (None, 0)


def test_the_last_write_wins_over_a_ping_and_a_ping_over_a_write(recorder: Recorder) -> None:
    write(recorder, name="By script")
    recorder.ping({"user_id": "42", "company": {"company_id": "6", "name": "By ping"}}, at=NOW + 1)
    company = stored(recorder, write(recorder, size=3))
    assert (company.name, company.session_count, company.last_seen_at) == ("By ping", 1, NOW + 1)
    assert stored(recorder, write(recorder, name="By script")).name == "By script"


def test_a_company_needs_an_id_of_the_customers_own(recorder: Recorder) -> None:
    with pytest.raises(ParameterNotFound, match="company_id"):
        write(recorder, company_id=None, name="Blue Sun")


def test_a_company_id_stays_for_ever(recorder: Recorder) -> None:
    company = write(recorder)
    for given, error in (("6", None), ("7", ParameterInvalid)):
        draft = read_draft({"company_id": given})
        if error is None:
            changes.change(recorder.conn, recorder.app_id, company, draft, actor=TOKEN, now=NOW)
        else:
            with pytest.raises(error, match="company_id"):
                changes.change(recorder.conn, recorder.app_id, company, draft, actor=TOKEN, now=NOW)


def test_a_company_that_is_deleted_leaves_its_people_and_tags_behind(recorder: Recorder) -> None:
    contact = recorder.ping(
        {"user_id": "42", "companies": [{"company_id": "6"}, {"company_id": "7"}]}
    ).contact
    company = write(recorder)
    tag = insert_tag(recorder.conn, recorder.app_id, "VIP", NOW)
    put_on(recorder.conn, recorder.app_id, tag.id, Subject("company", company.id), by=None, now=NOW)
    changes.delete(recorder.conn, recorder.app_id, company, actor=TOKEN, now=NOW)
    with pytest.raises(CompanyNotFound):
        stored(recorder, company)
    left = store.companies_of(recorder.conn, recorder.app_id, contact.id)
    assert [other.company_id for other in left] == ["7"]
    assert taggings_of(recorder.conn, recorder.app_id, "company", [company.id]) == {company.id: []}
    assert write(recorder).id != company.id


@pytest.mark.parametrize("given", ["6", "0" * 24, "no id", None, 6, ["6"], "A" * 24])
def test_an_unknown_id_is_not_found(recorder: Recorder, given: object) -> None:
    write(recorder)
    with pytest.raises(CompanyNotFound):
        changes.get_company(recorder.conn, recorder.app_id, given)


def test_R83_another_workspaces_company_is_not_found(recorder: Recorder) -> None:
    company = write(recorder)
    with pytest.raises(CompanyNotFound):
        changes.get_company(recorder.conn, create_workspace(recorder.conn, "Globex", NOW).app_id, company.id)


def test_R82_each_deed_is_on_the_log_without_values_and_told_to_webhooks(recorder: Recorder) -> None:
    hook = {"app_id": recorder.app_id, "url": "https://a.example", "topics": ["*"], "secret": "s"}
    recorder.conn.execute(insert(webhooks), [hook | {"created_at": NOW}])
    company = write(recorder, name="Blue Sun", size=3)
    write(recorder, name="Red Sun")
    changes.delete(recorder.conn, recorder.app_id, company, actor=TOKEN, now=NOW)
    logged = select(audit_log.c.action, audit_log.c.subject_id, audit_log.c.detail).order_by(audit_log.c.id)
    assert [tuple(row) for row in recorder.conn.execute(logged)] == [
        ("company.created", company.id, {"fields": ["name", "size"]}),
        ("company.updated", company.id, {"fields": ["name"]}),
        ("company.deleted", company.id, {"contacts_detached": 0}),
    ]
    told = select(webhook_deliveries.c.topic).order_by(webhook_deliveries.c.id)
    topics = list(recorder.conn.execute(told).scalars())
    assert topics == ["company.created", "company.updated", "company.deleted"]
