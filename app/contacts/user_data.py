"""What a page, or a signed token, says of a person: JSON in, a typed record out.

Whatever can't be taken is dropped and named, so that one bad value costs itself and nothing
else. ``""``, ``"null"`` and ``"undefined"`` are what templates print for a value that they don't
have: they mean unknown, and say nothing.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from app.attributes.naming import shown_key
from app.attributes.records import Scalar
from app.companies.drafts import READERS
from app.companies.records import CompanyData

T = TypeVar("T")

LONGEST_ID: Final = 255
LONGEST_EMAIL: Final = 254
LONGEST_NAME: Final = 10_000
LONGEST_PHONE: Final = 64
LONGEST_URL: Final = 2_048
LONGEST_ATTRIBUTE_NAME: Final = 190
LONGEST_ATTRIBUTE: Final = 255
MOST_ATTRIBUTES: Final = 250
MOST_COMPANIES: Final = 50
MOST_PROBLEMS: Final = 100

_SETTING_WORDS: Final = """
    app_id appId api_base apiBase region installation_type installation_version widget widgetUrl
    hide_default_launcher hide_notifications last_request_at alignment vertical_padding horizontal_padding
    custom_launcher_selector action_color background_color link_color session_duration language_override
    z_index theme_mode messenger_style_id auth_tokens page_title
"""
SETTINGS: Final = frozenset(_SETTING_WORDS.split())
"""What sites set for the messenger itself: no attributes of the person."""

_COMPANY_FIELDS: Final = {
    "created_at": "remote_created_at",
    "plan": "plan",
    "size": "size",
    "website": "website",
    "industry": "industry",
    "monthly_spend": "monthly_spend",
}
"""What a ping says of a company beside its name, and the field that it goes to."""

_EMAIL: Final = re.compile(
    r"[^\s@<>()\[\],;:\\\"]{1,64}@(?:[^\s@<>()\[\],;:\\\".]+\.)+[^\s@<>()\[\],;:\\\".]+"
)
_WEB_URL: Final = re.compile(r"https?://[^\s/?#\x00-\x1f\x7f]+[^\s\x00-\x1f\x7f]*", re.IGNORECASE)
_ANONYMOUS_ID: Final = re.compile(r"[!-~]{1,128}")
_NUMBER: Final = re.compile(r"\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_UNKNOWN: Final = frozenset({"", "null", "undefined"})
_LAST_MOMENT: Final = 253_402_300_799.0  # the end of the year 9999
_SMALLEST_INTEGER: Final = -(1 << 63)
_LARGEST_INTEGER: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that could not be taken, and the rule that it breaks. It never repeats the value."""

    name: str
    message: str
    is_attribute: bool = False


class UserData(msgspec.Struct, frozen=True):
    """What is said of a person; none for what is not said. ``user_hash`` and ``token`` prove it.

    A struct, as a frozen dataclass of so many fields takes ten times as long to make, and every ping makes one.
    """

    user_id: str | None = None
    email: str | None = None
    name: str | None = None
    phone: str | None = None
    signed_up_at: float | None = None
    avatar_url: str | None = None
    anonymous_id: str | None = None
    user_hash: str | None = None
    token: str | None = None
    companies: tuple[CompanyData, ...] = ()
    custom_attributes: Mapping[str, Scalar] = msgspec.field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read_user_data(data: Mapping[str, object]) -> UserData:
    """Read a ``user_data`` object, or the fields of a token. Any JSON will do; raises nothing."""
    reader = _Reader(data)
    return UserData(
        user_id=reader.take("user_id", read_identifier),
        email=reader.take("email", read_email),
        name=reader.take("name", read_name),
        phone=reader.take("phone", read_phone),
        signed_up_at=reader.take("created_at", read_moment),
        avatar_url=reader.take("avatar", read_avatar),
        anonymous_id=reader.take("anonymous_id", _anonymous_id),
        user_hash=reader.take("user_hash", _proof),
        token=reader.take("intercom_user_jwt", _proof),
        companies=_companies(reader),
        custom_attributes=reader.take_attributes(),
        problems=tuple(reader.problems[:MOST_PROBLEMS]),
    )


def is_unknown(value: object) -> bool:
    """Whether a value says nothing: it is left out, null, blank, or a template's word for that."""
    return value is None or (isinstance(value, str) and value.strip() in _UNKNOWN)


def is_web_url(text: str) -> bool:
    """Whether a text is an http(s) URL that may be stored: nothing else is ever loaded or linked to."""
    return len(text) <= LONGEST_URL and _WEB_URL.fullmatch(text) is not None and _is_storable(text)


class _Reader:
    """Takes values out of an object by name, and writes down those that can't be taken."""

    def __init__(self, data: Mapping[str, object], prefix: str = "") -> None:
        self.problems: list[Problem] = []
        self._left = {key: value for key, value in data.items() if key not in SETTINGS or prefix}
        self._prefix = prefix

    def take(self, name: str, read: Callable[[object], T]) -> T | None:
        value = self._left.pop(name, None)
        # Most of what could be said is not: asked here, that costs no call.
        if value is None or is_unknown(value):
            return None
        try:
            return read(value)
        except ValueError as rule:
            self.refuse(name, str(rule))
            return None

    def refuse(self, name: str, rule: str) -> None:
        shown = self._prefix + shown_key(name)
        self.problems.append(Problem(shown, f"{shown} {rule}"))

    def take_attributes(self) -> dict[str, Scalar]:
        """All that is left: custom attributes."""
        taken: dict[str, Scalar] = {}
        for given, value in self._left.items():
            if is_unknown(value):
                continue
            name = given.strip()
            try:
                scalar = read_scalar(value)
                _require_attribute_name(name)
                if len(taken) >= MOST_ATTRIBUTES:
                    raise ValueError(f"is one too many: at most {MOST_ATTRIBUTES} are taken")
                taken[name] = scalar
            except ValueError as rule:
                shown = self._prefix + shown_key(name)
                self.problems.append(Problem(shown, f"{shown} {rule}", is_attribute=True))
        self._left = {}
        return taken


def _companies(reader: _Reader) -> tuple[CompanyData, ...]:
    """``company`` and ``companies`` together; one that is named twice is taken as it was named first."""
    single = reader.take("company", _object)
    listed = reader.take("companies", _array) or []
    if single is None and not listed:
        return ()
    found: dict[str, CompanyData] = {}
    for name, value in [("company", single), *((f"companies[{n}]", item) for n, item in enumerate(listed))]:
        if is_unknown(value):
            continue
        if len(found) >= MOST_COMPANIES:
            reader.refuse("companies", f"has more than {MOST_COMPANIES}: the rest is left out")
            break
        if not isinstance(value, dict):
            reader.refuse(name, "must be an object with a company_id")
            continue
        company = _company(reader, name, value)
        if company is not None:
            found.setdefault(company.company_id, company)
    return tuple(found.values())


def _company(reader: _Reader, name: str, value: Mapping[str, object]) -> CompanyData | None:
    inner = _Reader(value, f"{name}.")
    company_id = inner.take("company_id", read_identifier) or inner.take("id", read_identifier)
    shown_name = inner.take("name", _company_name)
    taken = {field: inner.take(key, READERS[field]) for key, field in _COMPANY_FIELDS.items()}
    attributes = inner.take_attributes()
    reader.problems += inner.problems
    if company_id is None:
        reader.refuse(name, "needs a company_id")
        return None
    fields = {field: value for field, value in taken.items() if value is not None}
    return CompanyData(company_id, shown_name, attributes, fields)


# What a value must be: each returns it in its type, or raises ValueError with the rule.


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise ValueError(rule)


def read_text(value: object, most: int) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    if len(value) > most:
        raise ValueError(f"is longer than {most} characters")
    if not _is_storable(value):
        raise ValueError("holds a character that can't be stored")
    return value


def read_identifier(value: object) -> str:
    """An id may come as a number: 42 and ``"42"`` are one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(read_integer(value))
    _require(isinstance(value, str), "must be text or a whole number")
    return read_text(value, LONGEST_ID)


def read_email(value: object) -> str:
    text = read_text(value, LONGEST_EMAIL + 64).strip()
    is_email = len(text) <= LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None and text.isprintable()
    _require(is_email, "is no email address")
    return text


def read_name(value: object) -> str:
    return read_text(value, LONGEST_NAME)


def _company_name(value: object) -> str:
    return read_text(value, LONGEST_ATTRIBUTE)


def read_phone(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(read_integer(value))
    return read_text(value, LONGEST_PHONE).strip()


def _proof(value: object) -> str:
    """A hash or a token: as long as the request lets it be."""
    return read_text(value, 1 << 16)


def _anonymous_id(value: object) -> str:
    text = str(read_integer(value)) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _ANONYMOUS_ID.fullmatch(text):
        raise ValueError("must be 1 to 128 plain characters without spaces")
    return text


def read_moment(value: object) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(text := value.strip()):
        value = float(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number of Unix seconds")
    _require(0 <= value <= _LAST_MOMENT, "must be Unix seconds between the years 1970 and 9999")
    return float(value)


def read_avatar(value: object) -> str:
    """A URL, or the object that the REST API knows."""
    if isinstance(value, dict):
        value = value.get("image_url")
    text = read_text(value, LONGEST_URL).strip()
    _require(is_web_url(text), "must be an http or https URL")
    return text


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError("must be an object with a company_id")
    return value


def _array(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("must be a list of companies")
    return value


def read_scalar(value: object) -> Scalar:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return read_integer(value)
    if isinstance(value, float):
        _require(math.isfinite(value), "is no finite number")
        return value
    _require(isinstance(value, str), "must be text, a number or a boolean")
    return read_text(value, LONGEST_ATTRIBUTE)


def read_integer(value: int) -> int:
    _require(_SMALLEST_INTEGER <= value <= _LARGEST_INTEGER, "is a number beyond 64 bits")
    return value


def _require_attribute_name(name: str) -> None:
    if not name or len(name) > LONGEST_ATTRIBUTE_NAME:
        raise ValueError(f"needs a name of 1 to {LONGEST_ATTRIBUTE_NAME} characters")
    _require(name.isprintable(), "has a name that can't be shown")


def _is_storable(text: str) -> bool:
    """No NUL, which PostgreSQL refuses, and no lone surrogate, which is no character."""
    if text.isascii():
        return "\0" not in text
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False
