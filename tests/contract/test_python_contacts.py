"""``python-intercom`` 5.0.1 with contacts: every call of the contract, and what stands in the raw JSON."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from intercom.core.api_error import ApiError
from intercom.types import (
    CreateContactRequestWithEmail,
    CreateContactRequestWithExternalId,
    CreateContactRequestWithRole,
    MultipleFilterSearchRequest,
    SingleFilterSearchRequest,
    StartingAfterPaging,
)

from support.customers import Customer

pytestmark = pytest.mark.journey

WITH_EMAIL = CreateContactRequestWithEmail(
    email="ada@example.com", name="Ada Lovelace", phone="+353871234567"
)


def refusal(error: pytest.ExceptionInfo[ApiError]) -> tuple[int, str, str]:
    """Status, code and message of an error list."""
    body = error.value.body
    told = body if isinstance(body, dict) else body.dict()
    assert told["type"] == "error.list"
    assert told["request_id"]
    return error.value.status_code, told["errors"][0]["code"], told["errors"][0]["message"]


def test_a_contact_is_created_found_changed_and_deleted(customer: Customer) -> None:
    sdk = customer.sdk.contacts
    made = sdk.create(request=WITH_EMAIL)
    assert (made.role, made.email, made.name) == ("user", "ada@example.com", "Ada Lovelace")
    changed = sdk.update(made.id, name="Ada King", external_id="ada-1", avatar="https://example.com/ada.png")
    assert (changed.name, changed.external_id) == ("Ada King", "ada-1")
    assert sdk.find(made.id).name == "Ada King"
    assert sdk.show_contact_by_external_id("ada-1").id == made.id
    raw = customer.get(f"/contacts/{made.id}")
    assert raw["type"] == "contact"
    assert raw["workspace_id"] == customer.app_id
    assert raw["avatar"] == {"type": "avatar", "image_url": "https://example.com/ada.png"}
    assert raw["presence"] == {"online": False, "since": None, "last_seen_at": None}
    assert (raw["first_name"], raw["last_name"], raw["session_count"]) == ("Ada", "King", 0)
    gone = sdk.delete(made.id)
    assert (gone.id, gone.deleted) == (made.id, True)
    with pytest.raises(ApiError) as error:
        sdk.find(made.id)
    assert refusal(error) == (404, "not_found", "User Not Found")


def test_an_external_id_may_hold_any_character(customer: Customer) -> None:
    made = customer.sdk.contacts.create(request=CreateContactRequestWithExternalId(external_id="a/b c?d#é"))
    found = customer.get("/contacts/find_by_external_id/a%2Fb%20c%3Fd%23%C3%A9")
    assert found["id"] == made.id


def test_R50_a_double_is_refused_and_names_who_stands_in_the_way(customer: Customer) -> None:
    sdk = customer.sdk.contacts
    first = sdk.create(request=WITH_EMAIL)
    with pytest.raises(ApiError) as error:
        sdk.create(request=WITH_EMAIL)
    message = f"A contact matching those details already exists with id={first.id}"
    assert refusal(error) == (409, "conflict", message)
    sdk.archive(first.id)
    with pytest.raises(ApiError) as error:
        sdk.create(request=WITH_EMAIL)
    message = f"An archived contact matching those details already exists with id={first.id}"
    assert refusal(error) == (409, "conflict", message)


def test_R50_ten_creates_at_once_make_one_contact(customer: Customer) -> None:
    def create(_: int) -> str | None:
        try:
            return str(customer.sdk.contacts.create(request=WITH_EMAIL).id)
        except ApiError as error:
            assert error.status_code == 409
            return None

    with ThreadPoolExecutor(10) as pool:
        made = [contact_id for contact_id in pool.map(create, range(10)) if contact_id]
    assert len(made) == 1
    assert customer.get("/contacts")["total_count"] == 1


def test_updates_at_once_of_different_attributes_lose_none(customer: Customer) -> None:
    names = [f"field_{number}" for number in range(10)]
    for name in names:
        customer.post("/data_attributes", {"name": name, "model": "contact", "data_type": "integer"})
    contact_id = customer.sdk.contacts.create(request=WITH_EMAIL).id

    def update(number: int) -> None:
        customer.sdk.contacts.update(contact_id, custom_attributes={names[number]: number})

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(update, range(10)))
    values = customer.get(f"/contacts/{contact_id}")["custom_attributes"]
    assert values == {name: number for number, name in enumerate(names)}


def test_contacts_are_listed_page_by_page_to_the_end(customer: Customer) -> None:
    ids = {
        customer.sdk.contacts.create(request=CreateContactRequestWithExternalId(external_id=f"u{number}")).id
        for number in range(7)
    }
    assert {contact.id for contact in customer.sdk.contacts.list(per_page=3)} == ids
    first = customer.get("/contacts?per_page=3")
    assert (first["type"], len(first["data"]), first["total_count"]) == ("list", 3, 7)
    assert first["pages"]["total_pages"] == 3
    last = first
    while "next" in last["pages"]:
        last = customer.get(f"/contacts?per_page=3&starting_after={last['pages']['next']['starting_after']}")
    assert len(last["data"]) == 1


def test_contacts_are_searched(customer: Customer) -> None:
    sdk = customer.sdk.contacts
    ada = sdk.create(request=WITH_EMAIL)
    bob = sdk.create(request=CreateContactRequestWithEmail(email="bob@example.org", name="Bob"))
    query = SingleFilterSearchRequest(field="email", operator="=", value="ada@example.com")
    assert [contact.id for contact in sdk.search(query=query).items or []] == [ada.id]
    either = MultipleFilterSearchRequest(
        operator="OR",
        value=[
            SingleFilterSearchRequest(field="email", operator="$", value="example.com"),
            SingleFilterSearchRequest(field="name", operator="=", value="Bob"),
        ],
    )
    # The SDK's pager asks for the first page again and again: page by page it has to be done by hand.
    first = sdk.search(query=either, pagination=StartingAfterPaging(per_page=1)).response
    assert first.pages.next is not None
    after = StartingAfterPaging(per_page=1, starting_after=first.pages.next.starting_after)
    second = sdk.search(query=either, pagination=after).response
    assert {contact.id for contact in [*first.data, *second.data]} == {ada.id, bob.id}
    assert second.pages.next is None
    with pytest.raises(ApiError) as error:
        sdk.search(query=SingleFilterSearchRequest(field="shoe_size", operator="=", value="1"))
    assert refusal(error)[:2] == (400, "invalid_field")


def test_a_contact_is_archived_brought_back_and_blocked(customer: Customer) -> None:
    sdk = customer.sdk.contacts
    made = sdk.create(request=WITH_EMAIL)
    assert sdk.archive(made.id).archived is True
    assert list(sdk.list()) == []
    assert sdk.unarchive(made.id).archived is False
    assert [contact.id for contact in sdk.list()] == [made.id]
    assert sdk.block_contact(made.id).blocked is True


def test_R73_a_lead_is_merged_into_a_user(customer: Customer) -> None:
    sdk = customer.sdk.contacts
    lead = sdk.create(request=CreateContactRequestWithRole(role="lead", name="Ada", phone="+353871234567"))
    user = sdk.create(request=CreateContactRequestWithEmail(email="ada@example.com"))
    merged = sdk.merge_lead_in_user(lead_id=lead.id, contact_id=user.id)
    assert (merged.id, merged.name) == (user.id, "Ada")
    with pytest.raises(ApiError) as error:
        sdk.find(lead.id)
    assert refusal(error) == (404, "not_found", "User Not Found")


def test_presence_is_on_every_contact(customer: Customer) -> None:
    contact_id = customer.ping(user_id="ada-1", email="ada@example.com")["id"]
    raw = customer.get(f"/contacts/{contact_id}")
    assert raw["presence"]["online"] is True
    assert raw["session_count"] == 1
    found = customer.post("/contacts/search", {"query": {"field": "online", "operator": "=", "value": True}})
    assert [contact["id"] for contact in found["data"]] == [contact_id]


@pytest.mark.parametrize("token", ["", "pl_nobodys"], ids=["none", "unknown"])
def test_without_a_token_nothing_is_told(customer: Customer, token: str) -> None:
    stranger = replace(customer, token=token or "x")
    with pytest.raises(ApiError) as error:
        stranger.sdk.contacts.list()
    assert refusal(error) == (401, "unauthorized", "Access Token Invalid")
