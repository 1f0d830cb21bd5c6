"""JSON that means one thing only, and that can be stored.

The standard reader takes more than JSON is: NaN, a key given twice (the last one wins), lone
surrogates, integers without end. Here each of these is refused with a sentence that names the
field, before anything else looks at the value.
"""

import json
import math
from collections.abc import Iterable
from typing import Final

from app.attributes.naming import shown_key
from app.errors import ParameterInvalid

MOST_LEVELS: Final = 16
_LONGEST_INTEGER: Final = 20  # characters of 64 bits
_BEYOND: Final = 1 << 64
_BODY: Final = "The body"
_SURE_INTEGER: Final = 18  # digits, or a sign and 17, that are never beyond 64 bits


class _NeedsALookError(Exception):
    """A number that may be one that can't be stored."""


def read_json(text: str, name: str = "", spared: str = "") -> object:
    """The value of a JSON text; raises ParameterInvalid. ``name`` is the field it stands in, empty for a whole body.

    ``spared`` names the member that is not looked at: whoever reads it judges its values one by one.
    """
    if _is_plain(text):
        try:
            return _PLAIN_DECODER.decode(text)
        except (_NeedsALookError, ValueError):
            pass  # read once more below, to look at each value and name what is wrong
    value = decode_json(text, name)
    if spared and isinstance(value, dict):
        require_storable({key: item for key, item in value.items() if key != spared}, name)
    else:
        require_storable(value, name)
    return value


def decode_json(text: str, name: str = "") -> object:
    """The value of a JSON text, in which there may be what can't be stored; raises ParameterInvalid."""
    try:
        value: object = _DECODER.decode(text)
    except RecursionError:
        raise ParameterInvalid(_too_deep(name)) from None
    except ValueError:
        raise ParameterInvalid(f"{name or _BODY} is not JSON") from None
    return value


def _is_plain(text: str) -> bool:
    """Whether a JSON text has few levels, and no escape that could be a NUL or half a pair.

    Most texts are plain: where their numbers are short too, looking at every value is saved.
    """
    return "\\u" not in text and text.count("{") + text.count("[") <= MOST_LEVELS


def require_storable(value: object, name: str = "", level: int = 1) -> None:
    """Refuse what a database can't hold, wherever it stands in ``value``."""
    if isinstance(value, str):
        _require_text(value, name)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        if not -(1 << 63) <= value < 1 << 63:
            raise ParameterInvalid(f"{name or _BODY} is a number beyond 64 bits")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ParameterInvalid(f"{name or _BODY} is no finite number")
    elif level > MOST_LEVELS:
        raise ParameterInvalid(_too_deep(name))
    else:
        for inner, item in _inside(value, name):
            require_storable(item, inner, level + 1)


def _inside(value: object, name: str) -> Iterable[tuple[str, object]]:
    if isinstance(value, list):
        return ((f"{name}[{position}]", item) for position, item in enumerate(value))
    assert isinstance(value, dict)
    for key in value:
        _require_text(key, f"a name in {name or 'the body'}")
    prefix = f"{name}." if name else ""
    return ((prefix + shown_key(key), item) for key, item in value.items())


def _require_text(text: str, name: str) -> None:
    name = name or _BODY
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        raise ParameterInvalid(f"{name} holds half a surrogate pair, which is no character") from None
    if b"\0" in encoded:
        raise ParameterInvalid(f"{name} holds a NUL character")


def _too_deep(name: str) -> str:
    return f"{name or _BODY} is nested more than {MOST_LEVELS} levels deep"


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ParameterInvalid(f"{shown_key(key)} is given twice")
            seen.add(key)
    return members


def _integer(digits: str) -> int:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else _BEYOND


def _sure_integer(digits: str) -> int:
    if len(digits) > _SURE_INTEGER:
        raise _NeedsALookError
    return int(digits)


def _sure_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _NeedsALookError
    return number


_PLAIN_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_sure_integer, parse_float=_sure_float, parse_constant=_sure_float
)
_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_constant=float)
