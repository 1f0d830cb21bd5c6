"""The attributes that a workspace knows, and their values as they are searched."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from app.storage.tables.base import AppIdColumn, ContactIdColumn, metadata

# Custom attributes of contacts and companies: their names, types and rules. Rule R40.
data_attributes = Table(
    "data_attributes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("app_id", AppIdColumn, nullable=False),
    Column("model", String(8), nullable=False),  # contact, company
    Column("name", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("description", Text),
    Column("type", String(8), nullable=False),  # string, integer, float, boolean, date, options
    Column("options", JSON, nullable=False),  # of a list: its values, in order
    Column("messenger_writable", Boolean, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("admin_id", Integer),  # who made it; none where a ping did
    # Its place among the workspace's qualification data; none where it is not shown there. Rule R30.
    Column("qualification_position", Integer),
    # After a change of type: behind which contact values are still to be read anew; none where all have been.
    Column("unread_after", ContactIdColumn),
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
)
Index(
    "data_attributes_name",
    data_attributes.c.app_id,
    data_attributes.c.model,
    data_attributes.c.name,
    unique=True,
)
Index(
    "data_attributes_unread",
    data_attributes.c.id,
    sqlite_where=text("unread_after IS NOT NULL"),
    postgresql_where=text("unread_after IS NOT NULL"),
)

# Contacts' values once more, one row each, to be searched: contacts.custom_attributes is what is shown.
# Numbers, dates and booleans (0, 1) are in `number`, texts in `text`. A value that its attribute's type does not
# fit (the type was changed) has a row with neither: there is a value, and no typed filter matches it.
attribute_values = Table(
    "attribute_values",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("contact_id", ContactIdColumn, nullable=False),
    Column("attribute_id", Integer, nullable=False),
    Column("number", Double),
    Column("text", Text),
    PrimaryKeyConstraint("app_id", "contact_id", "attribute_id"),
    sqlite_with_rowid=False,
)
Index(
    "attribute_values_unfit",
    # Of the two that are always empty here the planner learns that this index says all.
    *(attribute_values.c[name] for name in ("app_id", "attribute_id", "number", "text", "contact_id")),
    sqlite_where=text("number IS NULL AND text IS NULL"),
    postgresql_where=text("number IS NULL AND text IS NULL"),
)
for _column in ("number", "text"):
    _condition = text(f"{_column} IS NOT NULL")
    Index(
        f"attribute_values_by_{_column}",
        attribute_values.c.app_id,
        attribute_values.c.attribute_id,
        attribute_values.c[_column],
        attribute_values.c.contact_id,
        sqlite_where=_condition,
        postgresql_where=_condition,
    )
