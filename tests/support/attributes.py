"""Attributes for tests, as they would be read from the database."""

from typing import Any

from sqlalchemy import select

from app.attributes.operations import AttributeChange, attributes_of, change_attribute
from app.attributes.records import AttributeId, AttributeType, DataAttribute, Model
from app.ids import AppId, ContactId
from app.storage.tables import attribute_values, data_attributes
from app.trail.records import Actor
from support.recording import NOW, Recorder


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


def values_of(recorder: Recorder, contact_id: ContactId) -> dict[str, tuple[float | None, str | None]]:
    """What a contact is found by, by the attributes' names: numbers and texts."""
    statement = (
        select(data_attributes.c.name, attribute_values.c.number, attribute_values.c.text)
        .join(attribute_values, attribute_values.c.attribute_id == data_attributes.c.id)
        .where(
            attribute_values.c.app_id == recorder.app_id,
            data_attributes.c.app_id == recorder.app_id,
            attribute_values.c.contact_id == contact_id,
        )
    )
    return {row.name: (row.number, row.text) for row in recorder.conn.execute(statement)}


def change_known(recorder: Recorder, name: str, *, model: Model = "contact", **fields: Any) -> DataAttribute:
    """Change an attribute that the workspace has, as a teammate would."""
    known = attributes_of(recorder.conn, recorder.app_id, model)[name]
    change = AttributeChange(**fields)
    return change_attribute(
        recorder.conn, recorder.app_id, known.id, change, actor=Actor("admin", "1"), now=NOW
    )
