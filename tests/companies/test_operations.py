"""What a ping does to its companies. Rules R13 and R14."""

import pytest

from app.companies import store
from app.companies.operations import MOST_ATTRIBUTES, record_companies
from app.companies.records import Company, CompanyData
from app.ids import ContactId
from support.recording import NOW, Recorder

SIX, SEVEN = CompanyData("6", "Blue Sun"), CompanyData("7")


@pytest.fixture
def contact_id(recorder: Recorder) -> ContactId:
    return recorder.ping({"user_id": "42"}).contact.id


def carry(
    recorder: Recorder, contact_id: ContactId, *carried: CompanyData, begins: bool = True, at: float = NOW
) -> dict[str, Company]:
    """Record companies, and return them as the database has them."""
    returned = record_companies(
        recorder.conn, recorder.app_id, contact_id, carried, at, begins_session=begins
    )
    stored = store.find_companies(recorder.conn, recorder.app_id, [data.company_id for data in carried])
    assert {company.company_id: company for company in returned} == stored
    return stored


@pytest.mark.parametrize(
    ("carried", "begins", "sessions"),
    [
        ([SIX], True, {"6": 1}),
        ([SIX], False, {"6": 0}),
        ([SIX, SEVEN], True, {"6": 0, "7": 0}),
        ([SIX, SEVEN], False, {"6": 0, "7": 0}),
        ([], True, {}),
    ],
)
def test_R13_a_session_is_credited_to_the_one_company_of_a_ping_that_begins_it(
    recorder: Recorder,
    contact_id: ContactId,
    carried: list[CompanyData],
    begins: bool,
    sessions: dict[str, int],
) -> None:
    recorded = carry(recorder, contact_id, *carried, begins=begins)
    assert {name: company.session_count for name, company in recorded.items()} == sessions


def test_R13_sessions_add_up(recorder: Recorder, contact_id: ContactId) -> None:
    for _ in range(3):
        carry(recorder, contact_id, SIX)
    carry(recorder, contact_id, SIX, SEVEN)
    assert carry(recorder, contact_id, SIX, begins=False)["6"].session_count == 3


def test_R14_last_seen_moves_with_each_ping_that_carries_the_company(
    recorder: Recorder, contact_id: ContactId
) -> None:
    carry(recorder, contact_id, SIX, SEVEN)
    carry(recorder, contact_id, SIX, begins=False, at=NOW + 60)
    found = store.find_companies(recorder.conn, recorder.app_id, ["6", "7"])
    assert {name: company.last_seen_at for name, company in found.items()} == {"6": NOW + 60, "7": NOW}
    assert carry(recorder, contact_id, SIX, at=NOW + 30)["6"].last_seen_at == NOW + 60


def test_all_companies_of_a_ping_are_attached(recorder: Recorder, contact_id: ContactId) -> None:
    carry(recorder, contact_id, SIX, SEVEN)
    attached = store.companies_of(recorder.conn, recorder.app_id, contact_id)
    assert {company.company_id for company in attached} == {"6", "7"}


def test_what_is_said_of_a_company_is_kept_and_what_is_not_said_stays(
    recorder: Recorder, contact_id: ContactId
) -> None:
    told = CompanyData("6", "Blue Sun", {"tier": 1, "seats": 3}, {"plan": "Pro", "size": 40})
    carry(recorder, contact_id, told)
    told = CompanyData("6", None, {"tier": 2}, {"plan": "Free"})
    company = carry(recorder, contact_id, told, at=NOW + 60)["6"]
    assert (company.name, company.custom_attributes) == ("Blue Sun", {"tier": 2, "seats": 3})
    assert (company.plan, company.size) == ("Free", 40)
    assert (company.created_at, company.updated_at) == (NOW, NOW + 60)


def test_a_company_keeps_no_more_than_so_many_attributes(recorder: Recorder, contact_id: ContactId) -> None:
    carry(recorder, contact_id, CompanyData("6", None, {f"a{n}": n for n in range(MOST_ATTRIBUTES)}))
    company = carry(recorder, contact_id, CompanyData("6", None, {"one_more": 1, "a0": "x"}))["6"]
    assert (len(company.custom_attributes), company.custom_attributes["a0"]) == (MOST_ATTRIBUTES, "x")
    assert "one_more" not in company.custom_attributes
