"""Companies in SQL."""

from dataclasses import replace

from app.companies import store
from app.companies.records import Company
from app.ids import CompanyId
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder


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
