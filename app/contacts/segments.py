"""Segments: filters that are saved under a name. Rule R44.

A filter is checked when it is saved, and read anew each time it is used: what it means follows the
attributes, tags and people of the moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection

from app.errors import Conflict, NotFound, ParameterInvalid, ParameterNotFound
from app.ids import AppId, is_contact_id, new_contact_id
from app.search import store
from app.search.fields import FilterFields
from app.search.query import Node, comparisons_of, read_filter
from app.search.store import PersonType, Segment, attributes_of
from app.trail.operations import record
from app.trail.records import Actor, Deed
from app.workspaces.store import lock_workspace

LONGEST_NAME: Final = 100
MOST_SEGMENTS: Final = 500


@dataclass(frozen=True, slots=True)
class SegmentDraft:
    """What somebody wants a segment to be; none for what stays as it is."""

    name: str | None = None
    filter: Mapping[str, Any] | None = None


def read_segment_draft(body: Mapping[str, Any]) -> SegmentDraft:
    """Read ``name`` and ``filter``; raises ParameterInvalid. What the filter means is seen when it is saved."""
    name, tree = body.get("name"), body.get("filter")
    if name is not None:
        if (
            not isinstance(name, str)
            or not 0 < len(name.strip()) <= LONGEST_NAME
            or not name.strip().isprintable()
        ):
            raise ParameterInvalid(f"name must be a text of 1 to {LONGEST_NAME} characters on one line")
        name = name.strip()
    if tree is not None and not isinstance(tree, dict):
        raise ParameterInvalid("filter must be an object: a filter, or a group of them")
    return SegmentDraft(name, tree)


def list_segments(conn: Connection, app_id: AppId) -> list[Segment]:
    """All segments of a workspace, by name."""
    return store.segments_of(conn, app_id)


def get_segment(conn: Connection, app_id: AppId, segment_id: str, *, hold: bool = False) -> Segment:
    """Raises NotFound. ``hold``: nobody else changes it before this transaction ends."""
    segment = store.find_segment(conn, app_id, segment_id, hold=hold) if is_contact_id(segment_id) else None
    if segment is None:
        raise NotFound
    return segment


def create_segment(
    conn: Connection, app_id: AppId, draft: SegmentDraft, *, actor: Actor, now: float
) -> Segment:
    """Save a filter under a name.

    Raises ParameterNotFound, ParameterInvalid or InvalidField for a draft that makes none, Conflict for a taken name.
    """
    if draft.name is None or draft.filter is None:
        raise ParameterNotFound(
            f"{'name' if draft.name is None else 'filter'} is missing: a segment has a name and a filter"
        )
    others = _held_segments(conn, app_id)
    if len(others) >= MOST_SEGMENTS:
        raise ParameterInvalid(f"This workspace has {MOST_SEGMENTS} segments already: delete one first")
    _require_free(others, draft.name)
    person_type = _person_type(_checked(conn, app_id, draft.filter))
    segment = Segment(app_id, str(new_contact_id(now)), draft.name, person_type, draft.filter, now, now)
    store.insert_segment(conn, segment)
    record(conn, app_id, actor, Deed("segment.created", "segment", segment.id), now)
    return segment


def change_segment(
    conn: Connection, app_id: AppId, segment_id: str, draft: SegmentDraft, *, actor: Actor, now: float
) -> Segment:
    """Rename a segment, or give it another filter; raises NotFound, Conflict and what ``create_segment`` raises."""
    before = get_segment(conn, app_id, segment_id, hold=True)
    after = replace(before, updated_at=now)
    if draft.name is not None:
        _require_free([other for other in _held_segments(conn, app_id) if other.id != before.id], draft.name)
        after = replace(after, name=draft.name)
    if draft.filter is not None:
        person_type = _person_type(_checked(conn, app_id, draft.filter))
        after = replace(after, filter=draft.filter, person_type=person_type)
    store.update_segment(conn, after)
    fields = [name for name in ("name", "filter") if getattr(draft, name) is not None]
    record(conn, app_id, actor, Deed("segment.updated", "segment", before.id, {"fields": fields}), now)
    return after


def delete_segment(conn: Connection, app_id: AppId, segment_id: str, *, actor: Actor, now: float) -> Segment:
    """Forget a saved filter; the people stay. Raises NotFound."""
    segment = get_segment(conn, app_id, segment_id, hold=True)
    store.delete_segment(conn, app_id, segment_id)
    record(conn, app_id, actor, Deed("segment.deleted", "segment", segment.id), now)
    return segment


def _checked(conn: Connection, app_id: AppId, tree: Mapping[str, Any]) -> Node:
    node = read_filter(tree, FilterFields(attributes_of(conn, app_id)))
    if any(asked.field.kind == "segment" for asked in comparisons_of(node)):
        raise ParameterInvalid("filter asks for a segment: a segment can't be made of segments")
    return node


def _held_segments(conn: Connection, app_id: AppId) -> list[Segment]:
    """All segments; nobody else makes or renames one before this transaction ends."""
    lock_workspace(conn, app_id)
    return store.segments_of(conn, app_id)


def _require_free(others: list[Segment], name: str) -> None:
    if any(other.name.casefold() == name.casefold() for other in others):
        raise Conflict("name is taken: another segment of this workspace bears it")


def _person_type(tree: Node) -> PersonType:
    """A segment that asks for leads, and for nobody else, is one of ``contact``: the description's word for leads."""
    roles = {
        role for asked in comparisons_of(tree) if asked.field.kind == "role" for role in _entries(asked.value)
    }
    return "contact" if roles == {"lead"} else "user"


def _entries(value: object) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()
