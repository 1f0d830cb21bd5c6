"""The list behind a filter: the same people as a plain look through everybody."""

import random
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, update

from app.contacts.filtered import ask_of, filtered_page, fitting, uncounted_page
from app.contacts.listing import PAGE_SIZE, View
from app.ids import ContactId
from app.search.fields import FilterFields
from app.search.query import read_filter
from app.storage.tables import contacts
from support.searching import ATTRIBUTES, around, crowd, holds, stored

PEOPLE = crowd(150, seed=3)
TREE = read_filter({"field": "session_count", "operator": "gt", "value": 0}, FilterFields(ATTRIBUTES))
HERE = around(PEOPLE)
WORDS = {person.id: random.Random(person.id).choice(("ada", "adam", "ben")) for person in PEOPLE}


@pytest.fixture(scope="module")
def conn() -> Iterator[Connection]:
    with stored(PEOPLE, crowd(30)) as conn:
        for who, word in WORDS.items():
            conn.execute(update(contacts).where(contacts.c.id == who).values(words=f" {word}"))
        yield conn


@pytest.mark.parametrize("role", [None, "user", "lead"])
@pytest.mark.parametrize("words", [(), ("ada",), ("ada", "adam")])
@pytest.mark.parametrize("online_only", [False, True])
def test_a_view_behind_a_filter_is_the_view_less_who_does_not_fit(
    conn: Connection, role: str | None, words: tuple[str, ...], online_only: bool
) -> None:
    expected = {
        person.id
        for person in PEOPLE
        if holds(TREE, person)
        and role in (None, person.columns["role"])
        and all(WORDS[person.id].startswith(word) for word in words)
        and (person.online or not online_only)
    }
    found: list[ContactId] = []
    for number in (1, 2, 3):
        view = View(role, words, page=number)  # type: ignore[arg-type]
        people = filtered_page(conn, view, ask_of(view, TREE, HERE, online_only=online_only))
        assert people.total == len(expected)
        assert people.has_next == (len(expected) > number * PAGE_SIZE)
        found += [person.id for person in people.rows]
    assert len(found) == len(expected)
    assert set(found) == expected


def test_an_uncounted_page_is_the_same_page(conn: Connection) -> None:
    view = View()
    ask = ask_of(view, TREE, HERE, online_only=False)
    counted, uncounted = filtered_page(conn, view, ask), uncounted_page(conn, view, ask)
    assert uncounted.rows == counted.rows
    assert uncounted.has_next == counted.has_next
    assert uncounted.total is None


def test_who_fits_of_some(conn: Connection) -> None:
    some = [person.id for person in PEOPLE[:40]]
    expected = [person.id for person in PEOPLE[:40] if holds(TREE, person)]
    assert fitting(conn, [*some, ContactId("f" * 24)], TREE, HERE) == expected
