"""JSON that means one thing only, and that can be stored.

The standard reader takes more than JSON is: NaN, a key given twice (the last one wins), lone
surrogates, integers without end. Here each of these is refused with a sentence that names the
field, before anything else looks at the value.
"""

import json
import math
import re
from collections.abc import Iterable
from typing import Final

from app.attributes.naming import shown_key
from app.errors import ParameterInvalid

MOST_LEVELS: Final = 16
_LONGEST_INTEGER: Final = 20  # characters of 64 bits
_BEYOND: Final = 1 << 64
_BODY: Final = "The body"
# Digits count where a number may begin: a hash in hex is full of what looks like an exponent.
_BIG_NUMBER: Final = re.compile(r"[-:,\[ \t\n\r][0-9](?:[0-9]{18}|[0-9.]*[eE][+-]?[0-9]{3})")


def read_json(text: str, name: str = "", spared: str = "") -> object:
    """The value of a JSON text; raises ParameterInvalid. ``name`` is the field it stands in, empty for a whole body.

    ``spared`` names the member that is not looked at: whoever reads it judges its values one by one.
    """
    value = decode_json(text, name)
    if _needs_a_look(text):
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


def _needs_a_look(text: str) -> bool:
    """Whether anything may stand in a JSON text that can't be stored.

    Most texts hold no escape that could be a NUL or half a pair, no long number and few levels: there
    looking at every value is saved.
    """
    return (
        "\\u" in text
        or "NaN" in text
        or "Infinity" in text
        or text[:1] not in "{["  # a bare number, or white space before anything
        or text.count("{") + text.count("[") > MOST_LEVELS
        or _BIG_NUMBER.search(text) is not None
    )


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


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_constant=float)
