"""What stands between the tabs and the people: the filter in words, the editor of one more, the segments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.contacts.filtered import ask_of
from app.contacts.searching import Here, filter_of
from app.dashboard.filters import (
    Piece,
    Tree,
    field_choices,
    operator_choices,
    read_tree,
    said,
    tree_text,
    without_part,
)
from app.dashboard.list_query import ListQuery
from app.ids import AppId
from app.search.asking import Ask
from app.search.clauses import Around
from app.search.fields import Attribute
from app.search.query import Node
from app.search.store import Segment, attributes_of, segments_of
from app.state import AppState


@dataclass(frozen=True, slots=True)
class Filter:
    """The list's filter: as it was given, and what it asks."""

    tree: Tree
    node: Node
    around: Around
    ask: Ask


@dataclass(frozen=True, slots=True)
class Filtering:
    """All that the page needs to know for filters; ``filter`` is none where everybody is shown."""

    filter: Filter | None
    segments: list[Segment]
    attributes: Mapping[str, Attribute]

    @property
    def ask(self) -> Ask | None:
        return self.filter.ask if self.filter else None


@dataclass(frozen=True, slots=True)
class SegmentLink:
    """A segment: where it leads, and whether it is what the list shows."""

    id: str
    name: str
    url: str
    is_current: bool


def filtering_of(conn: Connection, state: AppState, app_id: AppId, query: ListQuery, now: float) -> Filtering:
    """Read the filter of an address; raises ParameterInvalid, ParameterNotFound or InvalidField for a bad one."""
    found = read_filter(conn, state, app_id, query, now)
    return Filtering(found, segments_of(conn, app_id), attributes_of(conn, app_id))


def read_filter(
    conn: Connection, state: AppState, app_id: AppId, query: ListQuery, now: float
) -> Filter | None:
    tree = read_tree(query.filter)
    if tree is None:
        return None
    node, around = filter_of(conn, Here(app_id, now, state.tracker.online_ids(app_id)), tree)
    return Filter(tree, node, around, ask_of(query.view, node, around, online_only=query.tab == "online"))


def filter_bar(
    query: ListQuery, path: str, filtering: Filtering, now: float, timezone: str
) -> dict[str, Any]:
    """The context of ``filters.html``."""
    fields, attributes = field_choices(filtering.attributes)
    links = [_link(segment, query, path, filtering.filter) for segment in filtering.segments]
    return {
        "pieces": _pieces(query, path, filtering.filter, now, timezone),
        "fields": fields,
        "attributes": attributes,
        "operators": operator_choices(),
        "segments": links,
        "current_segment": next((link for link in links if link.is_current), None),
        "unfiltered_url": query.url(path, filter="", page=1),
    }


def _pieces(query: ListQuery, path: str, shown: Filter | None, now: float, timezone: str) -> list[Piece]:
    if shown is None:
        return []
    return [
        Piece(words, instants, query.url(path, filter=tree_text(without_part(shown.tree, n)), page=1))
        for n, (words, instants) in enumerate(said(shown.node, now, timezone))
    ]


def _link(segment: Segment, query: ListQuery, path: str, shown: Filter | None) -> SegmentLink:
    url = query.url(path, filter=tree_text(segment.filter), page=1)
    is_current = shown is not None and shown.tree == segment.filter
    return SegmentLink(segment.id, segment.name, url, is_current)
