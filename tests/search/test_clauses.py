"""What a tree finds: the rules by their tables, and SQL against plain Python."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, false, true

from app.ids import ContactId
from app.search.clauses import Around, clause_of, holders_of, listed_texts
from app.search.fields import FilterFields, SearchFields
from app.search.query import Comparison, Node, comparisons_of, read_filter, read_search
from app.storage.database import open_database
from app.storage.migrations import migrate
from support.searching import (
    APP,
    ATTRIBUTES,
    DAY,
    NAMES,
    NOW,
    OTHER,
    Someone,
    around,
    crowd,
    found,
    found_among,
    holds,
    row_of,
    store_crowd,
    stored,
    with_date,
)

SEARCH, FILTER = SearchFields(ATTRIBUTES), FilterFields(ATTRIBUTES)
PEOPLE = crowd(110)


@pytest.fixture(scope="module")
def conn() -> Iterator[Connection]:
    with stored(PEOPLE, crowd(40)) as conn:
        yield conn


def expected(node: Node, segments: dict[str, Node] | None = None) -> set[ContactId]:
    return {person.id for person in PEOPLE if holds(node, person, segments)}


# Rule R43: texts, numbers and the rest.


@pytest.mark.parametrize(
    ("operator", "value", "names"),
    [
        ("is", "Ada", {"Ada"}),
        ("is", "ada", {"ada"}),
        ("is_not", "Ada", {"ada", "Ada Stone", "Zoë", None}),
        ("contains", "AD", {"Ada", "ada", "Ada Stone"}),
        ("contains", "zOË", {"Zoë"}),
        ("contains", "%", set()),
        ("does_not_contain", "STONE", {"Ada", "ada", "Zoë", None}),
        ("starts_with", "ada s", {"Ada Stone"}),
        ("starts_with", "stone", set()),
        ("ends_with", "STONE", {"Ada Stone"}),
        ("ends_with", "ada", {"Ada", "ada"}),
        ("is_unknown", None, {None}),
        ("has_any_value", None, {"Ada", "ada", "Ada Stone", "Zoë"}),
    ],
)
def test_R43_texts(operator: str, value: str | None, names: set[str | None]) -> None:
    everybody = ["Ada", "ada", "Ada Stone", "Zoë", None]
    people = [named(number, name) for number, name in enumerate(everybody)]
    for field in ("name", "plan"):
        node = read_filter({"field": field, "operator": operator, "value": value}, FILTER)
        ids = found_among(people, node)
        assert {name for person, name in zip(people, everybody, strict=True) if person.id in ids} == names


def named(number: int, name: str | None) -> Someone:
    base = with_date(number, None)
    return Someone(base.id, {**base.columns, "name": name}, {} if name is None else {"plan": name})


@pytest.mark.parametrize(
    ("operator", "value", "seats"),
    [
        ("is", 2, {2}),
        ("is", "2", {2}),
        ("is_not", 2, {1, 3, None}),
        ("gt", 2, {3}),
        ("lt", 2, {1}),
        ("gt", 1.5, {2, 3}),
        ("is_unknown", None, {None}),
        ("has_any_value", None, {1, 2, 3}),
    ],
)
def test_R43_numbers(operator: str, value: object, seats: set[int | None]) -> None:
    counts = [1, 2, 3, None]
    people = [
        Someone(person.id, person.columns, {} if count is None else {"seats": count})
        for count, person in ((count, with_date(n, None)) for n, count in enumerate(counts))
    ]
    node = read_filter({"field": "seats", "operator": operator, "value": value}, FILTER)
    ids = found_among(people, node)
    assert {count for person, count in zip(people, counts, strict=True) if person.id in ids} == seats


def test_an_email_is_one_whatever_its_case_in_search(conn: Connection) -> None:
    person = next(person for person in PEOPLE if person.columns["email"])
    email = person.columns["email"].swapcase()
    search = read_search({"field": "email", "operator": "=", "value": email}, SEARCH)
    assert found(conn, search, around(PEOPLE)) == {person.id}
    assert (
        found(conn, read_filter({"field": "email", "operator": "is", "value": email}, FILTER), around(PEOPLE))
        == set()
    )


@pytest.mark.parametrize("field", ["created_at", "updated_at", "session_count", "id"])
def test_what_is_known_of_everybody_need_not_be_looked_at(field: str) -> None:
    for operator, means in (("is_unknown", false()), ("has_any_value", true())):
        node = read_filter({"field": field, "operator": operator}, FILTER)
        assert clause_of(node, around(PEOPLE)).compare(means)


def test_fields_of_the_description_that_nobody_tells_are_unknown(conn: Connection) -> None:
    for query, everybody in (
        ({"field": "ios_device", "operator": "=", "value": "x"}, False),
        ({"field": "ios_device", "operator": "!=", "value": "x"}, True),
        ({"field": "ios_device", "operator": "=", "value": None}, True),
        ({"field": "last_email_opened_at", "operator": "<", "value": NOW}, False),
        ({"field": "has_hard_bounced", "operator": "=", "value": False}, True),
        ({"field": "has_hard_bounced", "operator": "!=", "value": False}, False),
        ({"field": "has_hard_bounced", "operator": "=", "value": True}, False),
    ):
        ids = found(conn, read_search(query, SEARCH), around(PEOPLE))
        assert len(ids) == (len(PEOPLE) if everybody else 0)


def test_tags_and_companies_by_id_and_in_the_dashboard_by_name(conn: Connection) -> None:
    vip = {person.id for person in PEOPLE if "VIP" in person.tags}
    acme = {person.id for person in PEOPLE if "acme" in person.companies}
    here = around(PEOPLE)
    for value in ("1", 1):
        assert (
            found(conn, read_search({"field": "tag_id", "operator": "=", "value": value}, SEARCH), here)
            == vip
        )
    for value in ("VIP", "vip", "1"):
        assert (
            found(conn, read_filter({"field": "tag", "operator": "is", "value": value}, FILTER), here) == vip
        )
    for value in ("acme", "acme Inc", f"{1:024x}"):
        assert (
            found(conn, read_filter({"field": "company", "operator": "is", "value": value}, FILTER), here)
            == acme
        )
    for value in ("VIP", "9" * 30, "101"):  # the last one is another workspace's
        assert (
            found(conn, read_search({"field": "tag_id", "operator": "=", "value": value}, SEARCH), here)
            == set()
        )


def test_a_text_that_is_listed_twice_comes_once(conn: Connection) -> None:
    assert conn.execute(listed_texts(["b", "a", "b"])).scalars().all() == ["b", "a"]


def test_online_is_asked_of_the_ids_that_are_given(conn: Connection) -> None:
    online = {person.id for person in PEOPLE if person.online}
    yes = read_search({"field": "online", "operator": "=", "value": True}, SEARCH)
    no = read_search({"field": "online", "operator": "!=", "value": "true"}, SEARCH)
    assert found(conn, yes, around(PEOPLE)) == online
    assert found(conn, no, around(PEOPLE)) == {person.id for person in PEOPLE} - online
    assert found(conn, yes, Around(APP, NOW)) == set()


def test_a_segment_stands_for_its_filter(conn: Connection) -> None:
    segments = {"abc": read_filter({"field": "owner_id", "operator": "gt", "value": 0}, FILTER)}
    here = around(PEOPLE, segments)
    inside = read_search({"field": "segment_id", "operator": "=", "value": "abc"}, SEARCH)
    outside = read_search({"field": "segment_id", "operator": "!=", "value": "abc"}, SEARCH)
    assert found(conn, inside, here) == expected(segments["abc"])
    assert found(conn, outside, here) == {person.id for person in PEOPLE} - expected(segments["abc"])
    unheard_of = read_search({"field": "segment_id", "operator": "=", "value": "zzz"}, SEARCH)
    assert found(conn, unheard_of, here) == set()


# Any tree at all.

texts = st.sampled_from(
    [*NAMES, "a", "A", "da", "É", "%", "_", "[", "]", "*", "pro", "ben.1@example.com", "example.com"]
)
numbers = st.sampled_from([0, 1, 1.5, 2, "2", -1])
moments = st.sampled_from([NOW, NOW - DAY, int(NOW) + 40_000, "2023-11-14", str(int(NOW))])
days = st.sampled_from([-3, -1, 0, 1, 2, 0.5])
SEGMENTS = {
    "everyone": {"field": "id", "operator": "has_any_value"},
    "few": {"field": "seats", "operator": "gt", "value": 1},
}


def comparison(
    fields: list[str], operators: list[str], values: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"field": st.sampled_from(fields), "operator": st.sampled_from(operators), "value": values}
    )


TEXTS = ["name", "email", "email_domain", "external_id", "phone", "location.city", "plan", "Häuser", "id"]
NUMBERS = ["session_count", "owner_id", "seats", "score"]
DATES = ["created_at", "updated_at", "signed_up_at", "last_seen_at", "renews_at"]
BOOLEANS = ["unsubscribed_from_emails", "trial", "has_hard_bounced"]
WHETHER = ["is_unknown", "has_any_value"]
filters = st.one_of(
    comparison(TEXTS, ["is", "is_not", "contains", "does_not_contain", "starts_with", "ends_with"], texts),
    comparison([*TEXTS, *NUMBERS, *DATES, *BOOLEANS, "tag", "company"], WHETHER, st.none()),
    comparison(NUMBERS, ["is", "is_not", "gt", "lt"], numbers),
    comparison(DATES, ["after", "on", "before"], moments),
    comparison(DATES, ["more_than", "less_than", "exactly"], days),
    comparison(BOOLEANS, ["is", "is_not"], st.booleans()),
    comparison(["role"], ["is", "is_not"], st.sampled_from(["user", "lead", "visitor"])),
    comparison(["tag"], ["is", "is_not"], st.sampled_from(["VIP", "beta", "none"])),
    comparison(["company"], ["is", "is_not"], st.sampled_from(["acme", "globex", "none"])),
    comparison(["online"], ["is", "is_not"], st.booleans()),
    comparison(["segment"], ["is", "is_not"], st.sampled_from(["everyone", "few", "none"])),
)


def group(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"operator": st.sampled_from(["AND", "OR"]), "value": st.lists(parts, min_size=1, max_size=4)}
    )


trees = st.one_of(filters, group(st.one_of(filters, group(filters))))


def segments() -> dict[str, Node]:
    return {name: read_filter(tree, FILTER) for name, tree in SEGMENTS.items()}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(tree=trees, is_open=st.booleans())
def test_R43_any_tree_finds_whom_it_says(conn: Connection, tree: object, is_open: bool) -> None:
    node, saved = read_filter(tree, FILTER), segments()
    here = around(PEOPLE, saved)
    assert found(conn, node, here, is_open=is_open) == expected(node, saved)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(asked=filters)
def test_holders_are_those_for_whom_it_holds_each_once(conn: Connection, asked: object) -> None:
    node = read_filter(asked, FILTER)
    assert isinstance(node, Comparison)
    holders = holders_of(node, around(PEOPLE))
    if holders is not None:
        ids = list(conn.execute(holders).scalars())
        assert sorted(ids) == sorted(expected(node))


async def test_postgresql_finds_the_same(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    sample: list[Node] = []

    @settings(max_examples=120, database=None, derandomize=True)
    @given(tree=trees)
    def draw(tree: object) -> None:
        sample.append(read_filter(tree, FILTER))

    draw()
    sample += [
        read_search({"field": "email", "operator": "IN", "value": ["ADA.1@example.com", "x"]}, SEARCH),
        read_search({"field": "session_count", "operator": ">=", "value": 1.5}, SEARCH),
        read_search({"field": "owner_id", "operator": "NIN", "value": [1, "2"]}, SEARCH),
    ]
    saved = segments()
    here = around(PEOPLE, saved)
    try:
        await database.write(lambda conn: store_crowd(conn, PEOPLE))
        for node in sample:
            assert await database.read(lambda conn, node=node: found(conn, node, here)) == expected(
                node, saved
            )  # type: ignore[misc]
            for part in comparisons_of(node):
                holders = holders_of(part, here)
                if holders is not None:
                    ids = await database.read(lambda conn, ask=holders: list(conn.execute(ask).scalars()))  # type: ignore[misc]
                    assert sorted(ids) == sorted(expected(part))
    finally:
        await database.close()


def test_another_workspace_is_never_searched(conn: Connection) -> None:
    for name in ("plan", "tag", "company"):
        node = read_filter({"field": name, "operator": "has_any_value"}, FILTER)
        assert not found(conn, node, Around(OTHER, NOW)) & {
            row_of(APP, person)["id"] for person in PEOPLE[40:]
        }
