"""What search has to know of a workspace: its attributes."""

from sqlalchemy import Connection, bindparam, select

from app.ids import AppId
from app.search.fields import Attribute
from app.storage.tables import data_attributes

_ATTRIBUTES = select(data_attributes.c.name, data_attributes.c.id, data_attributes.c.type).where(
    data_attributes.c.app_id == bindparam("app_id"),
    data_attributes.c.model == "contact",
    data_attributes.c.archived.is_(False),
)


def attributes_of(conn: Connection, app_id: AppId) -> dict[str, Attribute]:
    """The custom attributes of contacts that can be searched by, by name."""
    rows = conn.execute(_ATTRIBUTES, {"app_id": app_id})
    return {row.name: Attribute(row.id, row.type) for row in rows}
