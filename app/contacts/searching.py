"""A search or a filter, as it was asked, made ready to be answered.

Here the tree meets the workspace it is asked in: its attributes, its time zone, its segments.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from app.errors import AttributeUnread, ParameterInvalid, PorchlightError
from app.ids import AppId, ContactId
from app.search.asking import EVERYBODY, PEOPLE, Ask, Order
from app.search.clauses import Around, clause_of
from app.search.fields import FilterFields, SearchFields
from app.search.query import (
    MOST_VALUES,
    Comparison,
    Node,
    comparisons_of,
    parts_of,
    read_filter,
    read_search,
    value_count,
)
from app.search.store import Segment, attributes_of, segments_of
from app.storage.tables import contacts
from app.workspaces.operations import get_workspace

_LOT: Final = 40
"""So many segments are asked of a contact at once: a statement has only so many parameters."""


@dataclass(frozen=True, slots=True)
class Here:
    """Where and when something is asked. ``online_ids`` may be a live view: it is read when it is needed."""

    app_id: AppId
    now: float
    online_ids: Collection[ContactId] = ()


def search_of(conn: Connection, here: Here, query: object, order: Order) -> Ask:
    """What a REST search asks; raises InvalidField, ParameterInvalid, ParameterNotFound."""
    tree = read_search(query, SearchFields(attributes_of(conn, here.app_id)))
    return Ask(tree, around(conn, here, tree), roles_of(tree), order)


def filter_of(conn: Connection, here: Here, tree: object) -> tuple[Node, Around]:
    """What a dashboard's filter asks; raises InvalidField, ParameterInvalid, ParameterNotFound."""
    node = read_filter(tree, FilterFields(attributes_of(conn, here.app_id)))
    return node, around(conn, here, node)


def around(conn: Connection, here: Here, tree: Node) -> Around:
    """What the meaning of ``tree`` depends on; raises ParameterInvalid where its segments make it too large."""
    timezone = get_workspace(conn, here.app_id).timezone
    asked_for = [
        name for asked in comparisons_of(tree) if asked.field.kind == "segment" for name in _entries(asked)
    ]
    saved = segments_of(conn, here.app_id) if asked_for else []
    trees = _trees(conn, here.app_id, [one for one in saved if {one.id, one.name} & set(asked_for)])
    by_name = {segment.name: node for segment, node in trees}
    segments = by_name | {segment.id: node for segment, node in trees}
    values = value_count(tree) + sum(value_count(segments[name]) for name in asked_for if name in segments)
    if values > MOST_VALUES:
        raise ParameterInvalid(
            f"The segments asked for have {values} values in all: at most {MOST_VALUES} are searched for at once"
        )
    return Around(here.app_id, here.now, timezone, here.online_ids, segments)


def roles_of(tree: Node) -> tuple[str, ...]:
    """Among whom REST searches: leads and users, and visitors where the tree names them."""
    asked = [asked for asked in comparisons_of(tree) if asked.field.kind == "role"]
    names_visitors = any("visitor" in _entries(one) and one.operator == "is_any_of" for one in asked)
    roles = set(EVERYBODY) if names_visitors else set(PEOPLE)
    for part in parts_of(tree):
        if isinstance(part, Comparison) and part.field.kind == "role" and part.operator == "is_any_of":
            roles &= set(_entries(part))
    # Where two parts exclude each other nobody fits, of whatever role.
    return tuple(sorted(roles)) or PEOPLE


def ask_of_segment(conn: Connection, here: Here, segment: Segment) -> Ask | None:
    """Which leads and users a segment has; none where its filter means nothing any more."""
    for _, tree in _trees(conn, here.app_id, [segment]):
        return Ask(tree, around(conn, here, tree), roles_of(tree))
    return None


def segments_with(conn: Connection, here: Here, contact_id: ContactId) -> list[Segment]:
    """The segments that a contact belongs to, by name; without those of which that can't be told now."""
    trees = _trees(conn, here.app_id, segments_of(conn, here.app_id), without_unread=True)
    found: list[Segment] = []
    for start in range(0, len(trees), _LOT):
        lot = trees[start : start + _LOT]
        clauses = [
            clause_of(tree, around(conn, here, tree)).label(f"fits_{n}") for n, (_, tree) in enumerate(lot)
        ]
        where = contacts.c.app_id == here.app_id, contacts.c.id == contact_id, contacts.c.listed
        row: Any = conn.execute(select(*clauses).where(*where)).one_or_none()
        found += [segment for (segment, _), fits in zip(lot, row or (), strict=False) if fits]
    return found


def _trees(
    conn: Connection, app_id: AppId, saved: list[Segment], *, without_unread: bool = False
) -> list[tuple[Segment, Node]]:
    """Segments with what they ask. One whose filter means nothing any more (its attribute is gone) has nobody.

    Where that can't be told now, raises AttributeUnread, or leaves the segment out.
    """
    catalogue = FilterFields(attributes_of(conn, app_id))
    trees = []
    for segment in saved:
        try:
            trees.append((segment, read_filter(segment.filter, catalogue)))
        except AttributeUnread:
            if not without_unread:
                raise
        except PorchlightError:
            continue
    return trees


def _entries(comparison: Comparison) -> tuple[Any, ...]:
    return comparison.value if isinstance(comparison.value, tuple) else ()
