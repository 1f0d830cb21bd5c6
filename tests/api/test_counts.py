"""Counts among many that took long are kept for a while."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, insert, update

from app.api import counts as counts_module
from app.api.counts import KEEP_SECONDS, LONG_SECONDS, Counts
from app.ids import AppId
from app.search.asking import Ask
from app.search.clauses import Around
from app.search.fields import SearchFields
from app.search.finding import MANY
from app.search.query import read_search
from app.search.sources import Source
from app.storage.tables import metadata, people_counts


@pytest.fixture
def conn() -> Iterator[Connection]:
    """To two workspaces that have a few more people than are counted each time."""
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        roles = {"user": MANY, "visitor": 1}
        for app_id in ("uaaaaaaa", "ubbbbbbb"):
            rows = [{"app_id": app_id, "role": role, "slot": 0, "count": roles[role]} for role in roles]
            conn.execute(insert(people_counts), rows)
        yield conn
    engine.dispose()


def ask(field: str = "name", value: object = "Ada", app_id: str = "uaaaaaaa") -> Ask:
    tree = read_search({"field": field, "operator": "=", "value": value}, SearchFields())
    return Ask(tree, Around(AppId(app_id), 0.0))


class Slow:
    """A count that takes its time, and is another each time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
        self.now, self.asked, self._seconds = 0.0, 0, seconds
        monkeypatch.setattr(counts_module, "LONG_SECONDS", LONG_SECONDS)
        monkeypatch.setattr(counts_module, "monotonic", lambda: self.now)
        monkeypatch.setattr(counts_module, "count_of", self._count)

    def _count(self, *_: object) -> int:
        self.now += self._seconds
        self.asked += 1
        return self.asked


def test_a_quick_count_is_made_each_time(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    Slow(monkeypatch, 0.02)
    counts = Counts()
    assert [counts.of(conn, ask(), None) for _ in range(3)] == [1, 2, 3]


def test_a_slow_count_is_kept_for_ten_seconds(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch, 0.021)
    counts = Counts()
    assert counts.of(conn, ask(), None) == 1
    slow.now += KEEP_SECONDS - 0.001
    assert counts.of(conn, ask(), None) == 1
    slow.now += 0.001
    assert counts.of(conn, ask(), None) == 2


def test_each_search_of_each_workspace_has_its_own(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    Slow(monkeypatch, 1.0)
    counts = Counts()
    asks = [ask(), ask(value="Ben"), ask(app_id="ubbbbbbb")]
    assert [counts.of(conn, one, None) for one in asks] == [1, 2, 3]
    assert [counts.of(conn, one, None) for one in asks] == [1, 2, 3]


def test_who_is_online_and_what_a_segment_says_is_never_kept(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    Slow(monkeypatch, 1.0)
    counts = Counts()
    for one in (ask("online", True), ask("segment_id", "a" * 24)):
        first = counts.of(conn, one, None)
        assert counts.of(conn, one, None) == first + 1


def test_a_slow_count_among_few_is_not_kept(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long tree takes long to be read, even where there is nobody: the next to come are to be counted."""
    Slow(monkeypatch, 1.0)
    conn.execute(update(people_counts).where(people_counts.c.role == "visitor").values(count=0))
    counts = Counts()
    assert [counts.of(conn, ask(), None) for _ in range(3)] == [1, 2, 3]


def test_the_few_who_might_fit_are_counted_each_time(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    Slow(monkeypatch, 1.0)
    counts, few = Counts(), Source(ids=None)
    assert [counts.of(conn, ask(), few) for _ in range(3)] == [1, 2, 3]
