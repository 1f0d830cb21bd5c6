"""A contact as it is stored, and the ping that tells of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from app.attributes.records import Scalar
from app.contacts.user_data import UserData
from app.ids import AppId, ContactId

Role = Literal["visitor", "lead", "user"]
Platform = Literal["web", "ios", "android"]
Source = Literal["apiBoot", "apiUpdate", "page", "register", "active"]


class Ping(msgspec.Struct, frozen=True):
    """One ping, read and checked: what it says of the person, and where it comes from."""

    app_id: AppId
    user: UserData = UserData()
    platform: Platform = "web"
    source: Source = "page"
    page_url: str | None = None
    page_title: str | None = None
    referrer: str | None = None
    timezone: str | None = None


@dataclass(slots=True)
class Contact:
    """One row of ``contacts``, field by field: ``app/storage/tables/contacts.py`` says what each one means.

    Nobody changes one: ``store.with_facts`` and ``replace`` make another. It is not frozen, as a frozen one of so
    many fields takes ten times as long to make, and every ping makes three.
    """

    app_id: AppId
    id: ContactId
    role: Role
    listed: bool
    pseudonym: str
    name_key: str
    created_at: float
    updated_at: float
    external_id: str | None = None
    email: str | None = None
    email_key: str | None = None
    phone: str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    anonymous_id: str | None = None
    avatar_url: str | None = None
    signed_up_at: float | None = None
    first_seen_at: float | None = None
    last_seen_at: float | None = None
    active_at: float | None = None
    session_started_at: float | None = None
    session_count: int = 0
    ios_session_count: int = 0
    android_session_count: int = 0
    ios_opened_at: float | None = None
    android_opened_at: float | None = None
    user_agent: str | None = None
    browser: str | None = None
    browser_version: str | None = None
    os: str | None = None
    device: str | None = None
    timezone: str | None = None
    country: str | None = None
    country_code: str | None = None
    region: str | None = None
    city: str | None = None
    page_url: str | None = None
    page_title: str | None = None
    referrer: str | None = None
    custom_attributes: Mapping[str, Scalar] = field(default_factory=dict)
    deleted_at: float | None = None
    archived_at: float | None = None
    owner_id: int | None = None
    language_override: str | None = None
    unsubscribed_from_emails: bool | None = None
    last_replied_at: float | None = None
    last_contacted_at: float | None = None
    blocked_at: float | None = None
    synced_at: float | None = None
    deleted_by: str | None = None
    provenance: Mapping[str, Any] | None = None
    """Where each custom attribute's value comes from, by its name; ``precedence`` knows the shape."""
    words: str = ""
    """What it is found under, a space before each word; ``shown`` knows which."""
