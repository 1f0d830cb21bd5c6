"""Segments that a tag can't leave alone: their filters name it.

A filter is a tree as ``app/search/query.py`` reads it; here only its leaves matter that ask for a tag, by its
id or, as dashboards do, by its name. Those by its name follow when it gets another.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from app.ids import AppId
from app.search.store import Segment, find_segment, segments_of, update_segment
from app.tags.records import Tag, name_key

_FIELDS: Final = ("tag", "tag_id", "tag_ids")


def segments_naming(conn: Connection, app_id: AppId, tag: Tag) -> list[Segment]:
    """The segments whose filters ask for the tag."""
    return [segment for segment in segments_of(conn, app_id) if names(segment.filter, tag)]


def rename_in_segments(conn: Connection, app_id: AppId, tag: Tag, name: str, now: float) -> list[Segment]:
    """Let segments that ask for the tag by its name ask for its new one; returns those that did."""
    changed = []
    # Each renaming holds them in the same order, so that no two wait for each other.
    for segment_id in sorted(segment.id for segment in segments_naming(conn, app_id, tag)):
        before = find_segment(conn, app_id, segment_id, hold=True)
        if before is not None and (tree := renamed(before.filter, tag, name)) != before.filter:
            changed.append(replace(before, filter=tree, updated_at=now))
            update_segment(conn, changed[-1])
    return changed


def names(tree: object, tag: Tag) -> bool:
    """Whether a filter asks for the tag anywhere."""
    return any(
        wanted == str(tag.id) or (field == "tag" and _is_named(wanted, tag))
        for field, wanted in _wanted(tree)
    )


def renamed(tree: Any, tag: Tag, name: str) -> Any:
    """The filter with the tag's new name wherever it asks for the tag by the one it has."""
    if isinstance(tree, list):
        return [renamed(branch, tag, name) for branch in tree]
    if not isinstance(tree, dict) or "value" not in tree:
        return tree
    value = tree["value"]
    if tree.get("field") != "tag":
        return tree | {"value": renamed(value, tag, name)}
    if isinstance(value, list):
        return tree | {"value": [name if _is_named(str(entry), tag) else entry for entry in value]}
    return tree | {"value": name} if _is_named(str(value), tag) else tree


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


def _is_named(wanted: str, tag: Tag) -> bool:
    return name_key(wanted) == name_key(tag.name)
