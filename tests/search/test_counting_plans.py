"""How the database goes about counting those who fit: by which index, and without a look at each."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine

from app.search.asking import Ask
from app.search.counting import count_gathered
from app.search.query import And, Node, Or
from app.storage.tables import metadata
from support.plans import plan_of, rest
from support.searching import around

BOTH, HERE = ("lead", "user"), around([])


@pytest.fixture(scope="module")
def conn() -> Iterator[Connection]:
    """An empty database: which index serves is a matter of the tables alone."""
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        yield conn
    engine.dispose()


@pytest.mark.parametrize(
    ("node", "part"),
    [
        (And((rest("location.country", "=", "Peru"), rest("os", "~", "mac"))), " AND listed=? AND country=?"),
        (And((rest("location.city", "=", "Lima"), rest("browser", "!=", "Opera"))), " AND listed=?"),
        (
            Or((rest("location.city", "=", "Lima"), rest("os", "=", None), rest("role", "=", "user"))),
            " AND listed=?",
        ),
    ],
)
def test_several_facts_are_counted_in_the_index_that_has_them_all(
    conn: Connection, node: Node, part: str
) -> None:
    plan = plan_of(conn, count_gathered(Ask(node, HERE, BOTH), None))
    assert plan == f"SEARCH contacts USING COVERING INDEX contacts_by_facts (app_id=? AND role=?{part})"
