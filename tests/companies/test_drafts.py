"""What a script writes of a company."""

from typing import Any

import pytest

from app.companies.drafts import LARGEST_NUMBER, CompanyDraft, read_draft
from app.errors import BadRequest, ParameterInvalid


def test_what_is_said_is_taken_and_nothing_else() -> None:
    body = {
        "company_id": "6",
        "name": "Blue Sun",
        "remote_created_at": 1374138000,
        "custom_attributes": {"a": 1},
    }
    fields = {"name": "Blue Sun", "remote_created_at": 1374138000.0}
    assert read_draft(body) == CompanyDraft("6", fields, {"a": 1})
    assert read_draft({}) == CompanyDraft()


def test_null_takes_a_value_away() -> None:
    body = {"company_id": None, "name": None, "size": None, "custom_attributes": None}
    assert read_draft(body) == CompanyDraft(None, {"name": None, "size": None}, {})


@pytest.mark.parametrize(
    ("name", "given", "taken"),
    [
        ("plan", "Enterprise", "Enterprise"),
        ("size", 100, 100),
        ("size", "100", 100),
        ("size", 0, 0),
        ("size", LARGEST_NUMBER, LARGEST_NUMBER),
        ("website", "any string at all", "any string at all"),
        ("monthly_spend", 155.98, 155.0),
        ("monthly_spend", -20, -20.0),
        ("monthly_spend", LARGEST_NUMBER, float(LARGEST_NUMBER)),
        ("remote_created_at", "1374138000", 1374138000.0),
        ("name", "x" * 255, "x" * 255),
    ],
)
def test_a_value_that_fits_is_taken(name: str, given: object, taken: object) -> None:
    assert read_draft({name: given}).fields == {name: taken}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("company_id", ""),
        ("company_id", "  "),
        ("company_id", "x" * 256),
        ("company_id", True),
        ("company_id", ["6"]),
        ("name", 7),
        ("name", "x" * 256),
        ("plan", {"name": "Pro"}),
        ("size", -1),
        ("size", 1.5),
        ("size", LARGEST_NUMBER + 1),
        ("size", "many"),
        ("size", True),
        ("size", "nan"),
        ("website", "x" * 2_049),
        ("monthly_spend", LARGEST_NUMBER + 1),
        ("monthly_spend", "inf"),
        ("monthly_spend", []),
        ("remote_created_at", -1),
        ("remote_created_at", 1374138000000),
        ("custom_attributes", [1]),
        ("custom_attributes", "x"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_its_name(name: str, given: object) -> None:
    with pytest.raises(ParameterInvalid, match=name):
        read_draft({name: given})


@pytest.mark.parametrize("body", [{"test": "invalid"}, {"name": "a", "user_count": 3}, {"id": "6"}])
def test_a_key_that_is_no_field_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(BadRequest, match=r"bad '.*' parameter"):
        read_draft(body)


def test_a_company_id_may_be_a_number() -> None:
    assert read_draft({"company_id": 6}).company_id == "6"
