"""The values of attributes: which type a first value has, and what fits a type. Rules R40 and R41.

Six types. A *text* has up to 255 characters; an *integer* 64 bits; a *decimal* is finite; a *boolean* may
come as the words ``true`` and ``false``; a *date* is Unix seconds; of a list of *options* a value is one.
Numbers may come as text, as forms, templates and tables send them. Values are flat: no lists, no objects.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, TypeAlias

from app.attributes.records import AttributeType, DataAttribute, Scalar

LONGEST_TEXT: Final = 255
SMALLEST_INTEGER: Final = -(1 << 63)
LARGEST_INTEGER: Final = (1 << 63) - 1
FIRST_MOMENT: Final = -62_135_596_800.0
"""The beginning of the year 1."""
LAST_MOMENT: Final = 253_402_300_799.0
"""The end of the year 9999."""

_DATE_ENDING: Final = "_at"
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_WORDS: Final = {"true": True, "false": False}

Indexed: TypeAlias = tuple[float | None, str | None]
"""A value as it is searched: as a number, or as a text, or, where it fits no search, as neither."""


class Misfit(ValueError):
    """A value that an attribute can't take. Its text is the rule, to be read after the attribute's name."""


def is_date_name(name: str) -> bool:
    """Whether an attribute of this name is a date from its first value. Rule R41."""
    return name.endswith(_DATE_ENDING)


def type_of_first(name: str, value: Scalar) -> AttributeType:
    """The type of a new attribute, read off its first value."""
    if is_date_name(name):
        return "date"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return "float" if isinstance(value, float) else "string"


def coerce(value: object, attribute: DataAttribute, *, iso_dates: bool = False) -> Scalar:
    """The value as the attribute stores it; raises Misfit.

    ``iso_dates``: dates may come as people write them in tables, ``2024-03-01`` or with a time; without a
    zone they are UTC.
    """
    if attribute.type == "date" and iso_dates and isinstance(value, str) and not _is_decimal(value.strip()):
        return _iso_date(value)
    if attribute.type == "options":
        return _option(value, attribute.options)
    return _READERS[attribute.type](value)


def indexed(value: Scalar, attribute: DataAttribute) -> Indexed:
    """A stored value as it is searched.

    After a change of type some stored values may fit the new type no more. They stay, and are shown; what
    they are indexed as matches no search but for whether there is any value.
    """
    try:
        fitting = coerce(value, attribute)
    except Misfit:
        return None, None
    return (None, fitting) if isinstance(fitting, str) else (float(fitting), None)


def is_same(one: object, other: object) -> bool:
    """Equal, and of one type: true is not 1."""
    return one == other and type(one) is type(other)


def is_storable(text: str) -> bool:
    """No NUL, which PostgreSQL refuses, and no lone surrogate, which is no character."""
    if text.isascii():
        return "\0" not in text
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise Misfit(rule)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Misfit("must be text")
    _require(len(value) <= LONGEST_TEXT, f"is longer than {LONGEST_TEXT} characters")
    _require(is_storable(value), "holds a character that can't be stored")
    return value


def _integer(value: object) -> int:
    if isinstance(value, str) and _INTEGER.fullmatch(text := value.strip()):
        value = int(text)
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Misfit("must be a whole number")
    _require(SMALLEST_INTEGER <= value <= LARGEST_INTEGER, "is a number beyond 64 bits")
    return value


def _decimal(value: object) -> float:
    return _finite(value, "must be a number")


def _boolean(value: object) -> bool:
    if isinstance(value, str):
        value = _WORDS.get(value.strip().lower())
    if not isinstance(value, bool):
        raise Misfit("must be true or false")
    return value


def read_date(value: object) -> Scalar:
    """Unix seconds, as a number or as text; raises Misfit."""
    return _moment(_finite(value, "must be a date: a number of Unix seconds"))


def _iso_date(text: str) -> Scalar:
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return _moment(moment.timestamp())
    except (ValueError, OverflowError) as error:
        if isinstance(error, Misfit):
            raise
        raise Misfit("must be a date: Unix seconds, or such as 2024-03-01 or 2024-03-01T09:30:00Z") from None


def _option(value: object, options: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in options:
        raise Misfit("must be one of the options of its list")
    return value


def _finite(value: object, rule: str) -> float:
    if isinstance(value, str) and _is_decimal(text := value.strip()):
        value = float(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Misfit(rule)
    try:
        number = float(value)
    except OverflowError:
        raise Misfit("is too large a number") from None
    _require(math.isfinite(number), "is no finite number")
    return number


def _moment(seconds: float) -> Scalar:
    """Whole seconds are stored as such: that is how they are shown."""
    _require(
        FIRST_MOMENT <= seconds <= LAST_MOMENT,
        "must be Unix seconds (not milliseconds) between the years 1 and 9999",
    )
    return int(seconds) if seconds.is_integer() else seconds


def _is_decimal(text: str) -> bool:
    return _DECIMAL.fullmatch(text) is not None


_READERS: Final[Mapping[AttributeType, Callable[[object], Scalar]]] = {
    "string": _text,
    "integer": _integer,
    "float": _decimal,
    "boolean": _boolean,
    "date": read_date,
}
