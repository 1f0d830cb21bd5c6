"""What a script writes of a company: a JSON body in, a typed draft out. Pure.

A key that is no field of a company is refused by its name, and nothing is written; so is a value
that does not fit. What is not said stays as it is, and null takes a value away. Custom attributes
are checked against those that the workspace knows, in ``changes``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.attributes.values import is_storable
from app.errors import BadRequest, ParameterInvalid

LONGEST_TEXT: Final = 255
LONGEST_WEBSITE: Final = 2_048
LARGEST_NUMBER: Final = 2_147_483_647
LAST_MOMENT: Final = 253_402_300_799  # the end of the year 9999


@dataclass(frozen=True, slots=True)
class CompanyDraft:
    """``company_id`` names the company; ``fields`` are columns as they are to be."""

    company_id: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    custom_attributes: Mapping[str, Any] = field(default_factory=dict)


def read_draft(body: Mapping[str, Any]) -> CompanyDraft:
    """Read the body of a create or an update; raises BadRequest and ParameterInvalid."""
    for name in body:
        if name not in READERS and name not in {"company_id", "custom_attributes"}:
            raise BadRequest(f"bad '{name[:64]}' parameter")
    attributes = body.get("custom_attributes")
    if attributes is not None and not isinstance(attributes, dict):
        raise ParameterInvalid("custom_attributes must be an object")
    fields = {
        name: None if body[name] is None else _read(name, body[name]) for name in READERS if name in body
    }
    return CompanyDraft(_company_id(body.get("company_id")), fields, attributes or {})


def _read(name: str, value: object) -> object:
    try:
        return READERS[name](value)
    except ValueError as rule:
        raise ParameterInvalid(f"{name} {rule}") from None


def _company_id(value: object) -> str | None:
    """The customer's own id: text, or a whole number, which is its digits."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT or not value.strip():
        raise ParameterInvalid(f"company_id must be text of 1 to {LONGEST_TEXT} characters")
    return value


def _text(value: object, most: int = LONGEST_TEXT) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    if len(value) > most:
        raise ValueError(f"is longer than {most} characters")
    if not is_storable(value):
        raise ValueError("holds a character that can't be stored")
    return value


def _website(value: object) -> str:
    return _text(value, LONGEST_WEBSITE)


def _number(value: object) -> float:
    """A number, or its text."""
    if isinstance(value, str):
        try:
            value = float(value[:32])
        except ValueError:
            raise ValueError("must be a number") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    return value


def _count(value: object) -> int:
    number = _number(value)
    if not 0 <= number <= LARGEST_NUMBER or number != int(number):
        raise ValueError(f"must be a whole number from 0 to {LARGEST_NUMBER}")
    return int(number)


def _money(value: object) -> float:
    """Whole units; what is behind the point is cut off."""
    number = _number(value)
    if not abs(number) <= LARGEST_NUMBER:
        raise ValueError(f"must be a number up to {LARGEST_NUMBER}")
    return float(int(number))


def _moment(value: object) -> float:
    number = _number(value)
    if not 0 <= number <= LAST_MOMENT:
        raise ValueError("must be Unix seconds between the years 1970 and 9999")
    return float(number)


READERS: Final[dict[str, Callable[[object], object]]] = {
    "name": _text,
    "plan": _text,
    "size": _count,
    "website": _website,
    "industry": _text,
    "monthly_spend": _money,
    "remote_created_at": _moment,
}
"""What each field of a company is read by: a value in its type, or ValueError with the rule."""
