"""``python-intercom`` 5.0.1 with all that hangs on contacts: companies, tags, notes, attributes, visitors, events."""

import time

import pytest
from intercom.core.api_error import ApiError
from intercom.events.types import CreateDataEventSummariesRequestEventSummaries
from intercom.types import (
    CreateContactRequestWithEmail,
    CreateDataAttributeRequestOptions,
    CreateDataAttributeRequestOptionsOptionsItem,
    CreateDataEventRequestWithId,
    CreateOrUpdateCompanyRequest,
    CreateOrUpdateTagRequest,
    TagCompanyRequest,
    TagCompanyRequestCompaniesItem,
    TagMultipleUsersRequest,
    TagMultipleUsersRequestUsersItem,
    UntagCompanyRequest,
    UntagCompanyRequestCompaniesItem,
    UpdateCompanyRequestBody,
    UpdateVisitorRequestWithUserId,
)
from intercom.visitors.types import UserWithUserId, VisitorWithUserId

from support.customers import Customer

pytestmark = pytest.mark.journey


@pytest.fixture
def ada(customer: Customer) -> str:
    made = customer.sdk.contacts.create(request=CreateContactRequestWithEmail(email="ada@example.com"))
    return str(made.id)


def test_companies_are_made_found_changed_and_deleted(customer: Customer, ada: str) -> None:
    sdk = customer.sdk.companies
    made = sdk.create_or_update(
        request=CreateOrUpdateCompanyRequest(company_id="c-1", name="Acme", plan="Pro", size=85)
    )
    again = sdk.create_or_update(
        request=CreateOrUpdateCompanyRequest(company_id="c-1", website="https://a.example")
    )
    assert again.id == made.id
    raw = customer.get(f"/companies/{made.id}")
    assert (raw["type"], raw["company_id"], raw["name"], raw["size"]) == ("company", "c-1", "Acme", 85)
    assert raw["plan"]["name"] == "Pro"
    assert raw["app_id"] == customer.app_id
    assert sdk.find(made.id).website == "https://a.example"
    changed = sdk.update(made.id, request=UpdateCompanyRequestBody(name="Acme Ltd", plan="Free"))
    assert (changed.name, changed.website) == ("Acme Ltd", "https://a.example")
    assert customer.get(f"/companies/{made.id}")["plan"]["name"] == "Free"
    sdk.attach_contact(ada, company_id=made.id)  # The list tells of companies that somebody belongs to.
    assert [company.id for company in sdk.list()] == [made.id]
    assert [company.id for company in sdk.scroll()] == [made.id]
    assert sdk.delete(made.id).deleted is True
    with pytest.raises(ApiError) as error:
        sdk.find(made.id)
    assert error.value.status_code == 404


def test_a_company_is_retrieved_by_its_name_or_company_id(customer: Customer) -> None:
    sdk = customer.sdk.companies
    made = sdk.create_or_update(request=CreateOrUpdateCompanyRequest(company_id="c-1", name="Acme"))
    sdk.create_or_update(request=CreateOrUpdateCompanyRequest(company_id="c-2", name="Globex"))
    for found in (sdk.retrieve(name="Acme"), sdk.retrieve(company_id="c-1")):
        assert found.type == "list"
        assert [company.id for company in found.data or []] == [made.id]
    raw = customer.get("/companies?company_id=c-1")
    assert (raw["type"], raw["id"], raw["total_count"]) == ("list", made.id, 1)
    with pytest.raises(ApiError) as error:
        sdk.retrieve(name="Nobody")
    assert error.value.status_code == 404
    assert "Company Not Found" in str(error.value.body)


def test_the_scroll_ends_with_an_empty_page_without_a_param(customer: Customer) -> None:
    customer.sdk.companies.create_or_update(request=CreateOrUpdateCompanyRequest(company_id="c-1"))
    first = customer.get("/companies/scroll")
    assert len(first["data"]) == 1
    last = customer.get(f"/companies/scroll?scroll_param={first['scroll_param']}")
    assert (last["data"], last["scroll_param"]) == ([], None)


def test_a_contact_joins_and_leaves_a_company(customer: Customer, ada: str) -> None:
    sdk = customer.sdk.companies
    company = sdk.create_or_update(request=CreateOrUpdateCompanyRequest(company_id="c-1", name="Acme"))
    assert sdk.attach_contact(ada, company_id=company.id).id == company.id
    assert [found.id for found in customer.sdk.contacts.list_attached_companies(ada)] == [company.id]
    raw = customer.get(f"/contacts/{ada}/companies")
    assert raw["companies"] == raw["data"]
    assert [person.id for person in sdk.list_attached_contacts(company.id).data] == [ada]
    assert [person["id"] for person in customer.get(f"/companies/{company.id}/contacts")["data"]] == [ada]
    assert sdk.list_attached_segments(company.id).data == []
    assert customer.get(f"/companies/{company.id}/segments") == {"type": "list", "data": []}
    assert sdk.detach_contact(ada, company.id).id == company.id
    assert customer.get(f"/contacts/{ada}/companies")["data"] == []


def test_tags_are_made_put_on_and_taken_off(customer: Customer, ada: str) -> None:
    sdk = customer.sdk.tags
    tag = sdk.create(request=CreateOrUpdateTagRequest(name="VIP"))
    assert sdk.tag_contact(ada, tag_id=tag.id).name == "VIP"
    assert [found.id for found in customer.sdk.contacts.list_attached_tags(ada).data] == [tag.id]
    assert sdk.untag_contact(ada, tag.id).id == tag.id
    many = sdk.create(
        request=TagMultipleUsersRequest(name="Beta", users=[TagMultipleUsersRequestUsersItem(id=ada)])
    )
    assert customer.get(f"/contacts/{ada}")["tags"]["total_count"] == 1
    assert {found.name for found in sdk.list().data} == {"VIP", "Beta"}
    assert sdk.find(many.id).name == "Beta"
    sdk.delete(many.id)
    assert customer.get(f"/contacts/{ada}")["tags"]["total_count"] == 0


def test_companies_are_tagged_and_untagged(customer: Customer, ada: str) -> None:
    company = customer.sdk.companies.create_or_update(
        request=CreateOrUpdateCompanyRequest(company_id="c-1", name="Acme")
    )
    put = TagCompanyRequest(name="Key", companies=[TagCompanyRequestCompaniesItem(company_id="c-1")])
    tag = customer.sdk.tags.create(request=put)
    raw = customer.get(f"/companies/{company.id}")["tags"]
    assert (raw["type"], [(one["id"], one["name"]) for one in raw["tags"]]) == ("tag.list", [(tag.id, "Key")])
    customer.sdk.companies.attach_contact(ada, company_id=company.id)  # else no list tells of it
    found = customer.sdk.companies.retrieve(tag_id=tag.id)
    assert [one.id for one in found.data or []] == [company.id]
    off = UntagCompanyRequestCompaniesItem(id=company.id, untag=True)
    assert customer.sdk.tags.create(request=UntagCompanyRequest(name="Key", companies=[off])).id == tag.id
    assert customer.get(f"/companies/{company.id}")["tags"]["tags"] == []


def test_notes_are_written_and_read_page_by_page(customer: Customer, ada: str) -> None:
    sdk = customer.sdk.notes
    admin_id = customer.sdk.admins.list().admins[0].id
    made = [sdk.create(ada, body=f"<p>note {number}</p>", admin_id=admin_id) for number in range(3)]
    assert [note.id for note in sdk.list(ada, per_page=2)] == [note.id for note in reversed(made)]
    found = sdk.find(int(made[0].id))
    assert found.body == "<p>note 0</p>"
    assert found.author.id == admin_id
    raw = customer.get(f"/notes/{made[0].id}")
    assert (raw["type"], raw["body"], raw["contact"]["id"]) == ("note", "<p>note 0</p>", ada)


def test_data_attributes_are_made_listed_and_changed(customer: Customer) -> None:
    sdk = customer.sdk.data_attributes
    made = sdk.create(
        request=CreateDataAttributeRequestOptions(
            name="tier",
            model="contact",
            data_type="options",
            options=[
                CreateDataAttributeRequestOptionsOptionsItem(value=value) for value in ("1-10", "11-50")
            ],
        )
    )
    assert isinstance(customer.get("/data_attributes?model=contact")["data"][0]["name"], str)
    assert "tier" in {attribute.name for attribute in sdk.list(model="contact").data}
    raw = customer.post("/data_attributes", {"name": "seats", "model": "contact", "data_type": "integer"})
    assert (raw["type"], raw["full_name"], raw["custom"]) == (
        "data_attribute",
        "custom_attributes.seats",
        True,
    )
    assert isinstance(raw["id"], int)
    assert made.id != raw["id"]
    changed = sdk.update(raw["id"], request={"archived": True, "description": "How many sit there"})
    assert (changed.archived, changed.description) == (True, "How many sit there")
    assert "seats" not in {attribute.name for attribute in sdk.list(model="contact").data}
    assert "seats" in {attribute.name for attribute in sdk.list(model="contact", include_archived=True).data}


def test_an_attribute_that_does_not_exist_is_refused_by_name(customer: Customer, ada: str) -> None:
    with pytest.raises(ApiError) as error:
        customer.sdk.contacts.update(ada, custom_attributes={"nonesuch": 1})
    assert error.value.status_code == 400
    assert "nonesuch" in str(error.value.body)
    assert customer.get(f"/contacts/{ada}")["custom_attributes"] == {}


def test_segments_are_listed_and_found(customer: Customer, ada: str) -> None:
    users = {"field": "role", "operator": "is", "value": "user"}
    made = customer.post("/segments", {"name": "Users only", "filter": users})
    assert made["id"] in {segment.id for segment in customer.sdk.segments.list(include_count=True).segments}
    assert customer.sdk.segments.find(made["id"]).name == "Users only"
    assert made["id"] in {found.id for found in customer.sdk.contacts.list_attached_segments(ada).data}
    raw = customer.get(f"/segments/{made['id']}?include_count=true")
    assert (raw["type"], raw["name"], raw["person_type"], raw["count"]) == (
        "segment",
        "Users only",
        "user",
        1,
    )


def test_visitors_are_found_changed_and_converted(customer: Customer) -> None:
    visitor_id = customer.ping(anonymous_id="browser-1")["id"]
    sdk = customer.sdk.visitors
    assert sdk.find(user_id="browser-1").id == visitor_id
    raw = customer.get("/visitors?user_id=browser-1")
    assert (raw["type"], raw["user_id"], raw["anonymous"]) == ("visitor", "browser-1", True)
    assert sdk.update(request=UpdateVisitorRequestWithUserId(user_id="browser-1", name="Ada")).name == "Ada"
    user = sdk.merge_to_contact(
        type="user",
        user=UserWithUserId(user_id="ada-1", email="ada@example.com"),
        visitor=VisitorWithUserId(user_id="browser-1"),
    )
    assert (user.role, user.external_id) == ("user", "ada-1")
    with pytest.raises(ApiError) as error:
        sdk.find(user_id="browser-1")
    assert error.value.status_code == 404
    assert "Visitor Not Found" in str(error.value.body)


def test_events_are_recorded_listed_and_summed_up(customer: Customer, ada: str) -> None:
    sdk, earlier = customer.sdk.events, int(time.time()) - 86_400
    for offset in (0, 60):
        sdk.create(
            request=CreateDataEventRequestWithId(
                id=ada, event_name="ordered", created_at=earlier + offset, metadata={"plan": "pro"}
            )
        )
    listed = sdk.list(type="user", intercom_user_id=ada)
    assert [event.event_name for event in listed.events] == ["ordered", "ordered"]
    raw = customer.get(f"/events?type=user&intercom_user_id={ada}&summary=true")
    assert raw["type"] == "event.summary"
    assert [(one["name"], one["count"]) for one in raw["events"]] == [("ordered", 2)]
    customer.sdk.contacts.update(ada, external_id="ada-1")
    sdk.summaries(
        user_id="ada-1",
        event_summaries=CreateDataEventSummariesRequestEventSummaries(
            event_name="ordered", count=5, first=earlier, last=earlier + 3600
        ),
    )
    raw = customer.get("/events?type=user&user_id=ada-1&summary=true")
    assert [(one["name"], one["count"]) for one in raw["events"]] == [("ordered", 7)]


def test_admins_teams_and_me(customer: Customer) -> None:
    me = customer.sdk.admins.identify()
    assert me.app is not None
    assert me.app.id_code == customer.app_id
    admin = customer.sdk.admins.list().admins[0]
    assert (admin.type, admin.name) == ("admin", "Tess")
    assert customer.sdk.admins.find(int(admin.id)).id == admin.id
    away = customer.sdk.admins.away(int(admin.id), away_mode_enabled=True, away_mode_reassign=False)
    assert away.away_mode_enabled is True
    [team] = customer.sdk.teams.list().teams or []
    assert customer.sdk.teams.find(team.id).name == "Support"
    raw = customer.get("/teams")
    assert (raw["type"], raw["teams"][0]["type"]) == ("team.list", "team")
    assert raw["teams"][0]["admin_ids"] == [int(admin.id)]


def test_activity_logs_tell_what_teammates_did(customer: Customer) -> None:
    told = customer.sdk.admins.list_all_activity_logs(created_at_after="0")
    assert (told.type, told.activity_logs) == ("activity_log.list", [])
    raw = customer.get("/admins/activity_logs?created_at_after=0")
    assert (raw["pages"]["type"], raw["pages"]["total_pages"]) == ("pages", 0)
