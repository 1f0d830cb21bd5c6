"""A tag, what can bear one, and the two together. Pure."""

import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from app.errors import ParameterInvalid
from app.ids import AdminId, AppId, TagId

Kind = Literal["contact", "company", "conversation"]

LONGEST_NAME: Final = 255
_UNSHOWN: Final = frozenset({"Cc", "Cs", "Cn"})


@dataclass(frozen=True, slots=True)
class Tag:
    """One row of ``tags``."""

    app_id: AppId
    id: TagId
    name: str
    created_at: float


@dataclass(frozen=True, slots=True)
class Subject:
    """What may bear tags: a contact, a company or a conversation, by its id as text."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Tagging:
    """A tag on something: when it was put there, and by which teammate, if one did."""

    tag: Tag
    applied_at: float
    applied_by: AdminId | None


def read_name(value: object) -> str:
    """A tag's name, without the blanks around it; raises ParameterInvalid."""
    if not isinstance(value, str):
        raise ParameterInvalid("A tag's name must be text")
    name = unicodedata.normalize("NFC", value.strip())
    if not 0 < len(name) <= LONGEST_NAME or any(unicodedata.category(char) in _UNSHOWN for char in name):
        raise ParameterInvalid(f"A tag's name must have 1 to {LONGEST_NAME} characters that can be shown")
    return name


def name_key(name: str) -> str:
    """The form in which names are compared: they differ by more than case."""
    return unicodedata.normalize("NFC", name.casefold())
