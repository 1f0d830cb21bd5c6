"""Segments that a tag can't leave alone: their filters name it.

A filter is a tree as ``app/search/query.py`` reads it; here only its leaves matter that ask for a tag, by its
id or, as dashboards do, by its name.
"""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from app.ids import AppId
from app.storage.tables import segments
from app.tags.records import Tag, name_key

_FIELDS: Final = ("tag", "tag_id", "tag_ids")
_SEGMENTS: Final = (
    select(segments.c.name, segments.c.filter)
    .where(segments.c.app_id == bindparam("app_id"))
    .order_by(segments.c.created_at, segments.c.id)
)


def segments_naming(conn: Connection, app_id: AppId, tag: Tag) -> list[str]:
    """The names of the segments whose filters ask for the tag."""
    return [row.name for row in conn.execute(_SEGMENTS, {"app_id": app_id}) if names(row.filter, tag)]


def names(tree: object, tag: Tag) -> bool:
    """Whether a filter asks for the tag anywhere."""
    return any(
        wanted == str(tag.id) or (field == "tag" and name_key(wanted) == name_key(tag.name))
        for field, wanted in _wanted(tree)
    )


def _wanted(tree: object) -> Iterator[tuple[str, str]]:
    """Each tag that a filter asks for, and by which field."""
    if isinstance(tree, list):
        for branch in tree:
            yield from _wanted(branch)
    elif isinstance(tree, dict):
        field, value = tree.get("field"), tree.get("value")
        if field not in _FIELDS:
            yield from _wanted(value)
            return
        for wanted in _values(value):
            yield field, str(wanted)


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
