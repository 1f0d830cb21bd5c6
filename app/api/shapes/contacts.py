"""Contacts, as REST answers them: version 2.14 of the public description, and what is ours beside it."""

from collections.abc import Mapping
from typing import Any, Final

from app.api.shapes.moments import unix
from app.contacts.marks import MOST_SHOWN, Marked, Marks
from app.contacts.records import Contact

# What the description shows and nothing here ever tells.
_UNKNOWN_WORDS: Final = """
    last_email_opened_at last_email_clicked_at browser_language
    android_app_name android_app_version android_device android_os_version android_sdk_version
    ios_app_name ios_app_version ios_device ios_os_version ios_sdk_version
    utm_campaign utm_content utm_medium utm_source utm_term enabled_push_messaging
"""
_UNKNOWN: Final = dict.fromkeys(_UNKNOWN_WORDS.split())


def contact_shape(contact: Contact, presence: Mapping[str, Any], marks: Marks) -> dict[str, Any]:
    """The whole contact. ``presence`` as ``presence_shape`` makes it."""
    url = f"/contacts/{contact.id}"
    shape = {
        "type": "contact",
        "id": contact.id,
        "workspace_id": contact.app_id,
        "external_id": contact.external_id,
        "role": contact.role,
        "email": contact.email,
        "email_domain": contact.email.rpartition("@")[2] if contact.email else None,
        "phone": contact.phone,
        "name": contact.name,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "pseudonym": contact.pseudonym,
        "avatar": avatar_shape(contact.avatar_url),
        "owner_id": contact.owner_id,
        "social_profiles": {"type": "list", "data": []},
        "has_hard_bounced": False,
        "marked_email_as_spam": False,
        "unsubscribed_from_emails": bool(contact.unsubscribed_from_emails),
        "archived": contact.archived_at is not None,
        **_moments(contact, presence),
        **_UNKNOWN,
        "language_override": contact.language_override,
        "browser": contact.browser,
        "browser_version": contact.browser_version,
        "os": contact.os,
        "location": _location(contact),
        "referrer": contact.referrer,
        "custom_attributes": contact.custom_attributes,
        "session_count": contact.session_count,
        "ios_session_count": contact.ios_session_count,
        "android_session_count": contact.android_session_count,
        "presence": presence,
        "tags": _marked("tag", marks.tags, f"{url}/tags"),
        "notes": _marked("note", marks.notes, f"{url}/notes"),
        "companies": _marked("company", marks.companies, f"{url}/companies"),
        "opted_out_subscription_types": _marked("subscription", Marked(), f"{url}/subscriptions"),
        "opted_in_subscription_types": _marked("subscription", Marked(), f"{url}/subscriptions"),
    }
    # Only whoever renames a deleted contact is shown one.
    return shape if contact.deleted_at is None else shape | {"deleted": True}


def contact_reference(contact: Contact, **state: bool) -> dict[str, Any]:
    """Who it was that something was done to, and what: ``archived=True`` and the like."""
    return {"type": "contact", "id": contact.id, "external_id": contact.external_id, **state}


def avatar_shape(image_url: str | None) -> dict[str, Any] | None:
    return None if image_url is None else {"type": "avatar", "image_url": image_url}


def _moments(contact: Contact, presence: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "created_at": unix(contact.created_at),
        "updated_at": unix(contact.updated_at),
        "signed_up_at": unix(contact.signed_up_at),
        "last_seen_at": presence["last_seen_at"],
        "last_replied_at": unix(contact.last_replied_at),
        "last_contacted_at": unix(contact.last_contacted_at),
        "android_last_seen_at": unix(contact.android_opened_at),
        "ios_last_seen_at": unix(contact.ios_opened_at),
    }


def _location(contact: Contact) -> dict[str, Any]:
    return {
        "type": "location",
        "country": contact.country,
        "region": contact.region,
        "city": contact.city,
        "country_code": contact.country_code,
        "continent_code": None,
    }


_URLS: Final = {
    "tag": "/tags",
    "note": "/notes",
    "company": "/companies",
    "subscription": "/subscription_types",
}


def _marked(kind: str, marked: Marked, url: str) -> dict[str, Any]:
    """The first ten of something, and where the others are."""
    return {
        "type": "list",
        "data": [{"type": kind, "id": mark, "url": f"{_URLS[kind]}/{mark}"} for mark in marked.ids],
        "url": url,
        "total_count": marked.total,
        "has_more": marked.total > MOST_SHOWN,
    }
