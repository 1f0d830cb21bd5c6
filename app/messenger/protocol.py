"""What a ping says: bytes in, a typed record out. Pure.

A ping is JSON, or a form whose ``user_data`` is JSON text; browsers send either without asking
the server first, JSON then under the name of ``text/plain``. What can't be read at all is
refused with a sentence that names the field. A value of ``user_data`` that can't be taken is
dropped and named, and the rest is recorded.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal, cast, get_args
from urllib.parse import parse_qsl

from msgspec.structs import replace

from app.attributes.naming import shown_key
from app.contacts.records import Ping, Platform, Source
from app.contacts.user_data import (
    LONGEST_URL,
    Problem,
    UserData,
    is_unknown,
    is_web_url,
    read_user_data,
)
from app.errors import BodyTooLarge, ParameterInvalid, ParameterNotFound, UnsupportedBody
from app.ids import AppId
from app.messenger.strict_json import decode_json, read_json, require_storable

MOST_BYTES: Final = 65_536
LONGEST_TITLE: Final = 1_024
_MOST_FIELDS: Final = 100
_LONGEST_ZONE: Final = 64
_USER_DATA: Final = "user_data"
_PLATFORMS: Final = get_args(Platform)
_SOURCES: Final = get_args(Source)

BodyKind = Literal["json", "form"]
_KINDS: Final[Mapping[str, BodyKind | None]] = {
    "application/json": "json",
    "application/x-www-form-urlencoded": "form",
    # What a browser may send to another origin, or what it calls a body that has no type: look inside.
    "text/plain": None,
    "": None,
}


def parse_ping(body: bytes, content_type: str) -> Ping:
    """The ping in a request's body.

    Raises BodyTooLarge, UnsupportedBody, ParameterInvalid, ParameterNotFound.
    """
    fields = read_fields(body, content_type, spared=_USER_DATA)
    app_id = AppId(required_text(fields, "app_id"))
    platform = _one_of(fields, "platform", _PLATFORMS, "web")
    source = _one_of(fields, "source", _SOURCES, "page")
    page_title = optional_text(fields, "page_title")
    timezone = optional_text(fields, "timezone")
    page_url, page_problems = _url(fields, "referer")
    referrer, referrer_problems = _url(fields, "referrer")
    user = _user_data(fields)
    if page_problems or referrer_problems:
        user = replace(user, problems=(*user.problems, *page_problems, *referrer_problems))
    return Ping(
        app_id=app_id,
        user=user,
        platform=cast("Platform", platform),
        source=cast("Source", source),
        page_url=page_url,
        page_title=page_title[:LONGEST_TITLE] if page_title else None,
        referrer=referrer,
        timezone=timezone if timezone and len(timezone) <= _LONGEST_ZONE else None,
    )


def read_fields(
    body: bytes, content_type: str, most_bytes: int = MOST_BYTES, spared: str = ""
) -> Mapping[str, object]:
    """The fields of a body, JSON or form; all of them can be stored, but for one that is ``spared``."""
    if len(body) > most_bytes:
        raise BodyTooLarge(f"The body is longer than {most_bytes} bytes")
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in _KINDS:
        raise UnsupportedBody("The body must be application/json or application/x-www-form-urlencoded")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise ParameterInvalid("The body is not UTF-8 text") from None
    kind = _KINDS[media_type] or ("json" if text.lstrip()[:1] in {"{", "[", '"'} else "form")
    return _json_fields(text, spared) if kind == "json" else _form_fields(text)


def required_text(fields: Mapping[str, object], name: str, most: int = LONGEST_URL) -> str:
    """A field that has to be there; raises ParameterNotFound, ParameterInvalid."""
    text = optional_text(fields, name)
    if text is None:
        raise ParameterNotFound(f"{name} is missing")
    if len(text) > most:
        raise ParameterInvalid(f"{name} is longer than {most} characters")
    return text


def optional_text(fields: Mapping[str, object], name: str) -> str | None:
    """A field's text, none where it says nothing; raises ParameterInvalid where it is something else."""
    value = fields.get(name)
    if value is None or is_unknown(value):
        return None
    if not isinstance(value, str):
        raise ParameterInvalid(f"{name} must be text")
    return value


def object_field(
    fields: Mapping[str, object], name: str, read: Callable[[str, str], object] = read_json
) -> Mapping[str, object]:
    """A field that is an object, or JSON text of one; empty where it says nothing. Raises ParameterInvalid."""
    value = fields.get(name)
    if is_unknown(value):
        return {}
    if isinstance(value, str):
        value = read(value, name)
    if is_unknown(value):
        return {}
    if not isinstance(value, dict):
        raise ParameterInvalid(f"{name} must be an object")
    return value


def _json_fields(text: str, spared: str) -> Mapping[str, object]:
    value = read_json(text, spared=spared)
    if not isinstance(value, dict):
        raise ParameterInvalid("The body must be a JSON object")
    return value


def _form_fields(text: str) -> Mapping[str, object]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError:
        raise ParameterInvalid("The form holds bytes that are not UTF-8 text") from None
    except ValueError:
        raise ParameterInvalid(f"The form has more than {_MOST_FIELDS} fields") from None
    fields: dict[str, object] = {}
    for name, value in pairs:
        if name in fields:
            raise ParameterInvalid(f"{shown_key(name)} is given twice")
        fields[name] = value
    require_storable(fields)
    return fields


def _user_data(fields: Mapping[str, object]) -> UserData:
    return read_user_data(object_field(fields, _USER_DATA, decode_json))


def _one_of(fields: Mapping[str, object], name: str, choices: tuple[str, ...], default: str) -> str:
    text = optional_text(fields, name)
    if text is None:
        return default
    if text not in choices:
        raise ParameterInvalid(f"{name} must be one of {', '.join(choices)}")
    return text


def _url(fields: Mapping[str, object], name: str) -> tuple[str | None, tuple[Problem, ...]]:
    text = optional_text(fields, name)
    if text is None or is_web_url(text):
        return text, ()
    return None, (Problem(name, f"{name} must be an http or https URL of at most {LONGEST_URL} characters"),)
