"""Data attributes, as REST answers them: those that all have, and a workspace's own."""

from typing import Any

from app.api.shapes.moments import unix
from app.api.shapes.standard_attributes import StandardAttribute
from app.attributes.records import DataAttribute, Model


def data_attribute_shape(attribute: DataAttribute) -> dict[str, Any]:
    """An attribute of the workspace. What is not known of it is left out, as in the description's examples.

    The four that come with a workspace are no custom ones. A list is a text with options.
    """
    known = {
        "description": attribute.description,
        "options": list(attribute.options) or None,
        "admin_id": None if attribute.admin_id is None else str(attribute.admin_id),
    }
    return {
        "id": attribute.id,
        "type": "data_attribute",
        "name": attribute.name,
        "full_name": f"custom_attributes.{attribute.name}",
        "label": attribute.label,
        "data_type": "string" if attribute.type == "options" else attribute.type,
        "api_writable": True,
        "ui_writable": False,
        "messenger_writable": attribute.messenger_writable,
        "custom": not attribute.is_default,
        "archived": attribute.archived,
        "created_at": unix(attribute.created_at),
        "updated_at": unix(attribute.updated_at),
        "model": attribute.model,
        **{name: value for name, value in known.items() if value is not None},
    }


def standard_attribute_shape(attribute: StandardAttribute, model: Model) -> dict[str, Any]:
    """An attribute that every contact or company has: it bears no id."""
    return {
        "type": "data_attribute",
        "name": attribute.name,
        "full_name": attribute.full_name,
        "label": attribute.label,
        "description": attribute.description,
        "data_type": attribute.type,
        "api_writable": attribute.api_writable,
        "ui_writable": False,
        "messenger_writable": True,
        "custom": False,
        "archived": False,
        "model": model,
    }
