"""What a request asks of a conversation, read and checked before anything is looked up.

The shapes are those of the public description. Whatever can't be is refused here by the field's name:
ParameterNotFound where it had to be there, ParameterInvalid where it does not fit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, cast

from app.attributes.naming import shown_key
from app.contacts.user_data import is_web_url
from app.conversations.bodies import body_of_html, body_of_text
from app.conversations.records import AssigneeType
from app.errors import ParameterInvalid, ParameterNotFound
from app.ids import serial_id

MOST_ATTACHMENTS: Final = 10
MOST_ATTRIBUTES: Final = 250
MOST_OPTIONS: Final = 10
_LONGEST_VALUE: Final = 255
_LONGEST_URL: Final = 2_000
_LONGEST_TITLE: Final = 500

Body: TypeAlias = Mapping[str, Any]
_CONTACT_TYPES: Final = ("user", "lead", "contact")


@dataclass(frozen=True, slots=True)
class Whom:
    """A contact by one of its names."""

    field: Literal["intercom_user_id", "user_id", "email"]
    value: str


@dataclass(frozen=True, slots=True)
class Opening:
    """A contact's first message. ``whom`` also finds a visitor by the ``user_id`` that its browser bears."""

    whom: Whom
    text: str
    body: str
    subject: str | None
    attachments: tuple[str, ...]
    created_at: int | None


@dataclass(frozen=True, slots=True)
class ContactReply:
    whom: Whom
    body: str | None
    attachments: tuple[str, ...]
    created_at: int | None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AdminReply:
    """``whom`` is only needed to find the last conversation of somebody."""

    type: Literal["comment", "note", "quick_reply"]
    admin_id: Any
    body: str | None
    attachments: tuple[str, ...]
    created_at: int | None
    whom: Whom | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Management:
    """Close, open, snooze or assign. ``assignee_id`` is none where it is taken from everybody."""

    type: Literal["close", "open", "snoozed", "assignment"]
    admin_id: Any
    body: str | None = None
    snoozed_until: int | None = None
    assignee_type: AssigneeType = "admin"
    assignee_id: int | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a PUT names. A value of none takes an attribute away."""

    fields: Mapping[str, Any]
    attributes: Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class Redaction:
    """``target_id`` is the part's id, or the source's."""

    type: Literal["conversation_part", "source"]
    conversation_id: Any
    target_id: Any


def read_opening(body: Body) -> Opening:
    """``POST /conversations``."""
    sender = _required(body, "from")
    if not isinstance(sender, Mapping):
        raise ParameterInvalid("from must be an object with type and id")
    _one_of(sender, "type", _CONTACT_TYPES, "from.")
    if "id" not in sender and "user_id" in sender:
        whom = Whom("user_id", _name(sender, "user_id", "from."))
    else:
        whom = Whom("intercom_user_id", _name(sender, "id", "from."))
    text = _text(body, "body")
    subject = _optional_text(body, "subject", _LONGEST_TITLE)
    return Opening(whom, text, body_of_text(text), subject, _attachments(body), _moment(body, "created_at"))


def read_reply(body: Body) -> ContactReply | AdminReply:
    """``POST /conversations/{id}/reply``."""
    if _one_of(body, "type", ("admin", *_CONTACT_TYPES)) == "admin":
        return _admin_reply(body)
    type_ = _one_of(body, "message_type", ("comment", "quick_reply"))
    whom, attachments, at = _whom(body), _attachments(body), _moment(body, "created_at")
    if type_ == "quick_reply":
        [option] = _options(body, most=1)
        return ContactReply(
            whom, body_of_text(option["text"]), attachments, at, {"quick_reply_uuid": option["uuid"]}
        )
    if attachments and body.get("body") is None:
        return ContactReply(whom, None, attachments, at)
    return ContactReply(whom, body_of_text(_text(body, "body")), attachments, at)


def read_management(body: Body) -> Management:
    """``POST /conversations/{id}/parts``."""
    type_ = _one_of(body, "message_type", ("close", "open", "snoozed", "assignment"))
    admin_id = _required(body, "admin_id")
    if type_ == "snoozed":
        until = _moment(body, "snoozed_until")
        if until is None:
            raise ParameterNotFound("snoozed_until is missing")
        return Management("snoozed", admin_id, snoozed_until=until)
    if type_ == "open":
        return Management("open", admin_id)
    said = _optional_body(body)
    if type_ == "close":
        _one_of(body, "type", ("admin",))
        return Management("close", admin_id, said)
    assignee_type = cast("AssigneeType", _one_of(body, "type", ("admin", "team")))
    assignee_id = _assignee_id(body)
    return Management("assignment", admin_id, said, assignee_type=assignee_type, assignee_id=assignee_id)


def read_changes(body: Body) -> Changes:
    """``PUT /conversations/{id}``; what the body does not name stays as it is."""
    fields: dict[str, Any] = {}
    if body.get("read") is not None:
        if not isinstance(body["read"], bool):
            raise ParameterInvalid("read must be true or false")
        fields["is_read"] = body["read"]
    if "title" in body:
        fields["title"] = _optional_text(body, "title", _LONGEST_TITLE)
    if "company_id" in body:
        fields["company_id"] = _optional_text(body, "company_id", _LONGEST_VALUE)
    return Changes(fields, _attributes(body.get("custom_attributes")))


def read_redaction(body: Body) -> Redaction:
    """``POST /conversations/redact``."""
    type_ = _one_of(body, "type", ("conversation_part", "source"))
    target = "conversation_part_id" if type_ == "conversation_part" else "source_id"
    conversation_id = _required(body, "conversation_id")
    return Redaction(cast("Any", type_), conversation_id, _required(body, target))


def read_customer(body: Body) -> Whom:
    """``POST /conversations/{id}/customers``: whom to bring in."""
    customer = _required(body, "customer")
    if not isinstance(customer, Mapping):
        raise ParameterInvalid("customer must be an object with intercom_user_id, user_id or email")
    return _whom(customer, "customer.")


def _admin_reply(body: Body) -> AdminReply:
    type_ = cast("Any", _one_of(body, "message_type", ("comment", "note", "quick_reply")))
    admin_id, attachments = _required(body, "admin_id"), _attachments(body)
    said, details = _optional_body(body), {}
    if type_ == "quick_reply":
        details = {"quick_reply_options": _options(body, most=MOST_OPTIONS)}
    elif said is None and not attachments:
        raise ParameterNotFound("body is missing: there is nothing to say")
    is_whom_named = any(body.get(name) for name in ("intercom_user_id", "user_id", "email"))
    return AdminReply(
        type_,
        admin_id,
        said,
        attachments,
        _moment(body, "created_at"),
        whom=_whom(body) if is_whom_named else None,
        details=details,
    )


def _whom(body: Body, prefix: str = "") -> Whom:
    for name in ("intercom_user_id", "user_id", "email"):
        if body.get(name) is not None:
            return Whom(cast("Any", name), _name(body, name, prefix))
    raise ParameterNotFound(f"{prefix}intercom_user_id, {prefix}user_id or {prefix}email is missing")


def _assignee_id(body: Body) -> int | None:
    """The id that a conversation is given to; 0 is nobody. What can be no id is -1, which nobody has."""
    given = _required(body, "assignee_id")
    if given in (0, "0") and not isinstance(given, bool):
        return None
    return serial_id(given) or -1


def _attributes(given: object) -> Mapping[str, str | int | float | bool | None]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ParameterInvalid("custom_attributes must be an object")
    if len(given) > MOST_ATTRIBUTES:
        raise ParameterInvalid(f"custom_attributes has {len(given)} entries: at most {MOST_ATTRIBUTES} fit")
    for name, value in given.items():
        where = f"custom_attributes.{shown_key(name)}"
        if not 0 < len(name) <= _LONGEST_VALUE:
            raise ParameterInvalid(f"{where}: a name has 1 to {_LONGEST_VALUE} characters")
        if not isinstance(value, str | int | float | bool | None):
            raise ParameterInvalid(f"{where} must be a text, a number, true, false or null")
        if isinstance(value, str) and len(value) > _LONGEST_VALUE:
            raise ParameterInvalid(f"{where} has {len(value)} characters: at most {_LONGEST_VALUE} fit")
    return given


def _attachments(body: Body) -> tuple[str, ...]:
    if body.get("attachment_files"):
        raise ParameterInvalid("attachment_files can't be kept here: give attachment_urls instead")
    given = body.get("attachment_urls")
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > MOST_ATTACHMENTS:
        raise ParameterInvalid(f"attachment_urls must be a list of at most {MOST_ATTACHMENTS} URLs")
    for url in given:
        if not (isinstance(url, str) and len(url) <= _LONGEST_URL and is_web_url(url)):
            raise ParameterInvalid("attachment_urls must hold http or https URLs")
    return tuple(given)


def _options(body: Body, *, most: int) -> Sequence[Mapping[str, str]]:
    given = _required(body, "reply_options")
    if not isinstance(given, list) or not 0 < len(given) <= most:
        raise ParameterInvalid(f"reply_options must be a list of 1 to {most} replies")
    options = []
    for option in given:
        if not isinstance(option, Mapping):
            raise ParameterInvalid("reply_options must hold objects with text and uuid")
        text, uuid = (_optional_text(option, name, _LONGEST_VALUE) for name in ("text", "uuid"))
        if not text or not uuid:
            raise ParameterInvalid("reply_options must hold objects with text and uuid")
        options.append({"text": text, "uuid": uuid})
    return options


def _optional_body(body: Body) -> str | None:
    if body.get("body") is None:
        return None
    if not isinstance(body["body"], str):
        raise ParameterInvalid("body must be a text")
    return body_of_html(body["body"])


def _moment(body: Body, name: str) -> int | None:
    """A moment in Unix seconds, as a number or in digits."""
    given = body.get(name)
    if given is None:
        return None
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= len("253402300799"):
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise ParameterInvalid(f"{name} must be a moment in whole Unix seconds")
    return given


def _text(body: Body, name: str) -> str:
    text = _required(body, name)
    if not isinstance(text, str):
        raise ParameterInvalid(f"{name} must be a text")
    if not text.strip():
        raise ParameterInvalid(f"{name} is blank: there is nothing to say")
    return text


def _optional_text(body: Body, name: str, most: int) -> str | None:
    text = body.get(name)
    if text is None:
        return None
    if not isinstance(text, str):
        raise ParameterInvalid(f"{name} must be a text")
    if len(text) > most:
        raise ParameterInvalid(f"{name} has {len(text)} characters: at most {most} fit")
    return text


def _name(body: Body, name: str, prefix: str = "") -> str:
    """An id or email: a number is taken for its digits."""
    given = _required(body, name, prefix)
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str):
        raise ParameterInvalid(f"{prefix}{name} must be a text")
    return given


def _one_of(body: Body, name: str, allowed: Sequence[str], prefix: str = "") -> str:
    given = _required(body, name, prefix)
    if given not in allowed:
        raise ParameterInvalid(f"{prefix}{name} must be one of {', '.join(allowed)}")
    return str(given)


def _required(body: Body, name: str, prefix: str = "") -> Any:
    if body.get(name) is None:
        raise ParameterNotFound(f"{prefix}{name} is missing")
    return body[name]
