"""Who does a deed, and what a deed is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

SubjectType = Literal[
    "contact", "company", "conversation", "tag", "note", "segment", "data_attribute", "event", "visitor",
    "admin", "team", "job", "webhook", "audit_log", "receipt", "workspace", "token",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever reads or writes: a teammate, a bearer of a token, the command line, or the server itself."""

    type: Literal["admin", "token", "cli", "system"]
    id: str | None = None

    def __str__(self) -> str:
        return self.type if self.id is None else f"{self.type}:{self.id}"


SYSTEM: Final = Actor("system")
CLI: Final = Actor("cli")


@dataclass(frozen=True, slots=True)
class Deed:
    """One view, export or change. ``action`` is ``contact.updated`` and the like.

    ``detail`` tells which fields, how many, and so on: never a name, an email or a value.
    """

    action: str
    subject_type: SubjectType
    subject_id: str | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class News:
    """What webhooks are told of. The subject is read when it is delivered; ``detail`` has what could not be then."""

    topic: str
    subject_type: SubjectType
    subject_id: str
    detail: Mapping[str, object] = field(default_factory=dict)
