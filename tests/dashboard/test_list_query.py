"""The list's addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contacts.listing import View
from app.contacts.words import NOBODYS_WORD
from app.dashboard.list_query import ListQuery, read_list_query

PATH = "/apps/uaaaaaaa/users"


@pytest.mark.parametrize(
    ("parameters", "query"),
    [
        ({}, ListQuery()),
        ({"tab": "leads"}, ListQuery(tab="leads")),
        ({"tab": "enemies"}, ListQuery()),
        ({"q": "  ada "}, ListQuery(search="ada")),
        ({"q": "x" * 999}, ListQuery(search="x" * 200)),
        ({"sort": "name"}, ListQuery(order="name", descending=False)),
        ({"sort": "name", "dir": "desc"}, ListQuery(order="name", descending=True)),
        ({"sort": "sessions", "dir": "asc"}, ListQuery(order="sessions", descending=False)),
        ({"sort": "password"}, ListQuery()),
        ({"dir": "sideways"}, ListQuery()),
        ({"page": "3"}, ListQuery(page=3)),
        ({"page": "0"}, ListQuery()),
        ({"page": "-1"}, ListQuery()),
        ({"page": "²"}, ListQuery()),
        ({"page": "9" * 400}, ListQuery()),
        ({"page": "999999999"}, ListQuery(page=100_000)),
        ({"filter": ' {"field":"name"} '}, ListQuery(filter='{"field":"name"}')),
    ],
)
def test_what_makes_no_sense_means_its_default(parameters: dict[str, str], query: ListQuery) -> None:
    assert read_list_query(parameters) == query


queries = st.builds(
    ListQuery,
    tab=st.sampled_from(["all", "online", "users", "leads"]),
    search=st.text(max_size=30).map(str.strip),
    order=st.sampled_from(["last_seen", "name", "sessions", "created"]),
    descending=st.booleans(),
    page=st.integers(1, 100_000),
    filter=st.text(max_size=30).map(str.strip),
)


@given(queries)
def test_address_leads_back_to_the_same_list(query: ListQuery) -> None:
    from starlette.datastructures import URL, QueryParams

    url = URL(query.url(PATH))
    assert url.path == PATH
    assert read_list_query(QueryParams(url.query)) == query


def test_address_names_nothing_that_goes_without_saying() -> None:
    assert ListQuery().url(PATH) == PATH
    assert ListQuery(order="name", descending=False).url(PATH) == f"{PATH}?sort=name"
    assert ListQuery(search="a&b=c").url(PATH) == f"{PATH}?q=a%26b%3Dc"


def test_header_leads_to_its_order_and_then_to_the_reverse() -> None:
    first = read_list_query({})
    assert first.sorted_by("name", PATH) == f"{PATH}?sort=name"
    assert first.sorted_by("last_seen", PATH) == f"{PATH}?sort=last_seen&dir=asc"
    by_name = read_list_query({"sort": "name", "page": "4"})
    assert by_name.sorted_by("name", PATH) == f"{PATH}?sort=name&dir=desc"


def test_view_has_the_words_as_they_are_stored() -> None:
    assert ListQuery(tab="users", search="Márcia LIMA", page=2).view == View(
        "user", ("marcia", "lima"), "last_seen", True, 2
    )
    assert ListQuery(search="\x00").view.words == (NOBODYS_WORD,)
    assert ListQuery().view.words == ()


@pytest.mark.parametrize(
    ("query", "shows"),
    [
        (ListQuery(), True),
        (ListQuery(tab="users"), True),
        (ListQuery(page=2), False),
        (ListQuery(order="name", descending=False), False),
        (ListQuery(descending=False), False),
        (ListQuery(tab="online", order="name"), True),
    ],
)
def test_who_comes_online_moves_to_pages_that_show_the_latest_first(query: ListQuery, shows: bool) -> None:
    assert query.shows_latest_first is shows
