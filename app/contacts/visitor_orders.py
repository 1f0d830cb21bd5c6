"""What a request says of visitors: JSON in, typed orders out. Pure.

A visitor's ``user_id`` is what the browser is known by: our ``anonymous_id``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from app.contacts.drafts import Draft, read_draft
from app.contacts.event_orders import Whose, read_whose
from app.errors import ParameterInvalid, ParameterNotFound

_CHANGEABLE: Final = ("name", "custom_attributes")


@dataclass(frozen=True, slots=True)
class Conversion:
    """``visitor`` is to become, or to go up in, whom ``draft`` or ``contact_id`` names, a lead or a user."""

    role: Literal["lead", "user"]
    visitor: Whose
    contact_id: str | None
    draft: Draft


def read_change(body: Mapping[str, Any]) -> tuple[Whose, Draft]:
    """Which visitor is to be changed, and what of it; raises ParameterNotFound, ParameterInvalid."""
    return read_whose(body), read_draft({name: body[name] for name in _CHANGEABLE if name in body})


def read_conversion(body: Mapping[str, Any]) -> Conversion:
    """Raises ParameterNotFound, ParameterInvalid."""
    role = body.get("type")
    if role is None:
        raise ParameterNotFound("type is missing: it is lead or user")
    if role not in ("lead", "user"):
        raise ParameterInvalid("type must be lead or user")
    visitor, user = _object(body, "visitor"), _object(body, "user")
    contact_id = user.get("id")
    if contact_id is not None and not isinstance(contact_id, str):
        raise ParameterInvalid("user.id must be text")
    given = {"role": role, "external_id": user.get("user_id"), "email": user.get("email")}
    draft = read_draft({name: value for name, value in given.items() if value not in (None, "")})
    return Conversion(cast("Literal['lead', 'user']", role), read_whose(visitor), contact_id or None, draft)


def _object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    if value is None:
        raise ParameterNotFound(f"{name} is missing: it is an object with an id, a user_id or an email")
    if not isinstance(value, dict):
        raise ParameterInvalid(f"{name} must be an object")
    return value
