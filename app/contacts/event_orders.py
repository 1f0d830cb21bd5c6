"""Events as scripts tell them: JSON in, typed events out. Pure.

Metadata are flat: texts, numbers and booleans, and the two objects that the public description knows, a rich
link (``url`` and ``value``) and an amount of money (``amount`` and ``currency``). Ten keys are kept of one
event, the first ten as they are sent; the rest is ignored, as it is there.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from app.contacts.events_store import EventSum
from app.errors import ParameterInvalid, ParameterNotFound

LONGEST_NAME: Final = 120
LONGEST_KEY: Final = 190
LONGEST_TEXT: Final = 2_048
MOST_METADATA: Final = 10
MOST_SUMS: Final = 1_000
LARGEST_COUNT: Final = (1 << 31) - 1
LAST_MOMENT: Final = 253_402_300_799  # the end of the year 9999
_OBJECTS: Final = (frozenset({"url", "value"}), frozenset({"amount", "currency"}))


@dataclass(frozen=True, slots=True)
class Whose:
    """The contact that something is told of: by one of these, tried in this order."""

    id: str | None = None
    user_id: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class EventOrder:
    """One event to be put on record."""

    whose: Whose
    name: str
    created_at: float
    metadata: Mapping[str, Any]


def read_event(body: Mapping[str, Any]) -> EventOrder:
    """Raises ParameterNotFound, ParameterInvalid."""
    name = read_name(body.get("event_name"))
    created_at = read_moment(body, "created_at")
    return EventOrder(read_whose(body), name, created_at, _metadata(body.get("metadata")))


def read_sums(body: Mapping[str, Any]) -> list[EventSum]:
    """The sums of a request, one or a list of them; raises ParameterNotFound, ParameterInvalid."""
    given = body.get("event_summaries")
    if given is None:
        raise ParameterNotFound("event_summaries is missing")
    listed = given if isinstance(given, list) else [given]
    if len(listed) > MOST_SUMS or not all(isinstance(one, dict) for one in listed):
        raise ParameterInvalid(f"event_summaries must be an object, or a list of at most {MOST_SUMS}")
    return [_sum(one) for one in listed]


def read_whose(body: Mapping[str, Any], id_key: str = "id") -> Whose:
    """Whom a request names; raises ParameterNotFound where it names nobody."""
    whose = Whose(_id(body, id_key), _id(body, "user_id"), _id(body, "email"))
    if whose == Whose():
        raise ParameterNotFound(f"{id_key}, user_id or email is missing: one of them names the contact")
    return whose


def read_name(value: object) -> str:
    if value is None or value == "":
        raise ParameterNotFound("event_name is missing")
    if not isinstance(value, str) or len(value) > LONGEST_NAME or not value.strip():
        raise ParameterInvalid(f"event_name must be text of 1 to {LONGEST_NAME} characters")
    return value


def read_moment(body: Mapping[str, Any], name: str) -> float:
    value = body.get(name)
    if value is None or value == "":
        raise ParameterNotFound(f"{name} is missing: it is a number of Unix seconds")
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LAST_MOMENT:
        raise ParameterInvalid(f"{name} must be Unix seconds between the years 1970 and 9999")
    return float(value)


def _sum(given: Mapping[str, Any]) -> EventSum:
    name = read_name(given.get("event_name"))
    count = given.get("count")
    if count is None:
        raise ParameterNotFound("count is missing: how often the event occurred")
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= LARGEST_COUNT:
        raise ParameterInvalid(f"count must be a whole number from 1 to {LARGEST_COUNT}")
    first_at, last_at = read_moment(given, "first"), read_moment(given, "last")
    if last_at < first_at:
        raise ParameterInvalid("last must not be before first")
    return EventSum(name, count, first_at, last_at)


def _metadata(given: object) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise ParameterInvalid("metadata must be an object")
    kept = dict(islice(given.items(), MOST_METADATA))
    for key, value in kept.items():
        if not 0 < len(key) <= LONGEST_KEY:
            raise ParameterInvalid(
                f"metadata has a key that is empty or longer than {LONGEST_KEY} characters"
            )
        parts = value.values() if isinstance(value, dict) and value.keys() in _OBJECTS else [value]
        if not all(_is_flat(part) for part in parts):
            raise ParameterInvalid(
                f"metadata.{key[:64]} must be text, a number, a link or an amount of money"
            )
    return kept


def _is_flat(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, int)


def _id(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ParameterInvalid(f"{name} must be text")
    return value
