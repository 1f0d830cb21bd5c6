"""The fields of contacts, as REST and the dashboard name them."""

import pytest

from app.search.fields import FILTER_FIELDS, SORTABLE, Attribute, FilterFields, SearchFields
from app.storage.tables import contacts

ATTRIBUTES = {
    "plan": Attribute(7, "string"),
    "name": Attribute(8, "integer"),
    "ends_at": Attribute(9, "date"),
}
# The public description's table.
DESCRIBED = """
    id role name avatar owner_id email email_domain phone external_id created_at signed_up_at updated_at last_seen_at
    last_contacted_at last_replied_at last_email_opened_at last_email_clicked_at language_override browser
    browser_language os location.country location.region location.city unsubscribed_from_emails marked_email_as_spam
    has_hard_bounced ios_last_seen_at ios_app_version ios_device ios_app_device ios_os_version ios_app_name
    ios_sdk_version android_last_seen_at android_app_version android_device android_app_name andoid_sdk_version
    segment_id tag_id
"""


@pytest.mark.parametrize("name", [*DESCRIBED.split(), "online", "session_count"])
def test_every_field_of_the_description_and_of_ours_can_be_searched_by(name: str) -> None:
    found = SearchFields().find(name)
    assert found is not None
    assert found.name == name
    assert found.column is None or found.column in contacts.c


@pytest.mark.parametrize(
    "name", ["plan", "custom_attributes.", "custom_attributes.size", "password", "", "Name"]
)
def test_other_names_are_no_fields_of_a_search(name: str) -> None:
    assert SearchFields(ATTRIBUTES).find(name) is None


def test_custom_attributes_have_the_kind_of_their_type() -> None:
    fields = SearchFields(
        {type_: Attribute(1, type_) for type_ in ("string", "integer", "float", "boolean", "date", "options")}
    )
    kinds = {name: fields.find(f"custom_attributes.{name}").kind for name in fields.attributes}  # type: ignore[union-attr]
    assert kinds == {
        "string": "text",
        "integer": "number",
        "float": "number",
        "boolean": "boolean",
        "date": "date",
        "options": "text",
    }


def test_the_dashboard_names_attributes_bare_and_fields_come_first() -> None:
    fields = FilterFields(ATTRIBUTES)
    plan, name, own = fields.find("plan"), fields.find("name"), fields.find("custom_attributes.name")
    assert plan is not None
    assert plan.attribute_id == 7
    assert name is not None
    assert name.attribute_id is None
    assert own is not None
    assert own.attribute_id == 8
    assert fields.find("size") is None


@pytest.mark.parametrize("name", ["role", "tag", "segment", "company", "online", *DESCRIBED.split()])
def test_the_dashboard_knows_the_fields_of_search_and_some_more(name: str) -> None:
    assert FilterFields().find(name) is not None


def test_what_can_be_sorted_by_is_a_column() -> None:
    assert {"created_at", "name", "email", "session_count", "last_seen_at"} <= SORTABLE.keys()
    assert set(SORTABLE.values()) <= set(contacts.c.keys())


def test_the_editor_offers_fields_that_somebody_fills() -> None:
    assert {"name", "email", "tag", "segment", "company", "online", "role", "last_seen_at"} <= set(
        FILTER_FIELDS
    )
    assert "ios_device" not in FILTER_FIELDS
