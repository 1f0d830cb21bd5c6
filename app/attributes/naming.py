"""How attributes may be named and described by hand. Pings bring names of their own, and are not asked."""

from collections.abc import Sequence
from typing import Final
from unicodedata import category

from app.attributes.values import LONGEST_TEXT, is_storable
from app.errors import ParameterInvalid, ParameterNotFound

LONGEST_NAME: Final = 190
LONGEST_DESCRIPTION: Final = 1_000
FEWEST_OPTIONS: Final = 2
MOST_OPTIONS: Final = 250
_CURRENCY: Final = "Sc"
_MARK: Final = "M"  # accents that stand by themselves belong to letters


def shown_key(key: str) -> str:
    """A name that somebody sent, fit to be repeated in a message."""
    return key if key.isprintable() and len(key) <= 64 else ascii(key[:64])[1:-1]


def checked_name(name: str) -> str:
    """Raises ParameterInvalid, or ParameterNotFound where there is none."""
    name = name.strip()
    if not name:
        raise ParameterNotFound("The Data Attribute needs a name")
    if len(name) > LONGEST_NAME:
        raise ParameterInvalid(
            f"Your name for this attribute has {len(name)} characters: at most {LONGEST_NAME}"
        )
    if not all(_may_stand_in_name(character) for character in name):
        raise ParameterInvalid(
            "Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens"
        )
    return name


def checked_description(description: str | None) -> str | None:
    """Raises ParameterInvalid."""
    if not description:
        return None
    if len(description) > LONGEST_DESCRIPTION or not is_storable(description):
        raise ParameterInvalid(f"description is at most {LONGEST_DESCRIPTION} characters that can be stored")
    return description


def checked_options(options: Sequence[str]) -> tuple[str, ...]:
    """The values of a list, each once, in order. Raises ParameterInvalid."""
    checked = tuple(dict.fromkeys(option.strip() for option in options))
    if not FEWEST_OPTIONS <= len(checked) <= MOST_OPTIONS:
        raise ParameterInvalid(
            f"options has {len(checked)} different values: a list has {FEWEST_OPTIONS} to {MOST_OPTIONS}"
        )
    if not all(option and len(option) <= LONGEST_TEXT and is_storable(option) for option in checked):
        raise ParameterInvalid(f"Each of options is text of 1 to {LONGEST_TEXT} characters")
    return checked


def _may_stand_in_name(character: str) -> bool:
    """Letters and digits of any script, currency symbols, hyphens; and underscores and spaces, which all use."""
    kind = category(character)
    return character.isalnum() or character in "-_ " or kind == _CURRENCY or kind.startswith(_MARK)
