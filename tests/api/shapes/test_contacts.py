"""A contact's JSON, held against the public description's own example."""

from dataclasses import replace
from typing import Any

from app.api.shapes.contacts import contact_reference, contact_shape
from app.contacts.marks import Marked, Marks
from app.contacts.records import Contact
from app.ids import AppId, ContactId

ID = ContactId("6762f0dd1bb69f9f2193bb83")
OFFLINE = {"online": False, "since": None, "last_seen_at": None}
BARE = Contact(
    app_id=AppId("u1a2b3c4"),
    id=ID,
    role="user",
    listed=True,
    pseudonym="Pink Stereo",
    name_key="pink stereo",
    created_at=1_734_537_437.5,
    updated_at=1_734_537_438.9,
    email="joebloggs@intercom.io",
)


def _list(name: str) -> dict[str, Any]:
    return {
        "type": "list",
        "data": [],
        "url": f"/contacts/{ID}/{name}",
        "total_count": 0,
        "has_more": False,
    }


# The answer to "Create contact" in the description, with our own moments.
EXAMPLE: dict[str, Any] = {
    "type": "contact",
    "id": ID,
    "workspace_id": "u1a2b3c4",
    "external_id": None,
    "role": "user",
    "email": "joebloggs@intercom.io",
    "phone": None,
    "name": None,
    "avatar": None,
    "owner_id": None,
    "social_profiles": {"type": "list", "data": []},
    "has_hard_bounced": False,
    "marked_email_as_spam": False,
    "unsubscribed_from_emails": False,
    "created_at": 1_734_537_437,
    "updated_at": 1_734_537_438,
    "signed_up_at": None,
    "last_seen_at": None,
    "last_replied_at": None,
    "last_contacted_at": None,
    "last_email_opened_at": None,
    "last_email_clicked_at": None,
    "language_override": None,
    "browser": None,
    "browser_version": None,
    "browser_language": None,
    "os": None,
    "location": {
        "type": "location",
        "country": None,
        "region": None,
        "city": None,
        "country_code": None,
        "continent_code": None,
    },
    "android_app_name": None,
    "android_app_version": None,
    "android_device": None,
    "android_os_version": None,
    "android_sdk_version": None,
    "android_last_seen_at": None,
    "ios_app_name": None,
    "ios_app_version": None,
    "ios_device": None,
    "ios_os_version": None,
    "ios_sdk_version": None,
    "ios_last_seen_at": None,
    "custom_attributes": {},
    "tags": _list("tags"),
    "notes": _list("notes"),
    "companies": _list("companies"),
    "opted_out_subscription_types": _list("subscriptions"),
    "opted_in_subscription_types": _list("subscriptions"),
    "utm_campaign": None,
    "utm_content": None,
    "utm_medium": None,
    "utm_source": None,
    "utm_term": None,
    "referrer": None,
    "enabled_push_messaging": None,
}


def test_a_new_contact_is_answered_as_the_description_shows_it() -> None:
    shape = contact_shape(BARE, OFFLINE, Marks())
    assert {name: shape[name] for name in EXAMPLE} == EXAMPLE


def test_what_is_ours_stands_beside_it() -> None:
    shape = contact_shape(BARE, OFFLINE, Marks())
    ours = {name: value for name, value in shape.items() if name not in EXAMPLE}
    assert ours == {
        "email_domain": "intercom.io",
        "first_name": None,
        "last_name": None,
        "pseudonym": "Pink Stereo",
        "archived": False,
        "session_count": 0,
        "ios_session_count": 0,
        "android_session_count": 0,
        "presence": OFFLINE,
    }


def test_R53_an_avatar_is_answered_as_an_object() -> None:
    shape = contact_shape(replace(BARE, avatar_url="https://a.example/b.png"), OFFLINE, Marks())
    assert shape["avatar"] == {"type": "avatar", "image_url": "https://a.example/b.png"}


def test_last_seen_is_what_presence_knows() -> None:
    online = {"online": True, "since": 5, "last_seen_at": 9}
    shape = contact_shape(replace(BARE, last_seen_at=7.0), online, Marks())
    assert (shape["last_seen_at"], shape["presence"]) == (9, online)


def test_ten_marks_of_a_kind_are_shown_and_the_rest_is_told_of() -> None:
    ids = tuple(str(number) for number in range(10))
    tags = contact_shape(BARE, OFFLINE, Marks(tags=Marked(ids, 11)))["tags"]
    assert tags["data"][1] == {"type": "tag", "id": "1", "url": "/tags/1"}
    assert (len(tags["data"]), tags["total_count"], tags["has_more"]) == (10, 11, True)
    companies = contact_shape(BARE, OFFLINE, Marks(companies=Marked(("c" * 24,), 1)))["companies"]
    assert companies["data"] == [{"type": "company", "id": "c" * 24, "url": f"/companies/{'c' * 24}"}]
    assert companies["has_more"] is False


def test_a_reference_names_the_contact_and_what_became_of_it() -> None:
    assert contact_reference(replace(BARE, external_id="70"), archived=True) == {
        "type": "contact",
        "id": ID,
        "external_id": "70",
        "archived": True,
    }
