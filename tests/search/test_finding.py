"""Pages and counts of those who fit a tree: the same by every way there is, and from indexes."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, delete, event, insert, update

from app.ids import ContactId
from app.search import finding
from app.search.asking import EVERYBODY, Ask, Order
from app.search.counting import count_of
from app.search.cursor import Place
from app.search.fields import FilterFields, SearchFields
from app.search.finding import all_of_few, few_of, places_of
from app.search.query import read_filter, read_search
from app.storage import bucketing
from app.storage.database import open_database
from app.storage.migrations import migrate
from app.storage.tables import contacts, metadata
from support.searching import (
    APP,
    ATTRIBUTES,
    NOW,
    Someone,
    around,
    crowd,
    cut_all,
    holds,
    row_of,
    search,
    store_crowd,
    stored,
)

NEWEST = Order()
SEARCH, FILTER = SearchFields(ATTRIBUTES), FilterFields(ATTRIBUTES)
BOTH = ("lead", "user")
PEOPLE = crowd(120, seed=9)
UNLISTED = {person.id for person in PEOPLE[::7]}
HERE = around(PEOPLE)


@pytest.fixture(scope="module")
def conn() -> Iterator[Connection]:
    with stored(PEOPLE, crowd(30)) as conn:
        conn.execute(update(contacts).where(contacts.c.id.in_(UNLISTED)).values(listed=False))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bucketing, "SIZE", 4)
            cut_all(conn)
        yield conn


leaves = st.sampled_from(
    [
        search("session_count", "gt", 1),
        search("session_count", "is", 2),
        search("session_count", "lt", 3),
        search("created_at", "less_than", 2),
        search("created_at", "more_than", 1),
        search("last_seen_at", "more_than", 1),
        search("last_seen_at", "is_unknown", None),
        search("last_seen_at", "after", NOW - 86_400),
        search("signed_up_at", "on", NOW),
        search("signed_up_at", "exactly", 1),
        search("signed_up_at", "has_any_value", None),
        search("name", "contains", "ada"),
        search("name", "is", "Ada"),
        search("email", "is", "Ada.1@Example.com"),
        search("email", "contains", "EXAMPLE"),
        search("email", "starts_with", "ADA"),
        search("email", "ends_with", "é.example"),
        search("external_id", "is", "u7"),
        search("external_id", "contains", "7"),
        search("owner_id", "has_any_value", None),
        search("id", "is", PEOPLE[3].id),
        search("plan", "is", "pro"),
        search("plan", "is_not", "pro"),
        search("seats", "lt", 3),
        search("tag", "is", "VIP"),
        search("company", "is_unknown", None),
        search("company", "is", "acme"),
        search("online", "is", True),
        search("role", "is", "user"),
        search("segment", "is", "some"),
        search("segment", "is_not", "some"),
    ]
)
groups = st.builds(
    lambda operator, parts: {"operator": operator, "value": parts},
    st.sampled_from(["AND", "OR"]),
    st.lists(leaves, min_size=1, max_size=3),
)
trees = st.one_of(
    leaves,
    groups,
    st.builds(lambda parts: {"operator": "AND", "value": parts}, st.lists(groups, min_size=1, max_size=2)),
)
orders = st.builds(
    Order,
    st.sampled_from(
        ["created_at", "updated_at", "last_seen_at", "session_count", "name_key", "signed_up_at", "email_key"]
    ),
    st.booleans(),
)
SEGMENTS = {"some": read_filter(search("seats", "gt", 1), FILTER)}


def ask_of(tree: object, order: Order = NEWEST, roles: tuple[str, ...] = EVERYBODY) -> Ask:
    return Ask(read_filter(tree, FILTER), around(PEOPLE, SEGMENTS), roles, order)


def in_order(ask: Ask) -> list[str]:
    """Whom a page after the other should hold."""

    def key(person: Someone) -> tuple[bool, Any, str]:
        value = row_of(APP, person)[ask.order.column]
        return value is not None, value if value is not None else 0, person.id

    fitting = [
        person
        for person in PEOPLE
        if person.id not in UNLISTED
        and person.columns["role"] in ask.roles
        and holds(ask.tree, person, SEGMENTS)
    ]
    known = sorted((person for person in fitting if key(person)[0]), key=key)
    unknown = sorted((person for person in fitting if not key(person)[0]), key=key)
    ids = [person.id for person in [*unknown, *known]]
    return ids[::-1] if ask.order.descending else ids


def count(conn: Connection, ask: Ask) -> int:
    return count_of(conn, ask, few_of(conn, ask))


def page(conn: Connection, ask: Ask, size: int, after: Place | None = None, offset: int = 0) -> list[Place]:
    return places_of(conn, ask, few_of(conn, ask), size, after=after, offset=offset)


def paged(conn: Connection, ask: Ask, size: int) -> list[str]:
    """All pages, one after the other."""
    found: list[Place] = []
    for _ in range(len(PEOPLE)):
        more = page(conn, ask, size, found[-1] if found else None)
        found += more
        if len(more) < size:
            break
    return [place.id for place in found]


ways = pytest.mark.parametrize(
    ("few", "short", "many", "read"),
    [
        (-1, 3, 10_000, 0),
        (-1, 3, 0, 0),
        (-1, 1_000, 0, 0),
        (10_000, 5, 0, 0),
        (-1, 3, 0, 10_000),
        (-1, 3, 0, 25),
    ],
    ids=["gathered", "by a long walk", "by a walk", "from few", "by stretches", "by stretches that are many"],
)


@ways
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    tree=trees,
    order=orders,
    roles=st.sampled_from([EVERYBODY, ("user",), ("user", "lead")]),
    size=st.sampled_from([4, 9, 200]),
)
def test_pages_hold_everybody_who_fits_once_and_in_order(
    conn: Connection,
    few: int,
    short: int,
    many: int,
    read: int,
    tree: object,
    order: Order,
    roles: Any,
    size: int,
) -> None:
    ask = ask_of(tree, order, roles)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding, "FEW", few)
        patch.setattr(finding, "SHORT_WALK", short)
        patch.setattr(finding, "MANY", many)
        patch.setattr(finding, "MOST_READ", read)
        assert paged(conn, ask, size) == in_order(ask)
        assert count(conn, ask) == len(in_order(ask))
        assert [place.id for place in page(conn, ask, 5, offset=7)] == in_order(ask)[7:12]
        found = few_of(conn, ask)
        if found is not None:
            assert [place.id for place in all_of_few(conn, ask, found)] == in_order(ask)


@pytest.mark.parametrize(
    ("asked", "many", "walks"),
    [
        # The walk's own index has when people signed up; of when they were contacted it has nothing.
        (search("signed_up_at", "before", NOW + 86_400), 0, [5, None]),
        (search("signed_up_at", "before", NOW + 86_400), 10_000, [5]),
        # Of a page far down most may fit.
        (search("last_seen_at", "before", NOW + 86_400 * 9), 0, [5]),
        (search("last_seen_at", "before", NOW + 86_400 * 9), 40, [5, 40]),
        (search("last_contacted_at", "before", NOW + 86_400), 0, [5]),
        (search("last_contacted_at", "before", NOW + 86_400), 10_000, [5]),
    ],
)
def test_whom_an_index_tells_are_not_walked_to_step_by_step(
    conn: Connection, monkeypatch: pytest.MonkeyPatch, asked: object, many: int, walks: list[int | None]
) -> None:
    taken: list[int | None] = []
    walked = finding._walked

    def walk(*args: Any) -> list[Place] | None:
        taken.append(args[4] if len(args) > 4 else None)
        return walked(*args)

    monkeypatch.setattr(finding, "SHORT_WALK", 5)
    monkeypatch.setattr(finding, "MANY", many)
    monkeypatch.setattr(finding, "MOST_READ", 0)
    monkeypatch.setattr(finding, "_walked", walk)
    places_of(conn, ask_of(asked), None, 15, offset=5)
    assert taken == walks


@pytest.mark.parametrize("field", ["created_at", "signed_up_at", "last_contacted_at", "session_count"])
def test_the_newest_of_many_are_found_in_the_stretches_that_have_them(
    monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    """Who fits is older than a hundred others, and whom the histogram takes for the newest has left."""
    people = []
    for number, one in enumerate(crowd(200)):
        at = NOW - number * 3_600
        dates = {"created_at": at, "signed_up_at": at + 60, "last_contacted_at": at + 120}
        columns = {**one.columns, **dates, "session_count": number, "role": BOTH[number % 2]}
        people.append(Someone(ContactId(f"{number:024x}"), columns))
    is_old = (
        search(field, "gt", 100) if field == "session_count" else search(field, "before", NOW - 4 * 86_400)
    )
    ask = ask_of(is_old, roles=BOTH)
    fitting = [one.id for one in people if holds(ask.tree, one)]
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        store_crowd(conn, people)
        monkeypatch.setattr(bucketing, "SIZE", 8)
        cut_all(conn)
        conn.execute(delete(contacts).where(contacts.c.id.in_(fitting[:3])))
        for name, value in (("SHORT_WALK", 5), ("MANY", 20), ("MOST_READ", 60)):
            monkeypatch.setattr(finding, name, value)
        monkeypatch.setattr(finding, "_further_walks", no_others)
        first = places_of(conn, ask, None, 10)
        second = places_of(conn, ask, None, 10, after=first[-1])
        assert [place.id for place in (*first, *second)] == fitting[3:23]
        # Of a page far down too much would have to be read.
        with pytest.raises(AssertionError):
            places_of(conn, ask, None, 60)
    engine.dispose()


def no_others(*_: object) -> Iterator[None]:
    raise AssertionError


@pytest.mark.parametrize(
    ("asked", "walks"), [(search("name", "contains", "a"), 2), (search("session_count", "gt", 1), 1)]
)
def test_no_index_is_read_through_twice_where_the_page_is_near(
    conn: Connection, monkeypatch: pytest.MonkeyPatch, asked: object, walks: int
) -> None:
    taken: list[object] = []
    walked = finding._walked

    def walk(*args: Any) -> list[Place] | None:
        taken.append(args)
        return walked(*args)

    monkeypatch.setattr(finding, "SHORT_WALK", 1)
    monkeypatch.setattr(finding, "_walked", walk)
    ask = ask_of(asked)
    assert [place.id for place in places_of(conn, ask, None, 4)] == in_order(ask)[:4]
    assert len(taken) == walks


@pytest.mark.parametrize("field", ["name", "email", "external_id", "location.city"])
def test_an_index_is_read_from_end_to_end_once(conn: Connection, field: str) -> None:
    read: list[str] = []

    def note(_conn: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        read.append(statement)

    event.listen(conn, "before_cursor_execute", note)
    try:
        few = few_of(conn, ask_of(search(field, "contains", "nobody has this")))
    finally:
        event.remove(conn, "before_cursor_execute", note)
    assert few is not None
    assert len(read) == 1


def test_an_index_is_not_read_to_its_end_where_another_has_few(conn: Connection) -> None:
    read: list[str] = []

    def note(_conn: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        read.append(statement)

    parts = [search("email", "contains", "nobody has this"), search("id", "is", PEOPLE[3].id)]
    event.listen(conn, "before_cursor_execute", note)
    try:
        few = few_of(conn, ask_of({"operator": "AND", "value": parts}))
    finally:
        event.remove(conn, "before_cursor_execute", note)
    assert few is not None
    assert few.answered is not None
    assert few.answered.field.name == "id"
    assert not any("LIKE" in statement for statement in read)


def test_pages_stay_in_step_while_contacts_come_and_go() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        store_crowd(conn, PEOPLE)
        ask = ask_of(search("id", "has_any_value", None))
        first = page(conn, ask, 10)
        second_as_it_was = page(conn, ask, 10, first[-1])
        # The last of the first page goes, and so does one of the second; somebody comes before both.
        conn.execute(delete(contacts).where(contacts.c.id.in_([first[-1].id, second_as_it_was[4].id])))
        newest = {**PEOPLE[0].columns, "created_at": NOW + 1e6, "external_id": None, "email_key": None}
        conn.execute(insert(contacts), [row_of(APP, Someone("f" * 24, newest))])  # type: ignore[arg-type]
        second = page(conn, ask, 9, first[-1])
        assert second == [place for place in second_as_it_was if place != second_as_it_was[4]]
    engine.dispose()


async def test_postgresql_finds_the_same_pages(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    sample: list[tuple[object, Order, Any]] = []

    @settings(max_examples=60, database=None, derandomize=True)
    @given(tree=trees, order=orders, roles=st.sampled_from([EVERYBODY, ("user",), BOTH]))
    def draw(tree: object, order: Order, roles: Any) -> None:
        sample.append((tree, order, roles))

    draw()

    def work(conn: Connection) -> None:
        store_crowd(conn, PEOPLE)
        conn.execute(update(contacts).where(contacts.c.id.in_(UNLISTED)).values(listed=False))

    try:
        await database.write(work)
        for number, (tree, order, roles) in enumerate(sample):
            ask = ask_of(tree, order, roles)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(finding, "FEW", (-1, 10_000)[number % 2])
                patch.setattr(finding, "SHORT_WALK", (5, 1_000)[number % 3 == 0])
                assert await database.read(lambda conn, ask=ask: paged(conn, ask, 30)) == in_order(ask)  # type: ignore[misc]
                assert await database.read(lambda conn, ask=ask: count(conn, ask)) == len(in_order(ask))  # type: ignore[misc]
    finally:
        await database.close()


@pytest.mark.parametrize("field", ["name", "email_domain", "external_id", "session_count", "company_id"])
async def test_postgresql_takes_a_thousand_values(postgres_url: str, field: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    values = [number if field == "session_count" else f"u{number}" for number in range(1_000)]
    parts = [search(field, "IN", values[:400]), search(field, "NIN", values[400:700])]
    tree = {"operator": "AND", "value": [*parts, search(field, "IN", values[700:])]}
    either = {
        "operator": "OR",
        "value": [search(field, "IN", values[:500]), search(field, "IN", values[500:])],
    }
    try:
        await database.write(lambda conn: store_crowd(conn, PEOPLE))
        for asked in (tree, either):
            ask = Ask(read_search(asked, SEARCH), HERE, EVERYBODY, NEWEST)
            fitting = [person.id for person in PEOPLE if holds(ask.tree, person)]
            found = await database.read(lambda conn, ask=ask: paged(conn, ask, 200))  # type: ignore[misc]
            assert sorted(found) == sorted(fitting)
            assert await database.read(lambda conn, ask=ask: count(conn, ask)) == len(fitting)  # type: ignore[misc]
    finally:
        await database.close()
