"""The user list's questions: the same answers as a plain look through everybody, and from indexes."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, Row, Select, create_engine, func, select
from sqlalchemy.dialects import sqlite

from app.contacts import listing
from app.contacts.listing import (
    PAGE_SIZE,
    OnlineOnly,
    Order,
    View,
    belonging,
    last_seen_of,
    made_since,
    nearest_of,
    page_of,
)
from app.contacts.records import Role
from app.contacts.words import borne
from app.ids import AppId, ContactId
from app.storage.tables import contacts, metadata, search_words

APP, OTHER = AppId("uaaaaaaa"), AppId("ubbbbbbb")
NOW = 1_700_000_000.0
ORDERS: tuple[Order, ...] = ("last_seen", "name", "sessions", "created")
ROLES: tuple[Role | None, ...] = (None, "user", "lead", "visitor")
FIRST = ("ada", "adam", "ben", "zoe")
LAST = ("stone", "stoneham", "wood")


@dataclass(frozen=True)
class Someone:
    """A contact, as the oracle knows it."""

    id: ContactId
    role: Role
    listed: bool
    words: frozenset[str]
    last_seen: float | None
    name: str
    sessions: int
    created: float


def someone(rng: random.Random, number: int) -> Someone:
    first, last = rng.choice(FIRST), rng.choice(LAST)
    return Someone(
        id=ContactId(f"{rng.getrandbits(96):024x}"),
        role=rng.choices(("user", "lead", "visitor"), (6, 1, 3))[0],
        listed=rng.random() > 0.05,
        words=frozenset({first, last, f"{first}@example.com", "example.com", f"u{number}"}),
        # Ties, and some who were never seen.
        last_seen=None if rng.random() < 0.1 else NOW - rng.randrange(40) * 60,
        name=f"{first} {last}",
        sessions=rng.randrange(5),
        created=NOW - rng.randrange(100) * 60,
    )


@pytest.fixture(scope="module")
def people() -> list[Someone]:
    rng = random.Random(5)
    return [someone(rng, number) for number in range(420)]


@pytest.fixture(scope="module")
def conn(people: list[Someone]) -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        for app_id, crowd in ((APP, people), (OTHER, people[:80])):
            conn.execute(contacts.insert(), [row_of(app_id, person) for person in crowd])
            conn.execute(
                search_words.insert(),
                [
                    {"app_id": app_id, "word": word, "contact_id": person.id}
                    for person in crowd
                    for word in person.words
                ],
            )
        yield conn
    engine.dispose()


def row_of(app_id: AppId, person: Someone) -> dict[str, object]:
    return {
        "app_id": app_id,
        "id": person.id,
        "role": person.role,
        "listed": person.listed,
        "pseudonym": "Pink Stereo",
        "name": person.name,
        "name_key": person.name,
        "created_at": person.created,
        "updated_at": NOW,
        "last_seen_at": person.last_seen,
        "session_count": person.sessions,
        "words": borne(person.words),
        "ios_session_count": 0,
        "android_session_count": 0,
        "custom_attributes": {},
    }


def expected(people: list[Someone], view: View, online: set[ContactId] | None = None) -> list[ContactId]:
    """All ids of a view in order, by looking at everybody."""

    def key(person: Someone) -> tuple[object, ...]:
        value = getattr(person, view.order)
        return (value is not None, value if value is not None else 0, person.id)

    chosen = [
        person
        for person in people
        if person.listed
        and (view.role is None or person.role == view.role)
        and all(any(word.startswith(typed) for word in person.words) for typed in view.words)
        and (online is None or person.id in online)
    ]
    return [person.id for person in sorted(chosen, key=key, reverse=view.descending)]


VIEWS = [
    View(role, words, order, descending)
    for role in ROLES
    for words in ((), ("ad",), ("u12",), ("ada", "stone"), ("zoe", "example"), ("nobody",))
    for order in ORDERS
    for descending in (True, False)
]


def all_pages(
    conn: Connection, view: View, ask: Callable[[View], listing.People]
) -> tuple[list[ContactId], list[listing.People]]:
    ids: list[ContactId] = []
    answers: list[listing.People] = []
    for number in range(1, 30):
        people = ask(View(view.role, view.words, view.order, view.descending, number))
        answers.append(people)
        ids += [person.id for person in people.rows]
        if not people.has_next:
            return ids, answers
    raise AssertionError("the pages never end")


@pytest.fixture(params=["rare words", "walks", "short walks", "words laid over each other", "long walks"])
def thresholds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What counts as rare decides the way an answer is found; a small crowd takes each way in turn."""
    way: str = request.param
    if way != "rare words":
        monkeypatch.setattr(listing, "RARE_ROWS", 0)
    if way == "short walks":
        monkeypatch.setattr(listing, "SHORT_WALK", 60)
    if way in ("words laid over each other", "long walks"):
        monkeypatch.setattr(listing, "SHORT_WALK", 10)
        monkeypatch.setattr(listing, "ASKABLE_ROWS", 0)
    if way == "long walks":
        monkeypatch.setattr(listing, "SORTABLE_ROWS", 0)
    return way


def test_every_view_shows_everybody_once_and_in_order(
    conn: Connection, people: list[Someone], thresholds: str
) -> None:
    for view in VIEWS:
        ids, answers = all_pages(conn, view, lambda view: page_of(conn, APP, view))
        assert ids == expected(people, view), view
        assert all(len(answer.rows) == PAGE_SIZE for answer in answers[:-1])
        assert answers[0].total in (None, len(ids)), view


@pytest.mark.parametrize("count", [0, 1, 90, 350])
@pytest.mark.parametrize("few", [True, False])
def test_online_tab_shows_those_online_and_nobody_else(
    conn: Connection, people: list[Someone], thresholds: str, count: int, few: bool
) -> None:
    online = {person.id for person in people[:count]}
    only = OnlineOnly(ids=tuple(online) if few else None, is_online=online.__contains__)
    for view in VIEWS[:48:3]:
        ids, _ = all_pages(conn, view, lambda view: page_of(conn, APP, view, only))
        assert ids == expected(people, view, online), view


def test_nearest_are_those_who_fit_among_the_first_of_the_order(
    conn: Connection, people: list[Someone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "SHORT_WALK", 100)
    first = expected(people, View())[:100]
    fitting = set(expected(people, View(words=("ada", "stone"))))
    nearest = nearest_of(conn, APP, View(words=("ada", "stone"), page=7))
    assert [person.id for person in nearest.rows] == [one for one in first if one in fitting][:PAGE_SIZE]


def test_page_beyond_the_last_is_empty(conn: Connection) -> None:
    assert page_of(conn, APP, View(page=99)).rows == []
    assert page_of(conn, APP, View(words=("ada",), page=99)).rows == []


def test_R83_lists_of_one_workspace_hold_nobody_of_another(conn: Connection, people: list[Someone]) -> None:
    ids, _ = all_pages(conn, View(), lambda view: page_of(conn, OTHER, view))
    assert ids == expected(people[:80], View())
    ids, _ = all_pages(conn, View(words=("ada",)), lambda view: page_of(conn, OTHER, view))
    assert ids == expected(people[:80], View(words=("ada",)))
    assert page_of(conn, AppId("uccccccc"), View()).rows == []
    foreign = next(person.id for person in people[80:] if person.listed)
    only = OnlineOnly(ids=(foreign,), is_online=lambda _: True)
    assert page_of(conn, OTHER, View(), only).rows == []
    assert belonging(conn, OTHER, View(), [foreign]) == []
    assert last_seen_of(conn, OTHER, [foreign]) == {}


def test_made_since_tells_of_those_who_were_recorded_then_or_later(
    conn: Connection, people: list[Someone]
) -> None:
    since = NOW - 30 * 60
    view = View("user", ("ada",))
    recent = {person.id for person in people if person.created >= since}
    assert set(made_since(conn, APP, view, since, 1_000)) == recent & set(expected(people, view))
    assert len(made_since(conn, APP, View(), since, 3)) == 3
    assert made_since(conn, APP, View(), NOW + 1, 10) == []


def test_belonging_leaves_out_whom_the_view_does_not_show(conn: Connection, people: list[Someone]) -> None:
    view = View("lead", ("zoe",))
    everybody = [person.id for person in people]
    assert set(belonging(conn, APP, view, everybody)) == set(expected(people, view))
    assert belonging(conn, APP, view, []) == []


def test_last_seen_of_leaves_out_unknown_ids(conn: Connection, people: list[Someone]) -> None:
    known = next(person for person in people if person.listed and person.last_seen)
    assert last_seen_of(conn, APP, [known.id, ContactId("0" * 24)]) == {known.id: known.last_seen}


# How the database goes about it


def plan(conn: Connection, statement: Select[Any]) -> list[str]:
    return [row.detail for row in explained(conn, "EXPLAIN QUERY PLAN", statement)]


def explained(conn: Connection, how: str, statement: Select[Any]) -> Sequence[Row[Any]]:
    filled = statement.params(app_id=APP, since=NOW)
    sql = filled.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return conn.exec_driver_sql(f"{how} {sql}").all()


@pytest.mark.parametrize("role", [None, "user", "lead"])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("descending", [True, False])
def test_tab_in_any_order_is_read_along_one_index_for_each_role(
    conn: Connection, role: Role | None, order: Order, descending: bool
) -> None:
    steps = plan(conn, listing.ids_in_order(View(role, (), order, descending)))
    walks = [step for step in steps if not step.startswith(("MERGE", "LEFT", "RIGHT"))]
    walk = (
        f"SEARCH contacts USING COVERING INDEX contacts_role_by_{listing.KEYS[order]} (app_id=? AND role=?)"
    )
    assert walks == [walk] * (1 if role else 3)


@pytest.mark.parametrize("role", [None, "user"])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("rarest", ["adabert", None])
def test_holders_of_words_are_gathered_by_id_and_never_by_reading_a_whole_order(
    conn: Connection, role: Role | None, order: Order, rarest: str | None
) -> None:
    steps = plan(conn, listing.ids_of_words(View(role, ("adabert", "gmail"), order), rarest))
    by_word = "(app_id=? AND word>? AND word<?)"
    assert steps[0] == "SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (app_id=? AND id=?)"
    if rarest is None:
        assert steps.count(f"SEARCH search_words USING PRIMARY KEY {by_word}") == 2
    else:
        assert steps.count(f"SEARCH search_words USING PRIMARY KEY {by_word}") == 1
    assert not any(step.startswith("SCAN search_words") for step in steps)


@pytest.mark.parametrize("order", ORDERS)
def test_walk_is_bounded_and_looks_each_contact_up_by_its_key(conn: Connection, order: Order) -> None:
    steps = plan(conn, listing.ids_on_walk(View("user", ("gmail",), order), 2_000))
    key = listing.KEYS[order]
    assert f"SEARCH contacts USING COVERING INDEX contacts_role_by_{key} (app_id=? AND role=?)" in steps
    assert "SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (app_id=? AND id=?)" in steps
    assert not any("search_words" in step for step in steps)


@pytest.mark.parametrize("order", ORDERS)
def test_long_walk_reads_the_order_and_looks_each_contact_up_among_the_holders(
    conn: Connection, order: Order
) -> None:
    steps = plan(conn, listing.ids_on_long_walk(View(None, ("gmail",), order), "gmail"))
    walk = (
        f"SEARCH contacts USING COVERING INDEX contacts_role_by_{listing.KEYS[order]} (app_id=? AND role=?)"
    )
    assert steps.count(walk) == 3
    assert "SEARCH search_words USING PRIMARY KEY (app_id=? AND word>? AND word<?)" in steps
    assert not any("ORDER BY" in step for step in steps)


@pytest.mark.parametrize("role", [None, "user"])
def test_news_are_asked_of_the_index_of_first_recording(conn: Connection, role: Role | None) -> None:
    steps = plan(conn, listing.ids_made_since(View(role)))
    walk = "contacts_role_by_created_at (app_id=? AND role=? AND created_at>?)"
    assert sum(walk in step for step in steps) == (1 if role else 3)
    assert not any("ORDER BY" in step for step in steps)


@pytest.mark.parametrize("role", [None, "lead"])
@pytest.mark.parametrize("words", [(), ("ada",)])
def test_ids_are_looked_up_by_the_primary_key(
    conn: Connection, role: Role | None, words: tuple[str, ...]
) -> None:
    ids = [ContactId("a" * 24), ContactId("b" * 24)]
    for statement in (
        listing.keys_of(View(role, words), ids),
        listing.moments_of(ids),
    ):
        steps = plan(conn, statement)
        assert steps[0] == "SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (app_id=? AND id=?)"


@pytest.mark.parametrize("role", [None, "lead"])
def test_counts_walk_one_index(conn: Connection, role: Role | None) -> None:
    statement = select(func.count()).select_from(contacts).where(*listing._belongs(role))
    [step] = plan(conn, statement)
    assert step.startswith("SEARCH contacts USING COVERING INDEX contacts_")


@pytest.mark.parametrize(
    "statement", [listing.ids_in_order(View()), listing.ids_in_order(View("user", (), "name"))]
)
def test_walk_along_an_index_never_fetches_a_contact(conn: Connection, statement: listing.Ids) -> None:
    """A step of the walk is a step of the index; the row behind it is never sought."""
    opcodes = {row.opcode for row in explained(conn, "EXPLAIN", statement)}
    assert not opcodes & {"DeferredSeek", "FinishSeek", "SeekRowid"}
