"""Which source has the fewest, and what it costs to know. Which index serves is told by ``test_finding_plans``."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from app.search import sources
from app.search.asking import EVERYBODY, Ask
from app.search.fields import FilterFields
from app.search.query import read_filter
from support.searching import ATTRIBUTES, around, crowd, search, stored

PEOPLE = crowd(120, seed=9)


@pytest.fixture(scope="module")
def conn() -> Iterator[Connection]:
    with stored(PEOPLE) as conn:
        yield conn


def rarest_of(conn: Connection, parts: list[dict[str, Any]]) -> tuple[sources.Source | None, int]:
    tree = read_filter({"operator": "AND", "value": parts}, FilterFields(ATTRIBUTES))
    ask = Ask(tree, around(PEOPLE), EVERYBODY)
    return sources.rarest(conn, ask, sources.sources_of(tree, ask.around), 1_000)


def test_the_rarest_is_found_without_counting_the_others_to_their_end(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[tuple[str, int | None]] = []
    rows_of = sources.rows_of

    def noted(source: sources.Source, limit: int | None = None) -> Any:
        limits.append((source.column or "", limit))
        return rows_of(source, limit)

    monkeypatch.setattr(sources, "rows_of", noted)
    monkeypatch.setattr(sources, "told_by_histogram", lambda *_: None)
    parts = [search("email", "contains", "example"), search("session_count", "is", 2)]
    source, rows = rarest_of(conn, parts)
    assert source is not None
    assert source.column == "session_count"
    assert 0 < rows < len(PEOPLE)
    assert limits == [("session_count", 1_001), ("email_key", rows)]


def test_what_a_histogram_tells_is_not_counted(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "rows_of", None)
    source, rows = rarest_of(conn, [search("session_count", "is", 2), search("owner_id", "is", 1)])
    assert source is not None
    assert source.column == "owner_id"
    assert rows == sum(one.columns["owner_id"] == 1 for one in PEOPLE)
