"""How many fit: whatever is counted to find out, and on both databases, as many as a look at each finds."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest
from sqlalchemy import Connection, Select, create_engine, update

from app.ids import ContactId
from app.search import counting, finding, halves
from app.search.asking import EVERYBODY, Ask
from app.search.clauses import clause_of
from app.search.counting import count_of, count_within, ends_of, halves_of, outside_of, sample_of, told_count
from app.search.finding import few_of
from app.search.histograms import told_by_histogram
from app.search.query import Comparison, Operator, comparisons_of, read_filter
from app.search.sources import Source
from app.storage import bucketing
from app.storage.abreast import LENDER
from app.storage.database import open_database
from app.storage.migrations import migrate
from app.storage.tables import contacts, metadata
from support.questions import FILTER, IS_USER, OF_A_DAY, OF_FILTER, SEGMENTS, SESSIONS, TREES
from support.searching import (
    OTHER,
    Someone,
    around,
    crowd,
    cut_all,
    holds,
    search,
    store_crowd,
)

BOTH = ("lead", "user")
PEOPLE = [
    replace(one, columns={**one.columns, "country": one.columns["city"] and f"of {one.columns['city']}"})
    for one in crowd(150, seed=4)
]
UNLISTED = {person.id for person in PEOPLE[::7]}
ASKS = [
    Ask(tree, around(PEOPLE, SEGMENTS), roles) for tree in TREES for roles in (BOTH, EVERYBODY, ("user",))
]


def put(conn: Connection) -> None:
    store_crowd(conn, PEOPLE)
    store_crowd(conn, crowd(30), OTHER, first_id=100)
    conn.execute(update(contacts).where(contacts.c.id.in_(UNLISTED)).values(listed=False))


@pytest.fixture(scope="module")
def conn() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        put(conn)
        yield conn
    engine.dispose()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[Select[int]]:
    """The statements that count, as they are given to the database."""
    given: list[Select[int]] = []
    count = counting._number

    def noted(conn: Connection, statement: Select[int]) -> int:
        given.append(statement)
        return count(conn, statement)

    monkeypatch.setattr(counting, "_number", noted)
    return given


@pytest.fixture
def gathered_from(monkeypatch: pytest.MonkeyPatch) -> list[Source | None]:
    """The sources that those who fit are counted from."""
    taken: list[Source | None] = []
    count_gathered = counting.count_gathered

    def noted(ask: Ask, source: Source | None) -> Select[int]:
        taken.append(source)
        return count_gathered(ask, source)

    monkeypatch.setattr(counting, "count_gathered", noted)
    return taken


def fitting(ask: Ask) -> int:
    return sum(
        person.id not in UNLISTED
        and person.columns["role"] in ask.roles
        and holds(ask.tree, person, SEGMENTS)
        for person in PEOPLE
    )


def shown(ask: Ask) -> str:
    asked = [f"{one.field.name} {one.operator} {one.value}" for one in comparisons_of(ask.tree)]
    return f"{asked} of {ask.roles}"


def faults(conn: Connection) -> list[str]:
    """What is counted wrongly."""
    counted = [(ask, count_of(conn, ask, few_of(conn, ask))) for ask in ASKS]
    return [f"{shown(ask)}: {count}" for ask, count in counted if count != fitting(ask)]


def test_everything_that_can_be_asked_is_asked_here() -> None:
    assert {asked.operator for tree in TREES for asked in comparisons_of(tree)} == set(get_args(Operator))


@pytest.mark.parametrize("most", [True, False], ids=["those who do not fit", "those who fit"])
def test_both_ways_count_as_many_as_a_look_at_each(
    conn: Connection, most: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "FEW", -1)
    monkeypatch.setattr(counting, "_do_most_fit", lambda drawn: most)
    monkeypatch.setitem(conn.info, LENDER, lambda work: None)
    monkeypatch.setattr(counting, "told_by_histogram", lambda *_: None)
    assert faults(conn) == []


@pytest.mark.parametrize("size", [1, 4, 4_096])
def test_histograms_tell_as_many_however_large_their_buckets(
    conn: Connection, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucketing, "SIZE", size)
    cut_all(conn)
    monkeypatch.setattr(finding, "FEW", -1)
    assert faults(conn) == []


def test_what_is_told_without_going_through_anybody_is_right(
    conn: Connection, counted: list[Select[int]]
) -> None:
    told = [(ask, told_count(conn, ask)) for ask in ASKS]
    assert not counted
    assert [shown(ask) for ask, count in told if count not in (None, fitting(ask))] == []
    for asked, is_told in (
        (search("session_count", "is_not", 1), True),
        (search("last_seen_at", "is_unknown", None), True),
        (search("location.country", "is", "of Lagos"), True),
        (IS_USER, True),
        ({"operator": "AND", "value": [IS_USER, search("created_at", "more_than", 1)]}, True),
        (search("name", "contains", "a"), False),
        ({"operator": "AND", "value": [SESSIONS, OF_A_DAY]}, False),
    ):
        ask = Ask(read_filter(asked, FILTER), around(PEOPLE, SEGMENTS), BOTH)
        assert (told_count(conn, ask) is not None) == is_told, shown(ask)
        worded = replace(ask, besides=(contacts.c.name.is_not(None),))
        assert told_count(conn, worded) is None
        assert count_of(conn, worded, None) == sum(
            one.columns["name"] is not None and holds(ask.tree, one, SEGMENTS)
            for one in PEOPLE
            if one.id not in UNLISTED and one.columns["role"] in BOTH
        )


def test_few_are_counted_as_they_are(conn: Connection) -> None:
    assert faults(conn) == []


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_put_together_is_counted_rightly(
    conn: Connection, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    monkeypatch.setitem(conn.info, LENDER, lambda work: None)

    def group(level: int) -> dict[str, Any]:
        if level == 3 or rng.random() < 0.4:
            return rng.choice(OF_FILTER)
        parts = [group(level + 1) for _ in range(rng.randint(1, 3))]
        return {"operator": rng.choice(("AND", "OR")), "value": parts}

    for _ in range(60):
        monkeypatch.setattr(finding, "FEW", rng.choice((-1, 5, 2_000)))
        monkeypatch.setattr(counting, "VERY_MANY", rng.choice((0, 300_000)))
        monkeypatch.setattr(counting, "told_by_histogram", rng.choice((told_by_histogram, lambda *_: None)))
        monkeypatch.setattr(counting, "A_LOOK", rng.choice((1, 3, 20)))
        monkeypatch.setattr(halves, "WORTH_IT", rng.choice((2, 8)))
        ask = Ask(read_filter(group(1), FILTER), around(PEOPLE, SEGMENTS), rng.choice((BOTH, EVERYBODY)))
        assert count_of(conn, ask, few_of(conn, ask)) == fitting(ask), ask.tree


@pytest.mark.parametrize("most", [True, False], ids=["those who do not fit", "those who fit"])
async def test_postgresql_counts_as_many(
    postgres_url: str, most: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    monkeypatch.setattr(finding, "FEW", -1)
    monkeypatch.setattr(counting, "_do_most_fit", lambda drawn: most)
    try:
        await database.write(put)
        assert await database.read(faults, seconds=60) == []
    finally:
        await database.close()


def test_only_those_are_gone_through_who_are_fewer(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "FEW", -1)
    monkeypatch.setattr(counting, "told_by_histogram", lambda *_: None)
    gone_through: list[int] = []
    count = counting._number

    def counted(conn: Connection, statement: Select[int]) -> int:
        gone_through.append(count(conn, statement))
        return gone_through[-1]

    monkeypatch.setattr(counting, "_number", counted)
    of_users = sum(one.id not in UNLISTED and one.columns["role"] == "user" for one in PEOPLE)
    of_both = sum(one.id not in UNLISTED and one.columns["role"] in BOTH for one in PEOPLE)
    for tree, among in (
        (search("session_count", "gt", 0), of_both),
        (search("session_count", "gt", 2), of_both),
        (search("session_count", "is_not", 2), of_both),
        (search("last_seen_at", "has_any_value", None), of_both),
        (search("email", "has_any_value", None), of_both),
        (IS_USER, of_users),
        ({"operator": "AND", "value": [IS_USER, search("session_count", "gt", 0)]}, of_users),
    ):
        gone_through.clear()
        ask = Ask(read_filter(tree, FILTER), around(PEOPLE), BOTH)
        fit = count_of(conn, ask, few_of(conn, ask))
        assert fit == fitting(ask) > 0
        assert sum(gone_through) == min(fit, among - fit)


def test_a_sample_stands_evenly_between_the_first_and_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "PROBES", 4)
    people = [Someone(ContactId(f"{n:024x}"), one.columns) for n, one in enumerate(crowd(101))]
    engine = create_engine("sqlite://")
    ask = Ask(read_filter(search("session_count", "gt", 1), FILTER), around([]), EVERYBODY)
    assert isinstance(ask.tree, Comparison)
    with engine.begin() as conn:
        metadata.create_all(conn)
        store_crowd(conn, people)
        first, last = conn.execute(ends_of(ask)).one()
        assert (first, last) == (people[0].id, people[100].id)
        drawn = conn.execute(sample_of(ask, "session_count", first, last)).all()
        counts = [one.columns["session_count"] for one in people[:100:25]]
        assert [(fits, key) for fits, key, _ in drawn] == [(count > 1, count) for count in counts]
    engine.dispose()


@pytest.mark.parametrize("shown_end", [0, 1, 1.5, 4, 40])
@pytest.mark.parametrize("operator", ["gt", "lt", "is", "is_not"])
def test_the_halves_of_a_range_are_the_range(conn: Connection, operator: str, shown_end: float) -> None:
    ask = Ask(read_filter(search("session_count", operator, shown_end), FILTER), around([]), EVERYBODY)
    assert isinstance(ask.tree, Comparison)
    parts = [clause_of(ask.tree, ask.around, is_open=True), *(outside_of(ask.tree, ask.around) or [])]
    counts = [one.columns["session_count"] for one in PEOPLE]
    in_halves = 0
    for part in parts:
        cut = halves_of(part, [*counts, None])
        if cut is not None:
            whole, lower, upper = (
                conn.execute(count_within(ask, ask.tree, each)).scalar_one() for each in (part, *cut)
            )
            assert lower + upper == whole
            assert min(lower, upper) > 0
            in_halves += 1
    assert in_halves > 0 or operator == "is_not"


@pytest.mark.parametrize("has_others", [True, False], ids=["with other readers", "alone"])
@pytest.mark.parametrize("roles", [BOTH, EVERYBODY, ("user",)])
def test_several_attributes_are_counted_among_their_values(
    conn: Connection,
    roles: tuple[str, ...],
    has_others: bool,
    counted: list[Select[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if has_others:
        monkeypatch.setitem(conn.info, LENDER, lambda work: None)
    parts = [
        search("plan", "has_any_value", None),
        search("seats", "lt", 50),
        search("plan", "is_not", "pro"),
    ]
    for tree in (parts[:2], parts):
        counted.clear()
        ask = Ask(read_filter({"operator": "AND", "value": tree}, FILTER), around(PEOPLE), roles)
        assert count_of(conn, ask, None) == fitting(ask) > 0
        is_of_values = len(tree) == 2 and roles != ("user",)
        assert len(counted) == (2 + has_others if is_of_values else 1)


@pytest.mark.parametrize(
    ("tree", "a_look", "column"),
    [
        # The index of sessions tells both; that of days has fewer, who have to be looked at.
        ({"operator": "AND", "value": [SESSIONS, OF_A_DAY]}, 1, "created_at"),
        ({"operator": "AND", "value": [SESSIONS, OF_A_DAY]}, 1_000, "session_count"),
        ({"operator": "OR", "value": [OF_A_DAY, OF_A_DAY]}, 1, "few of each"),
        ({"operator": "OR", "value": [OF_A_DAY, OF_A_DAY]}, 1_000, "everybody"),
    ],
)
def test_far_fewer_are_looked_at_each_where_an_index_tells_many(
    conn: Connection,
    tree: object,
    a_look: int,
    column: str,
    gathered_from: list[Source | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counting, "A_LOOK", a_look)
    ask = Ask(read_filter(tree, FILTER), around(PEOPLE), BOTH)
    assert count_of(conn, ask, None) == fitting(ask) > 0
    [source] = gathered_from
    assert column == ("everybody" if source is None else source.column or "few of each")


@pytest.mark.parametrize("part", ["u", "u14"])
def test_ids_of_users_are_looked_up_where_few_have_the_part(
    conn: Connection, part: str, gathered_from: list[Source | None]
) -> None:
    ask = Ask(read_filter(search("external_id", "contains", part), FILTER), around(PEOPLE), BOTH)
    assert count_of(conn, ask, None) == fitting(ask) > 0
    assert [source is None for source in gathered_from] == [part == "u"]


@pytest.mark.parametrize("has_others", [True, False], ids=["with other readers", "alone"])
@pytest.mark.parametrize("asked", [search("phone", "contains", "5"), search("session_count", "gt", 1)])
def test_nothing_is_cut_in_two_for_one_reader(
    conn: Connection,
    asked: object,
    has_others: bool,
    counted: list[Select[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if has_others:
        monkeypatch.setitem(conn.info, LENDER, lambda work: None)
    monkeypatch.setattr(counting, "told_by_histogram", lambda *_: None)
    ask = Ask(read_filter(asked, FILTER), around(PEOPLE), BOTH)
    assert count_of(conn, ask, None) == fitting(ask) > 0
    assert len(counted) == 1 + has_others
