"""How the database goes about a search: by which index, and without a look at each."""

from collections.abc import Iterator
from operator import ge, lt
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from app.search.asking import EVERYBODY, Ask, Order
from app.search.clauses import clause_of, closed
from app.search.counting import (
    count_apart,
    count_gathered,
    count_of_values,
    count_within,
    ends_of,
    halves_at,
    halves_of,
    outside_of,
    sample_of,
)
from app.search.cursor import Place
from app.search.fields import FilterFields, SearchFields
from app.search.finding import ids_gathered, newest_of
from app.search.histograms import Stretch
from app.search.query import And, Comparison, Node, Or, comparisons_of, read_filter
from app.search.sources import is_told_by_an_index, is_told_by_index, rows_of, sources_of
from app.search.walks import ids_on_walk, place_on_walk, stretches
from app.storage.tables import contacts, metadata
from support.plans import plan_of, rest
from support.searching import ATTRIBUTES, NOW, around, search

NEWEST = Order()
SEARCH, FILTER = SearchFields(ATTRIBUTES), FilterFields(ATTRIBUTES)
BOTH = ("lead", "user")
HERE = around([])


@pytest.fixture(scope="module")
def conn() -> Iterator[Connection]:
    """An empty database: which index serves is a matter of the tables alone."""
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        yield conn
    engine.dispose()


def of_list(field: str, operator: str, value: object = None) -> Node:
    return read_filter(search(field, operator, value), FILTER)


@pytest.mark.parametrize(
    ("node", "index"),
    [
        (rest("email", "=", "ada@example.com"), "contacts_email"),
        (rest("email", "~", "ada"), "contacts_email"),
        (rest("email", "^", "Ada"), "contacts_email (app_id=? AND email_key>? AND email_key<?)"),
        (of_list("email", "contains", "Ada"), "contacts_email"),
        (of_list("email", "starts_with", "Ada"), "contacts_email (app_id=? AND email_key>? AND email_key<?)"),
        (rest("external_id", "~", "u1"), "contacts_external_id"),
        (rest("email_domain", "=", "example.com"), "contacts_email"),
        (rest("name", "~", "ada"), "contacts_of_known_name"),
        (rest("location.city", "=", "Lagos"), "contacts_of_known_city"),
        (rest("os", "~", "mac"), "contacts_of_known_os"),
        (rest("email", "IN", ["ada@example.com", "b@example.com"]), "contacts_email"),
        (rest("id", "=", "a" * 24), "sqlite_autoindex_contacts_1"),
        (rest("created_at", ">", NOW), "contacts_role_by_created_at"),
        (rest("created_at", "=", NOW), "contacts_role_by_created_at"),
        (rest("updated_at", "<", NOW), "contacts_role_by_updated_at"),
        (rest("last_seen_at", "<", NOW), "contacts_role_by_last_seen_at"),
        (rest("session_count", ">=", 5), "contacts_role_by_session_count"),
        (rest("signed_up_at", ">", NOW), "contacts_role_by_signed_up_at"),
        (
            rest("signed_up_at", "=", None),
            "contacts_role_by_signed_up_at (app_id=? AND role=? AND signed_up_at=?)",
        ),
        (
            of_list("last_seen_at", "has_any_value"),
            "contacts_role_by_last_seen_at (app_id=? AND role=? AND last_seen_at>?)",
        ),
        (rest("name", "=", "Ada"), "contacts_of_known_name"),
        (rest("phone", "=", "+1"), "contacts_of_known_phone"),
        (rest("owner_id", "=", 7), "contacts_of_known_owner_id"),
        (rest("last_replied_at", ">", NOW), "contacts_of_known_last_replied_at"),
        (rest("last_contacted_at", ">", NOW), "contacts_of_known_last_contacted_at"),
        (rest("external_id", "=", "u1"), "contacts_external_id"),
        (rest("custom_attributes.plan", "=", "pro"), "attribute_values_by_text"),
        (rest("custom_attributes.plan", "~", "pro"), "attribute_values_by_text"),
        (rest("custom_attributes.seats", ">", 3), "attribute_values_by_number"),
        (rest("custom_attributes.renews_at", "=", NOW), "attribute_values_by_number"),
        (rest("tag_id", "=", 3), "taggings_of_tag"),
        (rest("company_id", "=", "acme"), "contact_companies_of_company"),
    ],
)
def test_an_index_serves(conn: Connection, node: Node, index: str) -> None:
    [source] = sources_of(node, HERE)
    ask = Ask(node, HERE, BOTH)
    gathered = ids_gathered(ask, source)
    for statement in (rows_of(source, 10), count_gathered(ask, source), gathered):
        plan = plan_of(conn, statement)
        # Whoever is sorted is looked up besides.
        assert (index.rsplit(maxsplit=1)[-1] if statement is gathered else index) in plan, plan
        assert "SCAN contacts" not in plan, plan
        assert "SCAN attribute_values" not in plan, plan


@pytest.mark.parametrize("column", ["created_at", "updated_at", "last_seen_at", "session_count", "name_key"])
@pytest.mark.parametrize("roles", [EVERYBODY, ("user",), BOTH])
@pytest.mark.parametrize("descending", [True, False])
def test_a_walk_goes_along_the_index_of_its_order(
    conn: Connection, column: str, roles: Any, descending: bool
) -> None:
    ask = Ask(rest("custom_attributes.plan", "=", "pro"), HERE, roles, Order(column, descending))
    after = Place("x" if column == "name_key" else 5.0, "a" * 24)
    index = f"contacts_role_by_{column} (app_id=? AND role=?"
    walk = plan_of(conn, ids_on_walk(ask, 51, after=after, until=after))
    assert walk.count(f"SEARCH contacts USING COVERING INDEX {index} AND {column}") == len(roles)
    ahead = plan_of(conn, place_on_walk(ask, after, 100))
    assert ahead.count(f"{index} AND {column}") == len(roles)
    if column == "last_seen_at":
        unknown = plan_of(conn, ids_on_walk(ask, 51, after=None, until=None, of_unknown=True))
        assert unknown.count("_by_last_seen_at (app_id=?") == len(roles)
        assert "RIGHT PART" not in unknown
    # Only where several roles are laid together their first ones are sorted.
    sorted_parts = (walk + ahead).count("TEMP B-TREE")
    assert sorted_parts == (0 if len(roles) == 1 else sorted_parts)
    assert "RIGHT PART" not in walk + ahead


@pytest.mark.parametrize(
    ("operator", "descending", "bounds"),
    [
        ("<", True, "{0}<?"),
        (">", False, "{0}>?"),
        ("=", True, "{0}>? AND {0}<?"),
        ("=", False, "{0}>? AND {0}<?"),
    ],
)
@pytest.mark.parametrize("column", ["created_at", "last_seen_at", "signed_up_at"])
def test_a_walk_begins_where_those_begin_who_fit(
    conn: Connection, column: str, operator: str, descending: bool, bounds: str
) -> None:
    ask = Ask(rest(column, operator, NOW), HERE, ("user",), Order(column, descending))
    for first in (ids_on_walk(ask, 51, after=None, until=None), place_on_walk(ask, None, 100)):
        plan = plan_of(conn, first)
        assert f"_{column} (app_id=? AND role=? AND {bounds.format(column)})" in plan
        assert "TEMP B-TREE" not in plan
    assert stretches(ask, None) == [False]


@pytest.mark.parametrize("descending", [True, False])
def test_a_further_page_is_walked_to_from_its_place(conn: Connection, descending: bool) -> None:
    ask = Ask(rest("created_at", "=", NOW), HERE, ("user",), Order("created_at", descending))
    plan = plan_of(conn, ids_on_walk(ask, 51, after=Place(NOW, "a" * 24), until=None))
    assert f"(app_id=? AND role=? AND created_at{'<' if descending else '>'}?)" in plan


def test_the_newest_are_asked_when_they_signed_up_without_a_look_at_each(conn: Connection) -> None:
    ask = Ask(rest("signed_up_at", "<", NOW), HERE, BOTH, NEWEST)
    plan = plan_of(conn, ids_on_walk(ask, 51, after=None, until=None))
    assert plan.count("COVERING INDEX contacts_role_by_created_at (app_id=? AND role=?)") == 2


@pytest.mark.parametrize(
    "node",
    [
        rest("created_at", ">", NOW),
        rest("updated_at", "<", NOW),
        rest("last_seen_at", "<", NOW),
        rest("session_count", ">=", 5),
        rest("signed_up_at", ">", NOW),
        rest("phone", "~", "1"),
        rest("owner_id", "=", 7),
        rest("location.city", "=", "Lagos"),
        rest("os", "~", "mac"),
        rest("email", "~", "ada"),
    ],
)
def test_who_fits_one_comparison_is_counted_without_a_look_at_each(conn: Connection, node: Node) -> None:
    [source] = sources_of(node, HERE)
    ask = Ask(node, HERE, BOTH)
    for statement in (count_gathered(ask, source), rows_of(source, 10)):
        assert "USING COVERING INDEX" in plan_of(conn, statement)


@pytest.mark.parametrize("roles", [BOTH, ("user",)])
@pytest.mark.parametrize(
    ("node", "index"),
    [
        (rest("last_contacted_at", "<", NOW), "contacts_of_known_last_contacted_at"),
        (rest("last_seen_at", "<", NOW), "contacts_role_by_last_seen_at"),
        (rest("session_count", "=", 7), "contacts_role_by_session_count"),
        (rest("signed_up_at", "=", None), "contacts_role_by_signed_up_at"),
        (rest("owner_id", "=", 7), "contacts_of_known_owner_id"),
        (rest("phone", "~", "1"), "contacts_of_known_phone"),
    ],
)
def test_whom_one_index_finds_it_puts_newest_first_without_a_look_at_each(
    conn: Connection, node: Comparison, index: str, roles: Any
) -> None:
    [source] = sources_of(node, HERE, roles)
    for after in (None, Place(NOW, "a" * 24)):
        [reads, *sorts] = plan_of(conn, ids_gathered(Ask(node, HERE, roles), source, after)).splitlines()
        assert reads.startswith(f"SEARCH contacts USING COVERING INDEX {index} (app_id=? AND role=? AND ")
        assert sorts == ["USE TEMP B-TREE FOR ORDER BY"]
    # What else is asked, or asked in which order, the index does not have.
    further = And((node, rest("location.city", "=", "Lagos")))
    for ask in (Ask(further, HERE, roles), Ask(node, HERE, roles, Order("name_key"))):
        assert "COVERING" not in plan_of(conn, ids_gathered(ask, source))


@pytest.mark.parametrize(
    ("other", "index"),
    [
        (rest("last_seen_at", "<", NOW), "contacts_role_by_last_seen_at"),
        (rest("signed_up_at", ">", NOW), "contacts_role_by_"),
        (rest("session_count", "=", 7), "contacts_role_by_session_count"),
    ],
)
def test_what_is_asked_besides_of_the_newest_one_index_tells(
    conn: Connection, other: Node, index: str
) -> None:
    both, either = (group((rest("created_at", ">", NOW), other)) for group in (And, Or))
    ask = Ask(both, HERE, BOTH)
    [source] = [one for one in sources_of(both, HERE) if one.answered is other]
    assert is_told_by_index(ask, source)
    assert f"COVERING INDEX {index}" in plan_of(conn, count_gathered(ask, source))
    ask = Ask(either, HERE, BOTH)
    assert is_told_by_an_index(ask)
    assert f"COVERING INDEX {index}" in plan_of(conn, count_gathered(ask, None))
    assert not is_told_by_an_index(Ask(And((both, rest("name", "=", "Ada"))), HERE, BOTH))
    # An index of those who have a phone does not tell who is new.
    assert not is_told_by_an_index(
        Ask(Or((rest("created_at", ">", NOW), rest("phone", "~", "1"))), HERE, BOTH)
    )


@pytest.mark.parametrize(
    ("node", "ranges"),
    [
        (rest("created_at", ">", NOW), ["role_by_created_at (app_id=? AND role=? AND created_at<?)"]),
        (
            rest("last_seen_at", "=", NOW),
            [f"role_by_last_seen_at (app_id=? AND role=? AND last_seen_at{one}?)" for one in "<>="],
        ),
        (rest("session_count", ">=", 5), ["role_by_session_count (app_id=? AND role=? AND session_count<?)"]),
        (
            rest("session_count", "=", 5),
            [f"role_by_session_count (app_id=? AND role=? AND session_count{one}?)" for one in "<>"],
        ),
        (rest("email", "!=", None), ["email (app_id=? AND email_key=? AND role=? AND listed=?)"]),
    ],
)
def test_who_does_not_fit_is_counted_in_ranges_without_a_look_at_each(
    conn: Connection, node: Node, ranges: list[str]
) -> None:
    assert isinstance(node, Comparison)
    outside = outside_of(node, HERE)
    assert outside is not None
    plans = [plan_of(conn, count_within(Ask(node, HERE, BOTH), node, part)) for part in outside]
    assert plans == [f"SEARCH contacts USING COVERING INDEX contacts_{one}" for one in ranges]


@pytest.mark.parametrize(
    ("operator", "ranges"), [(">", ["{0}>? AND {0}<?", "{0}>?"]), ("<", ["{0}<?", "{0}>? AND {0}<?"])]
)
def test_the_halves_of_a_range_are_ranges(conn: Connection, operator: str, ranges: list[str]) -> None:
    for name, at in (("created_at", NOW), ("last_seen_at", NOW), ("session_count", 5)):
        node = rest(name, operator, at)
        assert isinstance(node, Comparison)
        keys = [*range(-20, 40), *(NOW + n * 86_400 for n in range(1, 22))]
        halves = halves_of(clause_of(node, HERE, is_open=True), keys)
        assert halves is not None
        plans = [plan_of(conn, count_within(Ask(node, HERE, BOTH), node, half)) for half in halves]
        index = f"SEARCH contacts USING COVERING INDEX contacts_role_by_{name} (app_id=? AND role=? AND "
        assert plans == [f"{index}{one.format(name)})" for one in ranges]


@pytest.mark.parametrize(
    ("field", "index", "column"),
    [
        ("name", "of_known_name (app_id=? AND role=?", "name"),
        ("phone", "of_known_phone (app_id=? AND role=?", "phone"),
        ("email", "email (app_id=?", "email_key"),
    ],
)
def test_an_index_is_read_through_in_two_halves(
    conn: Connection, field: str, index: str, column: str
) -> None:
    ask = Ask(rest(field, "~", "ada"), HERE, BOTH)
    [source] = sources_of(ask.tree, HERE)
    assert source.column == column
    halves = halves_at(contacts.c[column], [f"{n}" for n in range(20)])
    assert halves is not None
    plans = [plan_of(conn, count_gathered(ask, source).where(half)) for half in halves]
    begins = f"SEARCH contacts USING COVERING INDEX contacts_{index} AND {column}>?"
    assert plans == [f"{begins} AND {column}<?)", f"{begins})"]


def test_few_who_are_looked_at_each_are_found_by_the_index_that_has_few(conn: Connection) -> None:
    parts = [search("session_count", "gt", 1), search("created_at", "less_than", 2)]
    tree = read_filter({"operator": "AND", "value": parts}, FILTER)
    few = next(source for source in sources_of(tree, HERE) if source.column == "created_at")
    plan = plan_of(conn, count_gathered(Ask(tree, HERE, BOTH), few))
    assert plan == (
        "SEARCH contacts USING INDEX contacts_role_by_created_at (app_id=? AND role=? AND created_at>?)"
    )


def test_a_sample_is_found_by_ids(conn: Connection) -> None:
    for roles in (BOTH, EVERYBODY, ("user",)):
        ask = Ask(rest("created_at", ">", NOW), HERE, roles)
        ends, sample = (
            plan_of(conn, ends_of(ask)),
            plan_of(conn, sample_of(ask, "created_at", "0" * 24, "f" * 24)),
        )
        assert ends.count("SEARCH contacts USING COVERING INDEX sqlite_autoindex_contacts_1 (app_id=?)") == 2
        assert "SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (app_id=? AND id=?)" in sample
        assert "USING COVERING INDEX sqlite_autoindex_contacts_1 (app_id=? AND id>?)" in sample


def test_those_with_attributes_who_are_not_to_be_found_have_an_index(conn: Connection) -> None:
    for roles in (BOTH, EVERYBODY):
        ask = Ask(rest("custom_attributes.plan", "=", "pro"), HERE, roles)
        assert "SEARCH contacts USING INDEX contacts_apart (app_id=?" in plan_of(conn, count_apart(ask))


def test_several_attributes_are_counted_from_their_indexes_alone(conn: Connection) -> None:
    parts = [search("plan", "has_any_value", None), search("seats", "lt", 50)]
    ask = Ask(read_filter({"operator": "AND", "value": parts}, FILTER), HERE)
    first, _ = sources_of(ask.tree, HERE)
    _, other = comparisons_of(ask.tree)
    plan = plan_of(conn, count_of_values(ask, first.ids, [other]))
    half = closed(first.ids.selected_columns[0]) < "8" * 24
    assert plan_of(conn, count_of_values(ask, first.ids.where(half), [other])) == plan
    assert "COVERING INDEX attribute_values_by_text (app_id=? AND attribute_id=?" in plan
    assert "attribute_values USING PRIMARY KEY (app_id=? AND contact_id=? AND attribute_id=?)" in plan
    assert "contacts" not in plan


def test_what_no_index_knows_has_no_source() -> None:
    for node in (
        rest("external_id", "!~", "ada"),
        of_list("email", "contains", "é"),
        rest("email", "!=", "a@example.com"),
        rest("custom_attributes.plan", "!=", "pro"),
        rest("ios_device", "=", "x"),
        rest("online", "=", False),
    ):
        assert sources_of(node, HERE) == []


def test_one_of_several_has_a_source_where_each_has() -> None:
    known = [
        search("plan", "is", "pro"),
        search("email", "is", "a@example.com"),
        search("external_id", "is", "u1"),
    ]
    assert len(sources_of(read_filter({"operator": "OR", "value": known}, FILTER), HERE)) == 1
    unknown = [*known, search("avatar", "contains", "a")]
    assert sources_of(read_filter({"operator": "OR", "value": unknown}, FILTER), HERE) == []
    assert len(sources_of(read_filter({"operator": "AND", "value": unknown}, FILTER), HERE)) == 3


@pytest.mark.parametrize(
    ("node", "index"),
    [
        (rest("signed_up_at", "<", NOW), "contacts_role_by_signed_up_at"),
        (rest("last_contacted_at", "=", NOW), "contacts_of_known_last_contacted_at"),
        (rest("session_count", ">", 5), "contacts_role_by_session_count"),
        (rest("location.city", "=", "Lagos"), "contacts_of_known_city"),
    ],
)
def test_the_newest_are_looked_for_in_one_stretch_of_an_index(
    conn: Connection, node: Node, index: str
) -> None:
    assert isinstance(node, Comparison)
    ask = Ask(node, HERE, ("user",))
    [source] = sources_of(node, HERE, ask.roles)
    column = contacts.c[str(source.column)]
    stretch = Stretch("user", (ge, 3.5), (lt, 4.5), 4, NOW)
    plan = plan_of(conn, newest_of(ask, source, stretch, 50, Place(NOW, "a" * 24)))
    assert f"COVERING INDEX {index} (app_id=? AND role=? AND {column.name}>? AND {column.name}<?)" in plan
