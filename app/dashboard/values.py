"""Values of attributes on a page: as they are read, and as they are typed into a field. Rule R41.

A date is Unix seconds in the database, and a date to people: in the workspace's time zone, both ways.
"""

from datetime import UTC, datetime
from typing import Final

from app.attributes.records import AttributeType, DataAttribute, Scalar
from app.attributes.values import Misfit, coerce, read_date
from app.dashboard.moments import exactly, iso, zone_of
from app.dashboard.rendering import is_web_url

TYPE_WORDS: Final[dict[AttributeType, str]] = {
    "string": "Text",
    "integer": "Number",
    "float": "Decimal",
    "boolean": "True or false",
    "date": "Date",
    "options": "List",
}
"""What the types are called, in the order in which they are offered."""


class ShownValue:
    """A value as it is read; ``moment`` marks a date for programs, ``link`` leads to a web address."""

    __slots__ = ("link", "moment", "words")

    def __init__(self, value: Scalar, attribute: DataAttribute | None, timezone: str) -> None:
        at = _date(value, attribute)
        self.moment = None if at is None else iso(at)
        self.words = _plain(value) if at is None else _exactly(at, timezone)
        self.link = value if isinstance(value, str) and is_web_url(value) else None


def typed_value(value: Scalar | None, attribute: DataAttribute, timezone: str) -> str:
    """What stands in the field when somebody begins to change the value.

    Of a value that does not fit its attribute's type any more, that is the value itself.
    """
    if value is None:
        return ""
    at = _date(value, attribute)
    if at is None:
        return ("true" if value else "false") if isinstance(value, bool) else str(value)
    try:
        moment = datetime.fromtimestamp(at, zone_of(timezone))
    except (ValueError, OverflowError):
        return str(value)  # A zone's offset would lead out of the calendar.
    return moment.replace(tzinfo=None).isoformat(" ")


def read_typed(text: str, attribute: DataAttribute, timezone: str) -> Scalar | None:
    """The value that was typed; blank is none. Dates without a zone are in ``timezone``. Raises Misfit."""
    text = text.strip()
    if not text:
        return None
    if attribute.type == "date" and not _is_number(text):
        text = _with_zone(text, timezone)
    return coerce(text, attribute, iso_dates=True)


def _date(value: Scalar, attribute: DataAttribute | None) -> float | None:
    """The moment that a value of a date means."""
    if attribute is None or attribute.type != "date":
        return None
    try:
        return float(read_date(value))
    except Misfit:
        return None


def _exactly(at: float, timezone: str) -> str:
    try:
        return exactly(at, timezone)
    except (ValueError, OverflowError):
        return exactly(at, "UTC")


def _plain(value: Scalar) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _with_zone(text: str, timezone: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone_of(timezone))
        return moment.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
