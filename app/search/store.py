"""SQL of what search has to know of a workspace: its attributes, its segments, and how many people it has."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from app.ids import AppId
from app.search.fields import Attribute
from app.storage.tables import data_attributes, people_counts, segments

PersonType = Literal["contact", "user"]


@dataclass(frozen=True, slots=True)
class Segment:
    """One row of ``segments``: a saved filter. ``filter`` is a tree in the dashboard's words, as it was given."""

    app_id: AppId
    id: str
    name: str
    person_type: PersonType
    filter: Mapping[str, Any]
    created_at: float
    updated_at: float


_ATTRIBUTES: Final = select(
    data_attributes.c.name,
    data_attributes.c.id,
    data_attributes.c.type,
    data_attributes.c.unread_after.is_not(None).label("is_unread"),
).where(
    data_attributes.c.app_id == bindparam("app_id"),
    data_attributes.c.model == "contact",
    data_attributes.c.archived.is_(False),
)
_COLUMNS: Final = [segments.c[field.name] for field in fields(Segment)]
_SEGMENTS: Final = (
    select(*_COLUMNS)
    .where(segments.c.app_id == bindparam("app_id"))
    .order_by(func.lower(segments.c.name), segments.c.id)
)
_SEGMENT: Final = select(*_COLUMNS).where(
    segments.c.app_id == bindparam("app_id"), segments.c.id == bindparam("segment_id")
)
_HELD: Final = _SEGMENT.with_for_update()
_COUNT: Final = select(func.coalesce(func.sum(people_counts.c.count), 0)).where(
    people_counts.c.app_id == bindparam("app_id"),
    people_counts.c.role.in_(bindparam("roles", expanding=True)),
)


def attributes_of(conn: Connection, app_id: AppId) -> dict[str, Attribute]:
    """The custom attributes of contacts that can be searched by, by name."""
    rows = conn.execute(_ATTRIBUTES, {"app_id": app_id})
    return {row.name: Attribute(row.id, row.type, row.is_unread) for row in rows}


def count_people(conn: Connection, app_id: AppId, roles: Collection[str]) -> int:
    """How many contacts of these roles are listed."""
    return int(conn.execute(_COUNT, {"app_id": app_id, "roles": list(roles)}).scalar_one())


def segments_of(conn: Connection, app_id: AppId) -> list[Segment]:
    """All segments of a workspace, by name."""
    return [Segment(*row) for row in conn.execute(_SEGMENTS, {"app_id": app_id})]


def find_segment(conn: Connection, app_id: AppId, segment_id: str, *, hold: bool = False) -> Segment | None:
    """One segment; ``hold`` it for this transaction where it is to be changed."""
    given = {"app_id": app_id, "segment_id": segment_id}
    row = conn.execute(_HELD if hold else _SEGMENT, given).one_or_none()
    return Segment(*row) if row else None


def insert_segment(conn: Connection, segment: Segment) -> None:
    conn.execute(insert(segments), [asdict(segment)])


def update_segment(conn: Connection, segment: Segment) -> None:
    where = segments.c.app_id == segment.app_id, segments.c.id == segment.id
    conn.execute(update(segments).where(*where).values(asdict(segment)))


def delete_segment(conn: Connection, app_id: AppId, segment_id: str) -> None:
    conn.execute(delete(segments).where(segments.c.app_id == app_id, segments.c.id == segment_id))
