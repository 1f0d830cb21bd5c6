"""A contact's companies, put there by hand."""

import pytest
from sqlalchemy import select

from app.companies import store
from app.companies.operations import new_company
from app.companies.records import Company
from app.contacts import belonging
from app.contacts.belonging import join, leave
from app.errors import CompanyLimitExceeded, CompanyNotFound, UserNotFound
from app.ids import ContactId
from app.storage.tables import audit_log
from app.trail.records import Actor
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

TOKEN = Actor("token", "3")


@pytest.fixture
def ada(recorder: Recorder) -> ContactId:
    return recorder.ping({"user_id": "42"}).contact.id


def add_company(recorder: Recorder, company_id: str = "6") -> Company:
    company = new_company(recorder.app_id, company_id, NOW)
    store.insert_companies(recorder.conn, [company])
    return company


def attach(recorder: Recorder, contact_id: str, company_id: object) -> Company:
    return join(recorder.conn, recorder.app_id, contact_id, company_id, actor=TOKEN, now=NOW)


def detach(recorder: Recorder, contact_id: str, company_id: object) -> Company:
    return leave(recorder.conn, recorder.app_id, contact_id, company_id, actor=TOKEN, now=NOW)


def companies_of(recorder: Recorder, contact_id: ContactId) -> list[Company]:
    return store.companies_of(recorder.conn, recorder.app_id, contact_id)


def test_a_contact_joins_a_company_once_and_leaves_it(recorder: Recorder, ada: ContactId) -> None:
    company = add_company(recorder)
    assert attach(recorder, ada, company.id) == attach(recorder, ada, company.id) == company
    assert companies_of(recorder, ada) == [company]
    assert detach(recorder, ada, company.id) == company
    assert companies_of(recorder, ada) == []


def test_R13_sessions_stay_in_the_companys_total_after_the_user_leaves_it(recorder: Recorder) -> None:
    ada = recorder.ping({"user_id": "43", "company": {"company_id": "6"}}).contact.id
    [company] = companies_of(recorder, ada)
    assert detach(recorder, ada, company.id).session_count == 1
    assert store.find_company(recorder.conn, recorder.app_id, company.id) == company


def test_who_does_not_belong_can_not_leave(recorder: Recorder, ada: ContactId) -> None:
    with pytest.raises(CompanyNotFound):
        detach(recorder, ada, add_company(recorder).id)


def test_a_contact_belongs_to_so_many_companies_and_no_more(
    recorder: Recorder, ada: ContactId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(belonging, "MOST_COMPANIES", 2)
    six, seven, eight = (add_company(recorder, name) for name in "678")
    attach(recorder, ada, six.id)
    attach(recorder, ada, seven.id)
    with pytest.raises(
        CompanyLimitExceeded, match="Contact has reached the maximum of 2 company associations"
    ):
        attach(recorder, ada, eight.id)
    assert attach(recorder, ada, seven.id) == seven


@pytest.mark.parametrize("company_id", ["6", "0" * 24, 6, None, ["6"]])
def test_an_unknown_company_is_not_found(recorder: Recorder, ada: ContactId, company_id: object) -> None:
    add_company(recorder)
    for deed in (attach, detach):
        with pytest.raises(CompanyNotFound):
            deed(recorder, ada, company_id)


def test_an_unknown_contact_is_not_found(recorder: Recorder) -> None:
    company = add_company(recorder)
    for deed in (attach, detach):
        with pytest.raises(UserNotFound):
            deed(recorder, "0" * 24, company.id)


def test_R83_a_company_of_another_workspace_is_not_found(recorder: Recorder, ada: ContactId) -> None:
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    theirs = new_company(other, "6", NOW)
    store.insert_companies(recorder.conn, [theirs])
    with pytest.raises(CompanyNotFound):
        attach(recorder, ada, theirs.id)


def test_R82_joining_and_leaving_are_on_the_log_once(recorder: Recorder, ada: ContactId) -> None:
    company = add_company(recorder)
    attach(recorder, ada, company.id)
    attach(recorder, ada, company.id)
    detach(recorder, ada, company.id)
    statement = select(audit_log.c.action, audit_log.c.subject_id, audit_log.c.detail)
    assert [tuple(row) for row in recorder.conn.execute(statement.order_by(audit_log.c.id))] == [
        ("contact.company.attached", ada, {"company_id": company.id}),
        ("contact.company.detached", ada, {"company_id": company.id}),
    ]
