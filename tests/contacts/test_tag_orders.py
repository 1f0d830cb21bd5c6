"""What one order about tags asks for."""

import re
from typing import Any

import pytest

from app.contacts.records import Contact
from app.contacts.tag_orders import MOST_TARGETS, carry_out, read_order
from app.errors import CompanyNotFound, Conflict, NotFound, ParameterInvalid, UserNotFound
from app.ids import CompanyId
from app.tags.records import Tag
from app.tags.store import all_tags, taggings_of
from app.trail.records import Actor
from support.recording import NOW, Recorder


@pytest.fixture
def ada(recorder: Recorder) -> Contact:
    return recorder.ping({"user_id": "42", "company": {"company_id": "6"}}).contact


def order(recorder: Recorder, **body: Any) -> Tag:
    given = read_order(body)
    return carry_out(recorder.conn, recorder.app_id, given, actor=Actor("token", "3"), now=NOW)


def company_id(recorder: Recorder) -> CompanyId:
    return CompanyId(recorder.conn.exec_driver_sql("SELECT id FROM companies").scalar_one())


def tags_on(recorder: Recorder, kind: Any, subject_id: str) -> list[str]:
    found = taggings_of(recorder.conn, recorder.app_id, kind, [subject_id])[subject_id]
    return [tagging.tag.name for tagging in found]


def test_a_name_makes_a_tag_or_finds_it(recorder: Recorder) -> None:
    made = order(recorder, name="Independent")
    assert order(recorder, name="INDEPENDENT") == made
    assert all_tags(recorder.conn, recorder.app_id) == [made]


def test_an_id_and_a_name_rename_a_tag(recorder: Recorder) -> None:
    made = order(recorder, name="Independent")
    assert order(recorder, id=str(made.id), name="Free").name == "Free"
    assert [tag.name for tag in all_tags(recorder.conn, recorder.app_id)] == ["Free"]
    order(recorder, name="Other")
    with pytest.raises(Conflict):
        order(recorder, id=made.id, name="other")
    with pytest.raises(NotFound):
        order(recorder, id="999", name="Free")


def test_companies_are_tagged_by_either_id_and_untagged(recorder: Recorder, ada: Contact) -> None:
    own_id = company_id(recorder)
    vip = order(recorder, name="VIP", companies=[{"company_id": "6"}])
    order(recorder, name="vip", companies=[{"id": own_id}])
    assert tags_on(recorder, "company", own_id) == ["VIP"]
    order(recorder, name="VIP", companies=[{"company_id": "6", "untag": True}])
    assert tags_on(recorder, "company", own_id) == []
    order(recorder, id=vip.id, companies=[{"id": own_id}])
    order(recorder, id=vip.id, companies=[{"id": own_id, "untag": "true"}])
    assert tags_on(recorder, "company", own_id) == []


def test_users_are_tagged_by_either_id_and_untagged(recorder: Recorder, ada: Contact) -> None:
    order(recorder, name="VIP", users=[{"id": ada.id}])
    order(recorder, name="Lead", users=[{"user_id": "42"}])
    assert tags_on(recorder, "contact", ada.id) == ["VIP", "Lead"]
    order(recorder, name="VIP", users=[{"id": ada.id, "untag": True}])
    order(recorder, name="VIP", users=[{"id": ada.id, "untag": True}])
    assert tags_on(recorder, "contact", ada.id) == ["Lead"]


def test_a_tag_that_is_not_there_is_not_made_to_be_taken_off(recorder: Recorder, ada: Contact) -> None:
    with pytest.raises(NotFound):
        order(recorder, name="VIP", companies=[{"company_id": "6", "untag": True}])
    assert all_tags(recorder.conn, recorder.app_id) == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"companies": [{"company_id": "123"}]}, CompanyNotFound),
        ({"companies": [{"id": "123"}]}, CompanyNotFound),
        ({"companies": [{"id": "0" * 24}]}, CompanyNotFound),
        ({"users": [{"id": "123"}]}, UserNotFound),
        ({"users": [{"id": "0" * 24}]}, UserNotFound),
        ({"users": [{"user_id": "43"}]}, UserNotFound),
    ],
)
def test_an_unknown_company_or_user_is_not_found(
    recorder: Recorder, ada: Contact, body: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        order(recorder, name="test", **body)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, "invalid tag parameters: name or id is missing"),
        ({"test": "invalid"}, "name or id is missing"),
        ({"id": "1"}, "invalid tag parameters: name is missing"),
        ({"companies": [{"company_id": "6"}]}, "name or id is missing"),
        ({"name": 7}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "255"),
        (
            {"name": "a", "companies": {"company_id": "6"}},
            "invalid tag parameters: companies must be an array",
        ),
        (
            {"name": "a", "companies": [{"id": "6"}, "6"]},
            "companies[1] must be an object with an id or a company_id",
        ),
        ({"name": "a", "companies": [{}]}, "companies[0] needs an id or a company_id"),
        ({"name": "a", "companies": [{"id": ["6"]}]}, "companies[0].id must be text"),
        ({"name": "a", "users": [{"user_id": {}}]}, "users[0].user_id must be text"),
        ({"name": "a", "users": [{"id": "6", "untag": "yes"}]}, "users[0].untag must be true or false"),
        ({"name": "a", "users": [{"untag": True}]}, "users[0] needs an id or a user_id"),
        ({"name": "a", "users": [{"id": "1"}] * (MOST_TARGETS + 1)}, "users has 1001 entries: at most 1000"),
    ],
    ids=lambda given: str(given)[:60],
)
def test_what_is_no_order_is_refused_with_its_fault(body: dict[str, Any], fault: str) -> None:
    with pytest.raises(ParameterInvalid, match=re.escape(fault)):
        read_order(body)


def test_only_true_takes_a_tag_off(recorder: Recorder, ada: Contact) -> None:
    order(recorder, name="VIP", users=[{"id": ada.id, "untag": False}])
    order(recorder, name="VIP", users=[{"id": ada.id, "untag": None}])
    assert tags_on(recorder, "contact", ada.id) == ["VIP"]
