"""A company's JSON: what it does not have is left out."""

from dataclasses import replace

from app.api.shapes.companies import company_shape, deleted_company_shape
from app.companies.records import Company
from app.ids import AppId, CompanyId, TagId
from app.tags.records import Tag, Tagging

APP = AppId("u1a2b3c4")
BARE = Company(APP, CompanyId("6762f0761bb69f9f2193bae2"), "6", None, 1.5, 2.9, None, 0, {})
KNOWN = replace(
    BARE,
    name="Blue Sun",
    last_seen_at=3.9,
    session_count=7,
    plan="Pro",
    size=100,
    website="https://www.intercom.com",
    industry="Software",
    monthly_spend=155.0,
    remote_created_at=1.0,
    custom_attributes={"paid_subscriber": True},
)


def test_a_company_of_which_nothing_is_known() -> None:
    assert company_shape(BARE, 0, []) == {
        "type": "company",
        "company_id": "6",
        "id": "6762f0761bb69f9f2193bae2",
        "app_id": "u1a2b3c4",
        "created_at": 1,
        "updated_at": 2,
        "monthly_spend": 0,
        "session_count": 0,
        "user_count": 0,
        "tags": {"type": "tag.list", "tags": []},
        "segments": {"type": "segment.list", "segments": []},
        "plan": {},
        "custom_attributes": {},
    }


def test_a_company_of_which_all_is_known() -> None:
    tagging = Tagging(Tag(APP, TagId(7), "VIP", 1.0), 2.0, None)
    shape = company_shape(KNOWN, 4, [tagging])
    told = {name: shape[name] for name in shape.keys() - company_shape(BARE, 0, []).keys()}
    assert told == {
        "name": "Blue Sun",
        "size": 100,
        "website": "https://www.intercom.com",
        "industry": "Software",
        "remote_created_at": 1,
        "last_request_at": 3,
    }
    assert (shape["user_count"], shape["session_count"], shape["monthly_spend"]) == (4, 7, 155)
    assert shape["tags"]["tags"] == [{"type": "tag", "id": "7", "name": "VIP"}]
    assert shape["custom_attributes"] == {"paid_subscriber": True}


def test_a_plan_has_a_number_that_stays() -> None:
    plan = company_shape(KNOWN, 0, [])["plan"]
    assert (plan["type"], plan["name"], plan["id"].isdigit()) == ("plan", "Pro", True)
    assert company_shape(KNOWN, 1, [])["plan"] == plan
    assert company_shape(replace(KNOWN, plan="Free"), 0, [])["plan"]["id"] != plan["id"]


def test_a_company_that_was_deleted() -> None:
    assert deleted_company_shape(BARE) == {"id": BARE.id, "object": "company", "deleted": True}
