"""The words that contacts are found by: what is stored meets what is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contacts.words import LONGEST_WORD, MOST_QUERY_WORDS, MOST_WORDS, folded, query_words, search_words


def is_found(typed: str, *values: str | None) -> bool:
    """As the search does it: for each word typed, a stored word beginning with it."""
    stored = search_words(*values)
    words = query_words(typed)
    return bool(words) and all(any(word.startswith(typed) for word in stored) for typed in words)


def test_the_words_of_a_name_and_an_email() -> None:
    assert search_words("Márcia Lima", "ada.b+news@mail.example.com") == {
        "marcia",
        "lima",
        "ada.b+news@mail.example.com",
        "b+news@mail.example.com",
        "news@mail.example.com",
        "mail.example.com",
        "example.com",
    }


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("Márcia", "Márcia Lima"),
        ("marcia", "Márcia Lima"),
        ("MARC", "Márcia Lima"),
        ("lima marcia", "Márcia Lima"),
        ("ma\u0301rcia", "M\u00e1rcia Lima"),
        ("Marcia", "MÁRCIA HELENA MAIA DE LIMA"),
        ("lukasz", "Łukasz Żak"),
        ("soren", "Søren Ærø"),
        ("aero", "Søren Ærø"),
        ("strasse", "Straße"),
        ("Straße", "STRASSE"),
        ("istanbul", "İstanbul"),
        ("ΟΔΥΣΣΕΥΣ", "Οδυσσεύς"),
        ("елкин", "Ёлкин"),
        ("joe", "ｊｏｅ"),
        ("o'brien", "Pat O’Brien"),
        ("obrien", "Pat O'Brien"),
        ("jean-luc", "Jean-Luc Picard"),
        ("luc", "Jean-Luc Picard"),
        ("jean luc", "Jean-Luc Picard"),
        ("bloggs, joe", "Bloggs, Joe"),
        ("cba", "Joe Bloggs, CBA"),
        ("buddy", 'Joe "Buddy" Bloggs'),
        ("pink st", "Pink Stereo from Atlanta"),
        ("🦄", "🦄 Joe"),
        ("👩‍💻", "👩‍💻 Joe"),
        ("john", "Jo\u00adhn"),
        ("ada", "ada@mail.example.com"),
        ("ada@", "ada@mail.example.com"),
        ("ADA@mail.exa", "ada@mail.example.com"),
        ("mail", "ada@mail.example.com"),
        ("example", "ada@mail.example.com"),
        ("example.com", "ada@mail.example.com"),
        ("@example.com", "ada@mail.example.com"),
        ("<ada@mail.example.com>", "ada@mail.example.com"),
        ("localhost", "ada@localhost"),
        ("lovelace", "ada_lovelace-king@example.com"),
        ("king", "ada_lovelace-king@example.com"),
        ("user_123", "user_123-abc"),
        ("123", "user_123-abc"),
        ("abc", "user_123-abc"),
        ("acct:123/7", "acct:123/7"),
        ("王", "王伟"),
        ("王伟", "王伟"),
        ("伟", "王伟"),
        ("たろう", "やまだたろう"),
        ("철수", "김철수"),
        ("wei", "王wei"),
        ("किरण", "किरण राव"),
        ("สมชาย", "สมชาย ใจดี"),
    ],
)
def test_a_contact_is_found_by(typed: str, value: str) -> None:
    assert is_found(typed, value)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("arcia", "Márcia Lima"),
        ("marcia lopez", "Márcia Lima"),
        ("com", "ada@mail.example.com"),
        ("xample", "ada@mail.example.com"),
        ("たろ", "やまだ"),
        ("कर", "किरण राव"),
        ("", "Joe"),
        (" , . - @", "Joe"),
    ],
)
def test_a_contact_is_not_found_by(typed: str, value: str) -> None:
    assert not is_found(typed, value)


def test_values_that_are_missing_have_no_words() -> None:
    assert search_words(None, "", "  ", "\x00\ud800", "...") == frozenset()
    assert query_words(" \x00 \ud800 ") == []


def test_words_may_come_from_different_values() -> None:
    assert is_found("joe example", "Joe Bloggs", "jb@example.com")


def test_a_word_is_cut_at_64_characters_and_still_found() -> None:
    long = "x" * (LONGEST_WORD - 1) + "yz"
    assert search_words(long) == {"x" * 63 + "y"}
    assert query_words(long) == ["x" * 63 + "y"]
    assert is_found(long, long)


def test_a_contact_has_32_words_at_most_and_every_value_its_first_ones() -> None:
    wordy = " ".join(f"name{n}" for n in range(1_000))
    words = search_words(wordy, "ada@example.com", "user-7")
    assert len(words) == MOST_WORDS == 32
    assert {"name0", "ada@example.com", "example.com", "user-7", "7"} <= words


def test_a_query_has_8_words_at_most_each_once_in_the_order_typed() -> None:
    assert query_words("b a b C c") == ["b", "a", "c"]
    assert query_words(" ".join("abcdefghijkl")) == list("abcdefgh")
    assert len(query_words(" ".join("abcdefghijkl"))) == MOST_QUERY_WORDS


def test_only_the_first_1024_characters_are_read() -> None:
    assert search_words(" " * 1_020 + "late") == {"late"}
    assert search_words(" " * 1_024 + "late") == frozenset()
    assert query_words(" " * 1_024 + "late") == []


def test_a_megabyte_is_no_trouble() -> None:
    assert search_words("王 " * 300_000) == {"王"}
    assert len(search_words("a." * 500_000)) == MOST_WORDS
    assert len(search_words("a" * 1_000_000, "b")) == 2
    assert query_words("a" * 1_000_000) == ["a" * LONGEST_WORD]


@given(st.text(max_size=60))
def test_whatever_is_stored_is_found_by_its_own_text(value: str) -> None:
    assert not query_words(value) or is_found(value, value)


@given(st.text(st.sampled_from("aBé王たß.@-_+ ,"), max_size=24), st.integers(0, 24))
def test_whatever_is_stored_is_found_by_what_it_begins_with(value: str, length: int) -> None:
    typed = value[:length]
    assert not query_words(typed) or is_found(typed, value)


@given(st.text())
def test_words_are_clean_to_store(value: str) -> None:
    for word in search_words(value):
        assert 0 < len(word) <= LONGEST_WORD
        assert " " not in word and "\x00" not in word
        word.encode()


@given(st.text())
def test_folding_twice_changes_nothing_in_words(value: str) -> None:
    for word in query_words(value):
        assert query_words(word) == [word]


def test_folded_sorts_names_without_case_and_accents() -> None:
    assert folded("Élodie") == "elodie"
    assert sorted(["Zoë", "élodie", "Adam"], key=folded) == ["Adam", "élodie", "Zoë"]


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_goes_a_shorter_way_to_the_same_words(text: str) -> None:
    # Wide letters are folded to plain ones, the long way. Apostrophes have no wide form that is one.
    wide = str.maketrans(
        {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F) if chr(code) not in "'`"}
    )
    assert search_words(text) == search_words(text.translate(wide))
