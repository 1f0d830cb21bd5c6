"""A histogram tells exactly how many fit a range, wherever that begins and ends, and reads little to find out."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, and_, delete, select, text, update

from app.search import histograms
from app.search.asking import EVERYBODY, Ask
from app.search.fields import FilterFields, SearchFields
from app.search.histograms import _KNOWN, _beyond, stretches_of, told_by_histogram
from app.search.query import Comparison, Node, read_filter, read_search
from app.storage import bucketing
from app.storage.database import open_database
from app.storage.migrations import migrate
from app.storage.tables import contacts
from app.storage.tables.histograms import LOWEST
from app.storage.tables.histograms import histograms as table
from support.searching import (
    APP,
    ATTRIBUTES,
    DAY,
    NOW,
    Someone,
    around,
    crowd,
    cut_all,
    holds,
    search,
    store_crowd,
    stored,
)

SEARCH, FILTER = SearchFields(ATTRIBUTES), FilterFields(ATTRIBUTES)
BOTH = ("lead", "user")
CITIES = ("", "Accra", "Bern", "Lagos", "Zürich", "王")


def shaped(number: int, one: Someone) -> Someone:
    """Values with gaps between them; whoever has none keeps none. Nobody is a visitor."""
    columns = dict(one.columns)
    columns["role"] = "user" if columns["role"] == "user" else "lead"
    columns["session_count"] = 2 * (number % 20)
    columns["last_seen_at"] = columns["last_seen_at"] and NOW - (number % 25) * DAY
    columns["country"] = columns["city"] and CITIES[number % 6]
    return replace(one, columns=columns)


PEOPLE = [shaped(number, one) for number, one in enumerate(crowd(120, seed=9))]
UNLISTED = {person.id for person in PEOPLE[::9]}
LISTED = [person for person in PEOPLE if person.id not in UNLISTED]


@pytest.fixture(scope="module")
def conn() -> Iterator[Connection]:
    with stored(PEOPLE, crowd(50)) as conn:
        conn.execute(update(contacts).where(contacts.c.id.in_(UNLISTED)).values(listed=False))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bucketing, "SIZE", 4)
            cut_all(conn)
        yield conn


def bounds(conn: Connection, column: str, *roles: str) -> list[Any]:
    """Where buckets begin of anybody with one of the roles, without the first."""
    known = select(table.c.bound).where(
        table.c.field == column, table.c.app_id == APP, table.c.role.in_(roles)
    )
    return sorted(set(conn.execute(known).scalars()))[1:]


def around_bounds(conn: Connection, column: str) -> list[float]:
    """Each bound, what lies between two of them, and what lies below all values and above."""
    known = bounds(conn, column, *BOTH)
    assert len(known) > 5
    between = [(one + other) / 2 for one, other in pairwise(known)]
    return [known[0] - 100 * DAY, *known, *between, known[-1] + 100 * DAY]


def of_rest(field: str, operator: str, value: object = None) -> Node:
    return read_search(search(field, operator, value), SEARCH)


def of_list(field: str, operator: str, value: object = None) -> Node:
    return read_filter(search(field, operator, value), FILTER)


def told(conn: Connection, asked: Node, roles: tuple[str, ...] = BOTH, now: float = NOW) -> int | None:
    assert isinstance(asked, Comparison)
    return told_by_histogram(conn, Ask(asked, replace(around(PEOPLE), now=now), roles), asked)


def fitting(asked: Node, roles: tuple[str, ...] = BOTH) -> int:
    return sum(person.columns["role"] in roles and holds(asked, person) for person in LISTED)


@pytest.mark.parametrize("roles", [BOTH, ("user",), EVERYBODY], ids=str)
@pytest.mark.parametrize("operator", ["=", ">", "<", ">=", "<="])
def test_numbers_are_told_on_both_sides_of_every_bound(
    conn: Connection, operator: str, roles: tuple[str, ...]
) -> None:
    seen = set()
    for value in around_bounds(conn, "session_count"):
        asked = of_rest("session_count", operator, value)
        assert told(conn, asked, roles) == fitting(asked, roles), value
        seen.add(fitting(asked, roles))
    assert 0 in seen
    assert len(seen) > (1 if operator == "=" else 5)


@pytest.mark.parametrize("operator", ["after", "before", "on"])
@pytest.mark.parametrize("field", ["last_seen_at", "created_at", "signed_up_at"])
def test_days_of_the_calendar_are_told(conn: Connection, field: str, operator: str) -> None:
    for value in around_bounds(conn, field):
        asked = of_list(field, operator, value)
        assert told(conn, asked) == fitting(asked), value


@pytest.mark.parametrize(
    "operator", ["more_than_days_ago", "less_than_days_ago", "exactly_days_ago"], ids=lambda one: one[:4]
)
def test_days_back_from_now_are_told_to_the_instant(conn: Connection, operator: str) -> None:
    found = FILTER.find("last_seen_at")
    assert found is not None
    for value in around_bounds(conn, "last_seen_at"):
        # The instant asked for is a bound, or the last or first beside it.
        for off in (-0.5, 0.0, 0.5):
            days = (NOW - value - off) / DAY
            asked = Comparison(found, operator, days)  # type: ignore[arg-type]
            assert told(conn, asked) == fitting(asked), days


@pytest.mark.parametrize("value", [*CITIES[1:], "A", "Accra ", "Berm", "Zz", "\x7f", "🐚"])
@pytest.mark.parametrize("roles", [BOTH, ("lead",)], ids=str)
def test_a_text_is_told(conn: Connection, value: str, roles: tuple[str, ...]) -> None:
    asked = of_rest("location.country", "=", value)
    assert told(conn, asked, roles) == fitting(asked, roles)
    assert (fitting(asked) > 0) == (value in CITIES)


@pytest.mark.parametrize("column", LOWEST)
def test_who_has_any_value_is_told_of_every_column(conn: Connection, column: str) -> None:
    name = f"location.{column}" if column in ("country", "region", "city") else column
    asked = of_list(name, "has_any_value")
    assert told(conn, asked) == fitting(asked)
    assert told(conn, asked, ("user",)) == fitting(asked, ("user",))


def test_nobody_is_told_of_a_role_that_nobody_has(conn: Connection) -> None:
    for asked in (
        of_rest("session_count", ">", -1),
        of_rest("session_count", "<", 99),
        of_list("last_seen_at", "has_any_value"),
        of_rest("location.country", "=", "Lagos"),
    ):
        assert fitting(asked) > 0
        assert told(conn, asked, ("visitor",)) == 0


@pytest.mark.parametrize("ends", [(10, 10), (30, 10), (11, 9), (-5, -9), (900, 100)])
def test_nobody_lies_in_a_range_that_ends_before_it_begins(
    conn: Connection, ends: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    begins, end = ends
    column = contacts.c.session_count
    monkeypatch.setattr(histograms, "clause_of", lambda *_, **__: and_(column > begins, column <= end))
    assert told(conn, of_rest("session_count", "=", 1)) == 0


@pytest.mark.parametrize("ends", [(10, 12), (9, 31), (-5, 900), (0, 1)])
def test_a_range_with_two_ends_is_told(
    conn: Connection, ends: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    begins, end = ends
    column = contacts.c.session_count
    monkeypatch.setattr(histograms, "clause_of", lambda *_, **__: and_(column >= begins, column < end))
    expected = sum(begins <= person.columns["session_count"] < end for person in LISTED)
    assert told(conn, of_rest("session_count", "=", 1)) == expected > 0


@pytest.mark.parametrize(
    "asked",
    [
        of_rest("session_count", "IN", [1, 2]),
        of_rest("location.country", "IN", ["Bern", "Lagos"]),
        of_rest("session_count", "!=", 2),
        of_rest("location.country", "!=", "Lagos"),
        of_rest("location.country", "~", "ag"),
        of_rest("location.country", "!~", "ag"),
        of_rest("location.country", "^", "La"),
        of_rest("location.country", "$", "os"),
        of_list("location.country", "is_unknown"),
        of_list("last_seen_at", "is_unknown"),
        of_list("created_at", "is_unknown"),
        of_rest("name", "=", "Ada"),
        of_rest("email", "=", "ada@example.com"),
        of_rest("external_id", "=", "u1"),
        of_list("name", "has_any_value"),
        of_rest("language_override", "=", "en"),
        of_rest("ios_last_seen_at", ">", NOW),
        of_rest("role", "=", "user"),
        of_list("seats", "gt", 1),
        of_list("tag", "is", "VIP"),
        of_list("online", "is", True),
        of_rest("android_device", "=", "x"),
    ],
    ids=lambda asked: f"{asked.field.name} {asked.operator}",
)
def test_what_is_no_range_of_a_column_with_a_histogram_is_not_told(conn: Connection, asked: Node) -> None:
    assert told(conn, asked) is None


@pytest.mark.parametrize("roles", [BOTH, ("user",), ("visitor",)], ids=str)
@pytest.mark.parametrize(
    "asked",
    [
        *(of_rest("session_count", operator, value) for operator in ("=", ">", "<=") for value in (-1, 12, 13, 99)),
        *(of_list("last_seen_at", operator, NOW - 9 * DAY) for operator in ("after", "on", "before")),
        *(of_list("signed_up_at", "exactly", days) for days in (-1, 0, 1.5)),
        *(of_rest("location.country", "=", value) for value in ("Lagos", "Zz")),
        of_list("last_seen_at", "has_any_value"),
    ],
    ids=lambda asked: f"{asked.field.name} {asked.operator} {asked.value}",
)  # fmt: skip
def test_whoever_fits_lies_in_one_of_the_stretches(
    conn: Connection, asked: Comparison, roles: tuple[str, ...]
) -> None:
    stretches = stretches_of(conn, Ask(asked, around(PEOPLE), roles), asked)
    assert stretches is not None
    found: list[str] = []
    for stretch in stretches:
        column = contacts.c[asked.field.column or ""]
        there = select(contacts.c.id, contacts.c.created_at).where(
            contacts.c.app_id == APP,
            contacts.c.role == stretch.role,
            contacts.c.listed.is_(True),
            *stretch.conditions(column),
        )
        rows = conn.execute(there).all()
        assert len(rows) <= stretch.count
        assert all(row.created_at <= stretch.newest for row in rows)
        found += [row.id for row in rows]
    fit = [one.id for one in LISTED if one.columns["role"] in roles and holds(asked, one)]
    assert sorted(found) == sorted(fit)
    newest = [stretch.newest for stretch in stretches]
    assert newest == sorted(newest, reverse=True)


def test_stretches_of_what_is_no_range_are_not_told(conn: Connection) -> None:
    asked = of_rest("location.country", "~", "ag")
    assert isinstance(asked, Comparison)
    assert stretches_of(conn, Ask(asked, around(PEOPLE), BOTH), asked) is None


async def test_on_postgresql_nothing_is_told(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    await database.write(lambda conn: store_crowd(conn, PEOPLE[:10]))
    asked = of_rest("session_count", ">", 1)
    assert await database.read(lambda conn: told(conn, asked)) is None
    assert await database.read(lambda conn: told(conn, of_list("last_seen_at", "has_any_value"))) is None
    await database.close()


# How SQLite goes about it.


def plan_of(conn: Connection, statement: Any, **given: Any) -> list[str]:
    asked = {"app_id": "uaaaaaaa", "role": "lead", **given}
    return [row[3] for row in conn.execute(text(f"EXPLAIN QUERY PLAN {statement.text}"), asked)]


@pytest.mark.parametrize("side", [">", ">="])
@pytest.mark.parametrize("column", LOWEST)
def test_beyond_an_end_whole_buckets_are_added_and_a_stretch_of_the_index_is_read(
    conn: Connection, column: str, side: str
) -> None:
    led = {"created_at", "updated_at", "last_seen_at", "signed_up_at", "session_count"}
    index = f"contacts_role_by_{column}" if column in led else f"contacts_of_known_{column}"
    plan = plan_of(conn, _beyond(column, side), value=1)
    key = "app_id=? AND role=?"
    index_of_buckets = f"INDEX histograms_bucket ({key} AND field=? AND bound>?)"
    buckets = [f"SEARCH histograms USING {kind}{index_of_buckets}" for kind in ("", "COVERING ")]
    assert [step for step in plan if "histograms" in step] == buckets
    # From the end to the next bound, and no further.
    stretch = f"SEARCH contacts USING COVERING INDEX {index} ({key} AND {column}>? AND {column}<?)"
    assert [step for step in plan if "contacts" in step] == [stretch]
    assert not [step for step in plan if step.startswith("SCAN") and step != "SCAN CONSTANT ROW"]


def test_who_has_any_value_is_told_by_buckets_alone(conn: Connection) -> None:
    assert plan_of(conn, _KNOWN, field="country") == [
        "SEARCH histograms USING INDEX histograms_bucket (app_id=? AND role=? AND field=?)"
    ]


def test_no_more_is_read_of_the_index_than_one_bucket(conn: Connection) -> None:
    """Whoever lies beyond the next bound need not be there for it; those before it have to be."""
    column = contacts.c.created_at
    bound, after = bounds(conn, "created_at", "lead")[1:3]
    field = FILTER.find("created_at")
    assert field is not None
    asked = Comparison(field, "less_than_days_ago", (NOW - bound - 0.25) / DAY)
    with conn.begin_nested() as savepoint:
        conn.execute(text("DROP TRIGGER contacts_count_leavers"))
        conn.execute(delete(contacts).where(column >= after))
        assert told(conn, asked, ("lead",)) == fitting(asked, ("lead",))
        conn.execute(delete(contacts).where(column > bound + 0.25))
        assert told(conn, asked, ("lead",)) < fitting(asked, ("lead",))
        savepoint.rollback()
