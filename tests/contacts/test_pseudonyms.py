"""Pseudonyms: unique while words last, and the same for ever. Rule R22."""

import re
from math import gcd

import pytest

from app.contacts import pseudonyms
from app.contacts.pseudonyms import COLORS, COMBINATIONS, OBJECTS, pseudonym


def test_R22_the_words_are_single_capitalised_and_occur_once() -> None:
    words = [*COLORS, *OBJECTS]
    assert (len(COLORS), len(OBJECTS)) == (48, 320)
    assert len(set(words)) == len(words)
    assert all(re.fullmatch("[A-Z][a-z]+", word) for word in words)


def test_R22_the_example_of_the_rule_can_come() -> None:
    assert "Pink" in COLORS and "Stereo" in OBJECTS


@pytest.mark.parametrize("location", ["Atlanta", "São Paulo", "東京", None])
def test_R22_no_pseudonym_comes_again_until_all_have_been(location: str | None) -> None:
    given = {pseudonym(n, location) for n in range(COMBINATIONS)}
    assert len(given) == COMBINATIONS == 15_360
    assert pseudonym(COMBINATIONS, location) == pseudonym(0, location)


def test_R22_the_walk_comes_by_every_pair() -> None:
    assert gcd(pseudonyms._STRIDE, COMBINATIONS) == 1


def test_R22_neighbours_share_no_word() -> None:
    previous = pseudonym(0, None).split()
    for n in range(1, COMBINATIONS):
        color, thing = pseudonym(n, None).split()
        assert color != previous[0] and thing != previous[1]
        previous = [color, thing]


def test_R22_the_form_is_color_object_from_location() -> None:
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+ from New York", pseudonym(3, "New York"))


@pytest.mark.parametrize("nowhere", [None, "", "  "])
def test_R22_without_a_location_it_is_color_and_object(nowhere: str | None) -> None:
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", pseudonym(3, nowhere))
    assert pseudonym(3, nowhere) == pseudonym(3, None)


def test_R22_cities_do_not_begin_alike() -> None:
    cities = ["Atlanta", "Berlin", "Cairo", "Delhi", "Edinburgh", "Fukuoka", "Geneva", "Havana"]
    firsts = {pseudonym(0, city).split(" from ")[0] for city in cities}
    assert len(firsts) == len(cities)


@pytest.mark.parametrize(
    ("n", "location", "name"),
    [
        (0, "Atlanta", "Lavender Carousel from Atlanta"),
        (1, "Atlanta", "Copper Stereo from Atlanta"),
        (15_359, "Atlanta", "Olive Notebook from Atlanta"),
        (0, None, "Amber Abacus"),
        (1_000_000, None, "Cyan Teapot"),
        (7, "São Paulo", "Orange Locket from São Paulo"),
    ],
)
def test_R22_pseudonyms_are_the_same_for_ever(n: int, location: str | None, name: str) -> None:
    # The counters in databases out there mean these very words: a change here gives some twice.
    assert pseudonym(n, location) == name


def test_R22_a_broken_location_harms_nothing() -> None:
    assert pseudonym(0, "\ud800").endswith(" from \ud800")
