"""SQL of attributes.

Every change writes a new version into the workspace's row, in the same transaction. That row is read by
each ping anyway, and so tells whether attributes that are remembered are still the ones that are stored.
"""

import secrets
import zlib
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Select, bindparam, func, insert, select, update

from app.attributes.records import AttributeId, DataAttribute
from app.ids import AppId
from app.storage.hot import Hot, Row
from app.storage.tables import data_attributes, segments, workspaces

_FIELDS: Final = tuple(field.name for field in fields(DataAttribute))
_OPTIONS: Final = _FIELDS.index("options")
_COLUMNS: Final = [data_attributes.c[name] for name in _FIELDS]
_ALL: Final = Hot(
    select(*_COLUMNS).where(data_attributes.c.app_id == bindparam("app_id")).order_by(data_attributes.c.id)
)
_ONE: Final = select(*_COLUMNS).where(
    data_attributes.c.app_id == bindparam("app_id"), data_attributes.c.id == bindparam("attribute_id")
)
_RENEW: Final = (
    update(workspaces)
    .where(workspaces.c.app_id == bindparam("of_app_id"))
    .values(attributes_version=bindparam("version"))
)
_VERSION: Final = Hot(
    select(workspaces.c.attributes_version).where(workspaces.c.app_id == bindparam("app_id"))
)
_INSERT: Final = insert(data_attributes)
# In the words of its partial index.
_MARKS: Final = select(data_attributes.c.app_id, data_attributes.c.id, data_attributes.c.unread_after).where(
    data_attributes.c.unread_after.is_not(None)
)
_ANY_MARK: Final = _MARKS.order_by(data_attributes.c.id).limit(1)
_SEGMENTS: Final = select(segments.c.filter).where(segments.c.app_id == bindparam("app_id"))
_TYPES: Final = bindparam("types", type_=BigInteger)
_KEEP_TYPES: Final = select(func.pg_advisory_xact_lock_shared(_TYPES))
_HOLD_TYPES: Final = select(func.pg_advisory_xact_lock(_TYPES))
_TYPES_OF_ALL: Final = 1 << 32
"""From here on a workspace has a number of its own for the lock on its types."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the values of an attribute have been read anew after a change of its type: to that contact's."""

    app_id: AppId
    attribute_id: AttributeId
    after: str


def all_attributes(conn: Connection, app_id: AppId) -> list[DataAttribute]:
    """Every attribute of a workspace, archived ones too, the oldest first."""
    return [_attribute(row) for row in _ALL.rows(conn, {"app_id": app_id})]


def find_attribute(conn: Connection, app_id: AppId, attribute_id: AttributeId) -> DataAttribute | None:
    row = conn.execute(_ONE, {"app_id": app_id, "attribute_id": attribute_id}).one_or_none()
    return _attribute(row) if row else None


def version_of(conn: Connection, app_id: AppId) -> str | None:
    """What the workspace's row says of its attributes now; none where it is too old to say."""
    rows = _VERSION.rows(conn, {"app_id": app_id})
    return rows[0][0] if rows else None


def hold_attributes(conn: Connection, app_id: AppId) -> None:
    """Nobody else changes any attribute before this transaction ends."""
    _renew_version(conn, app_id)


def keep_types(conn: Connection, app_id: AppId) -> None:
    """No attribute gets another type before this transaction ends; any number may ask for that at once."""
    _lock_types(conn, app_id, _KEEP_TYPES)


def hold_types(conn: Connection, app_id: AppId) -> None:
    """Whoever keeps types as they are has ended, and nobody else does so before this transaction ends."""
    _lock_types(conn, app_id, _HOLD_TYPES)


def insert_attributes(conn: Connection, app_id: AppId, made: Collection[DataAttribute]) -> None:
    """Insert attributes of a workspace; their ids are the database's to give."""
    if made:
        conn.execute(_INSERT, [_values(attribute) for attribute in made])
        _renew_version(conn, app_id)


def update_attribute(conn: Connection, attribute: DataAttribute) -> None:
    conn.execute(
        update(data_attributes)
        .where(data_attributes.c.app_id == attribute.app_id, data_attributes.c.id == attribute.id)
        .values(_values(attribute))
    )
    _renew_version(conn, attribute.app_id)


def any_mark(conn: Connection) -> Mark | None:
    """An attribute whose values are to be read anew, whichever workspace it belongs to."""
    row = conn.execute(_ANY_MARK).one_or_none()
    return Mark(*row) if row else None


def marks_of(conn: Connection, app_id: AppId) -> list[Mark]:
    """All such attributes of a workspace."""
    return [Mark(*row) for row in conn.execute(_MARKS.where(data_attributes.c.app_id == app_id))]


def hold_mark(conn: Connection, mark: Mark) -> bool:
    """Whether a mark is where it was; nobody moves it before this transaction ends."""
    held = _MARKS.where(data_attributes.c.id == mark.attribute_id).with_for_update()
    row = conn.execute(held).one_or_none()
    return row is not None and Mark(*row) == mark


def set_mark(conn: Connection, attribute_id: AttributeId, after: str | None) -> None:
    """Values are still to be read of contacts behind ``after``; of nobody where it is none."""
    where = data_attributes.c.id == attribute_id
    conn.execute(update(data_attributes).where(where).values(unread_after=after))


def filters_of_segments(conn: Connection, app_id: AppId) -> list[object]:
    """The filter trees of a workspace's segments."""
    return list(conn.execute(_SEGMENTS, {"app_id": app_id}).scalars())


def _lock_types(conn: Connection, app_id: AppId, statement: Select[Any]) -> None:
    """SQLite, with its one writer, has no need of it."""
    if conn.dialect.name == "postgresql":
        conn.execute(statement, {"types": _TYPES_OF_ALL + zlib.crc32(app_id.encode())})


def _renew_version(conn: Connection, app_id: AppId) -> None:
    """Say that attributes change.

    The version is drawn, not counted: one that was rolled back never comes again with another meaning.
    """
    conn.execute(_RENEW, {"of_app_id": app_id, "version": secrets.token_hex(8)})


def _attribute(row: Row) -> DataAttribute:
    values = list(row)
    values[_OPTIONS] = tuple(values[_OPTIONS])
    return DataAttribute(*values)


def _values(attribute: DataAttribute) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(attribute, name) for name in _FIELDS if name != "id"}
    return values | {"options": list(attribute.options)}
