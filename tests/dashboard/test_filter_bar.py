"""The bar of filters and segments over the list."""

from typing import Any

from app.dashboard.filter_bar import Filter, Filtering, filter_bar
from app.dashboard.filters import tree_text
from app.dashboard.list_query import ListQuery
from app.ids import AppId
from app.search.asking import Ask
from app.search.clauses import Around
from app.search.fields import FilterFields
from app.search.query import read_filter
from app.search.store import Segment

NOW, PATH = 1_700_000_000.0, "/apps/uaaaaaaa/users"
BUSY: dict[str, Any] = {"field": "session_count", "operator": "gt", "value": 5}
ADA: dict[str, Any] = {"field": "name", "operator": "is", "value": "Ada"}
SAVED = [Segment(AppId("uaaaaaaa"), "a" * 24, "Busy", "user", BUSY, NOW, NOW)]


def bar(tree: dict[str, Any] | None) -> dict[str, Any]:
    shown = None
    if tree is not None:
        around = Around(AppId("uaaaaaaa"), NOW)
        node = read_filter(tree, FilterFields())
        shown = Filter(tree, node, around, Ask(node, around))
    query = ListQuery(tab="users", search="x", page=3, filter=tree_text(tree))
    return filter_bar(query, PATH, Filtering(shown, SAVED, {}), NOW, "UTC")


def test_without_a_filter_nothing_is_taken_away() -> None:
    context = bar(None)
    assert context["pieces"] == []
    assert context["current_segment"] is None
    assert [segment.is_current for segment in context["segments"]] == [False]


def test_each_piece_leads_to_the_list_without_it_in_the_same_state() -> None:
    context = bar({"operator": "AND", "value": [BUSY, ADA]})
    assert [piece.words for piece in context["pieces"]] == ["Session count is greater than 5", "Name is Ada"]
    url = context["pieces"][0].without_url
    assert url.startswith(f"{PATH}?tab=users&q=x&filter=")
    assert "session_count" not in url
    assert "Ada" in url
    assert context["unfiltered_url"] == f"{PATH}?tab=users&q=x"


def test_R44_the_segment_that_is_shown_is_marked() -> None:
    assert bar(BUSY)["current_segment"].name == "Busy"
    assert bar(ADA)["current_segment"] is None
