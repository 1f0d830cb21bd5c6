"""The demo's cast: every line of it fits the rest."""

import unicodedata
from collections import Counter

import pytest

from app.contacts.agents import read_agent
from app.demo.people import BROWSERS, LEADS, PLACES, USERS, VISITORS, Person
from app.places.zones import zone_city

EVERYBODY = [*USERS, *LEADS, *VISITORS]


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.login or person.place)
def test_place_and_browser_are_known(person: Person) -> None:
    assert person.place in PLACES
    assert person.browser in BROWSERS


def test_sixty_people_from_forty_places() -> None:
    assert len(EVERYBODY) == 60
    assert len({PLACES[person.place].country for person in EVERYBODY}) >= 40


def test_nobody_shares_an_email_or_a_user_id() -> None:
    emails = Counter((person.login, person.company) for person in EVERYBODY if person.login)
    user_ids = Counter(person.login for person in USERS)
    assert {*emails.values(), *user_ids.values()} == {1}


def test_users_have_a_plan_and_others_have_none() -> None:
    assert all(person.plan for person in USERS)
    assert not any(person.plan for person in (*LEADS, *VISITORS))


def test_names_come_in_many_scripts() -> None:
    letters = "".join(person.name or "" for person in EVERYBODY)
    scripts = {unicodedata.name(letter).split(maxsplit=1)[0] for letter in letters if letter.isalpha()}
    assert scripts >= {
        *("LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "DEVANAGARI", "GEORGIAN"),
        *("CJK", "HIRAGANA", "HANGUL"),
    }


@pytest.mark.parametrize("place", PLACES.values(), ids=lambda place: place.city)
def test_every_place_lies_in_the_country_of_its_time_zone(place: object) -> None:
    zone = zone_city(place.timezone)  # type: ignore[attr-defined]
    assert zone is not None
    assert zone.country_code == place.country_code  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", BROWSERS)
def test_every_browser_can_be_read(name: str) -> None:
    agent = read_agent(BROWSERS[name])
    assert agent.browser
    assert agent.browser.lower() == name.split(maxsplit=1)[0]
    assert agent.os
    assert agent.device in {"desktop", "mobile"}
