"""What a request wants a contact to be: JSON in, a typed draft out. Pure rules.

A draft tells what is *given* from what is not: what is not given stays as it is, and ``null`` (or a
blank text) clears. Unlike a ping, whose bad values cost themselves alone, a request with one value
that can't be taken is refused whole, by name. Keys that nobody knows are left alone: scripts send
a contact back as they got it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast, get_args

from msgspec import UNSET, UnsetType

from app.contacts.user_data import (
    read_avatar,
    read_email,
    read_identifier,
    read_moment,
    read_name,
    read_phone,
    read_text,
)
from app.errors import ParameterInvalid, ParameterNotFound

T = TypeVar("T")

GivenRole: TypeAlias = Literal["lead", "user"]
"""Nobody is made a visitor: that is what a browser is until more is known."""

LONGEST_LANGUAGE: Final = 35  # characters, as in the longest tags of BCP 47
LARGEST_ADMIN_ID: Final = (1 << 31) - 1
_WORDS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Draft:
    """The given fields of a contact, by the contact's own names: ``UNSET`` what is not given, none what is cleared.

    ``custom_attributes`` holds raw JSON values by name; their rules are the workspace's.
    """

    role: GivenRole | UnsetType = UNSET
    external_id: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    name: str | UnsetType | None = UNSET
    avatar_url: str | UnsetType | None = UNSET
    signed_up_at: float | UnsetType | None = UNSET
    last_seen_at: float | UnsetType | None = UNSET
    owner_id: int | UnsetType | None = UNSET
    unsubscribed_from_emails: bool | UnsetType | None = UNSET
    language_override: str | UnsetType | None = UNSET
    custom_attributes: Mapping[str, Any] = field(default_factory=dict)

    def given(self) -> dict[str, Any]:
        """The fields that are given, without custom attributes, by name."""
        return {name: value for name in _FIELDS if (value := getattr(self, name)) is not UNSET}

    def named(self) -> list[str]:
        """The names of all that is given, as they go on the audit log."""
        attributes = (f"custom_attributes.{name}" for name in self.custom_attributes)
        return sorted([*self.given(), *attributes])


_FIELDS: Final = tuple(field.name for field in fields(Draft) if field.name != "custom_attributes")


def read_draft(body: Mapping[str, Any]) -> Draft:
    """Read the body of a create or an update; raises ParameterInvalid, which names the field and its rule."""
    return Draft(
        role=_role(body),
        **{field: _taken(name, body[name], read) for field, name, read in _READERS if name in body},
        custom_attributes=_attributes(body),
    )


def role_of_new(draft: Draft) -> GivenRole:
    """The role of the contact that a draft makes: a user, unless it says lead.

    Raises ParameterNotFound where nothing tells who that is: a user has an external_id or an email.
    """
    if draft.role == "lead":
        return "lead"
    if draft.external_id or draft.email:
        return "user"
    if draft.role == "user":
        raise ParameterNotFound("external_id or email is missing: a user has at least one of them")
    raise ParameterNotFound("email, external_id or role is missing: give at least one of them")


def _taken(name: str, value: object, read: Callable[[object], T]) -> T | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return read(value)
    except ValueError as rule:
        raise ParameterInvalid(f"{name} {rule}") from None


def _role(body: Mapping[str, Any]) -> GivenRole | UnsetType:
    role = body.get("role")
    if role is None:
        return UNSET
    if role not in get_args(GivenRole):
        raise ParameterInvalid("role must be user or lead")
    return cast("GivenRole", role)


def _attributes(body: Mapping[str, Any]) -> Mapping[str, Any]:
    attributes = body.get("custom_attributes")
    if attributes is None:
        return {}
    if not isinstance(attributes, dict):
        raise ParameterInvalid("custom_attributes must be an object of names and values")
    return attributes


# What a value must be: each returns it in its type, or raises ValueError with the rule.


def _picture(value: object) -> str | None:
    """A URL, or an avatar as it is answered: one without a picture clears, as null does."""
    if not isinstance(value, str | dict):
        raise ValueError("must be an http or https URL, or an object with an image_url")
    if isinstance(value, dict) and "image_url" in value and not value["image_url"]:
        return None
    return read_avatar(value)


def _owner_id(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_ADMIN_ID:
        raise ValueError("must be the id of a teammate")
    return value


def _switch(value: object) -> bool:
    if isinstance(value, str):
        value = _WORDS.get(value, value)
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _language(value: object) -> str:
    return read_text(value, LONGEST_LANGUAGE).strip()


_READERS: Final[Sequence[tuple[str, str, Callable[[object], Any]]]] = (
    ("external_id", "external_id", read_identifier),
    ("email", "email", read_email),
    ("phone", "phone", read_phone),
    ("name", "name", read_name),
    ("avatar_url", "avatar", _picture),
    ("signed_up_at", "signed_up_at", read_moment),
    ("last_seen_at", "last_seen_at", read_moment),
    ("owner_id", "owner_id", _owner_id),
    ("unsubscribed_from_emails", "unsubscribed_from_emails", _switch),
    ("language_override", "language_override", _language),
)
"""Fields of a draft, each with its name in a body, and with what reads it."""
