"""A search met with its workspace."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from app.contacts import searching
from app.contacts.searching import Here, ask_of_segment, filter_of, roles_of, search_of, segments_with
from app.errors import AttributeUnread, InvalidField
from app.search.asking import Order
from app.search.fields import SearchFields
from app.search.query import read_search
from app.search.store import Segment, attributes_of, insert_segment, segments_of
from support.searching import APP, NOW, ZONE, crowd, stored

PEOPLE = crowd(30)
HERE = Here(APP, NOW)


@pytest.fixture(scope="module")
def conn() -> Iterator[Connection]:
    with stored(PEOPLE) as conn:
        for number, (name, tree) in enumerate(
            {
                "Busy": {"field": "seats", "operator": "gt", "value": 1},
                "Everybody": {"field": "id", "operator": "has_any_value"},
                "Gone": {"field": "no longer", "operator": "is", "value": 1},
            }.items()
        ):
            insert_segment(conn, Segment(APP, f"{number:024x}", name, "user", tree, NOW, NOW))
        yield conn


def asked(field: str, operator: str, value: object) -> dict[str, object]:
    return {"field": field, "operator": operator, "value": value}


def test_a_search_knows_the_attributes_and_the_time_zone_of_its_workspace(conn: Connection) -> None:
    ask = search_of(conn, HERE, asked("custom_attributes.plan", "=", "pro"), Order())
    assert ask.around.timezone == ZONE
    with pytest.raises(InvalidField):
        search_of(conn, HERE, asked("custom_attributes.size", "=", "pro"), Order())


def test_segments_are_known_by_id_and_name_where_they_are_asked_for(conn: Connection) -> None:
    _, around = filter_of(conn, HERE, asked("segment", "is", "Busy"))
    assert around.segments.keys() == {"Busy", f"{0:024x}"}
    assert filter_of(conn, HERE, asked("name", "is", "Busy"))[1].segments == {}


def test_a_contact_is_in_the_segments_whose_filter_it_fits(conn: Connection) -> None:
    for person in PEOPLE:
        names = [segment.name for segment in segments_with(conn, HERE, person.id)]
        is_busy = person.attributes.get("seats") in (2, 3)
        assert names == (["Busy"] if is_busy else []) + ["Everybody"]


def test_a_segment_of_which_nothing_can_be_told_now_is_left_out(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = attributes_of(conn, APP)
    anew = known | {"seats": replace(known["seats"], is_unread=True)}
    monkeypatch.setattr(searching, "attributes_of", lambda *_: anew)
    for person in PEOPLE:
        assert [segment.name for segment in segments_with(conn, HERE, person.id)] == ["Everybody"]
    with pytest.raises(AttributeUnread):
        ask_of_segment(conn, HERE, segments_of(conn, APP)[0])


def test_a_segment_whose_filter_means_nothing_any_more_asks_nothing(conn: Connection) -> None:
    gone = Segment(APP, "a" * 24, "Gone", "user", asked("no longer", "is", 1), NOW, NOW)
    assert ask_of_segment(conn, HERE, gone) is None


@pytest.mark.parametrize(
    ("query", "roles"),
    [
        (asked("name", "=", "Ada"), ("lead", "user")),
        (asked("role", "=", "user"), ("user",)),
        (asked("role", "=", "visitor"), ("visitor",)),
        (asked("role", "!=", "visitor"), ("lead", "user")),
        (asked("role", "IN", ["lead", "visitor"]), ("lead", "visitor")),
        ({"operator": "AND", "value": [asked("name", "=", "x"), asked("role", "=", "lead")]}, ("lead",)),
        (
            {"operator": "OR", "value": [asked("name", "=", "x"), asked("role", "=", "lead")]},
            ("lead", "user"),
        ),
        (
            {"operator": "OR", "value": [asked("name", "=", "x"), asked("role", "=", "visitor")]},
            ("lead", "user", "visitor"),
        ),
        (
            {"operator": "AND", "value": [asked("role", "=", "user"), asked("role", "=", "lead")]},
            ("lead", "user"),
        ),
    ],
)
def test_visitors_are_searched_where_the_query_names_them(query: object, roles: tuple[str, ...]) -> None:
    assert roles_of(read_search(query, SearchFields())) == roles
