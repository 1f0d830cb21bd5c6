"""Attributes for tests, as they would be read from the database."""

from typing import Any

from app.attributes.records import AttributeId, AttributeType, DataAttribute
from app.ids import AppId


def attribute(name: str = "plan", type_: AttributeType = "string", **values: Any) -> DataAttribute:
    """One attribute of contacts; ``values`` are further fields."""
    fields: dict[str, Any] = {
        "id": AttributeId(1),
        "app_id": AppId("uaaaaaaa"),
        "model": "contact",
        "label": name,
        "description": None,
        "options": (),
        "messenger_writable": True,
        "archived": False,
        "created_at": 0.0,
        "updated_at": 0.0,
    }
    return DataAttribute(name=name, type=type_, **(fields | values))
