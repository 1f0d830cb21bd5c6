"""What is known of an attribute."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NewType

from app.ids import AppId

AttributeId = NewType("AttributeId", int)

Scalar = str | int | float | bool
"""The value of a custom attribute."""

Model = Literal["contact", "company"]
AttributeType = Literal["string", "integer", "float", "boolean", "date", "options"]

MODELS: Final[tuple[Model, ...]] = ("contact", "company")

DEFAULTS: Final[Mapping[str, tuple[str, AttributeType]]] = {
    "company_name": ("Company name", "string"),
    "company_size": ("Company size", "integer"),
    "company_website": ("Company website", "string"),
    "company_industry": ("Company industry", "string"),
}
"""Attributes of contacts that every workspace is made with, in the order of its qualification data. Rule R30."""


@dataclass(frozen=True, slots=True)
class DataAttribute:
    """One row of ``data_attributes``; ``options`` are the values of a list, in order."""

    id: AttributeId
    app_id: AppId
    model: Model
    name: str
    label: str
    description: str | None
    type: AttributeType
    options: tuple[str, ...]
    messenger_writable: bool
    archived: bool
    created_at: float
    updated_at: float
    admin_id: int | None = None
    qualification_position: int | None = None

    @property
    def is_default(self) -> bool:
        """Whether the workspace was made with it: such a one does not count among its 250."""
        return self.model == "contact" and self.name in DEFAULTS
