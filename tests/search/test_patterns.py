"""Looking for a text in another, letter by letter."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Text, create_engine, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from app.search.patterns import any_of, found
from support.searching import is_same_letter

ENGINE = create_engine("sqlite://")


def is_found(text: str | None, *parts: str, at_start: bool = False, at_end: bool = False) -> bool | None:
    with ENGINE.connect() as conn:
        clause = found(literal(text, Text), *parts, at_start=at_start, at_end=at_end)
        answer = conn.execute(select(clause)).scalar_one()
    return None if answer is None else bool(answer)


@pytest.mark.parametrize(
    ("text", "part", "anywhere", "at_start", "at_end"),
    [
        ("Ada Stone", "ADA", True, True, False),
        ("Ada Stone", "stone", True, False, True),
        ("Ada Stone", "a s", True, False, False),
        ("Ada", "Ada", True, True, True),
        ("Ada", "Adam", False, False, False),
        ("ÉMILE", "émi", True, True, False),
        ("straße", "STRASSE", False, False, False),
        ("100%", "%", True, False, True),
        ("1000", "%", False, False, False),
        ("a_b", "_", True, False, False),
        ("aXb", "_", False, False, False),
        ("a*b", "*", True, False, False),
        ("ab", "*", False, False, False),
        ("a?b", "?", True, False, False),
        ("[x]", "[x]", True, True, True),
        ("x", "[x]", False, False, False),
        ("a^b", "^", True, False, False),
        ("a]b", "]", True, False, False),
        ("a\\b", "\\", True, False, False),
        ("王伟", "伟", True, False, True),
        ("é%", "%", True, False, True),
        ("ada\\%", "\\%", True, False, True),
        ("É_", "é_", True, True, True),
        ("ÉX", "é_", False, False, False),
        ("\N{KELVIN SIGN}", "k", False, False, False),
        ("\N{LATIN SMALL LETTER LONG S}", "S", False, False, False),
    ],
)
def test_a_part_is_found_without_case_and_signs_are_themselves(
    text: str, part: str, anywhere: bool, at_start: bool, at_end: bool
) -> None:
    assert is_found(text, part) is anywhere
    assert is_found(text, part, at_start=True) is at_start
    assert is_found(text, part, at_end=True) is at_end


@given(text=st.text("ab*[%_?^]é", max_size=6), part=st.text("aBÉé*[]%_?", min_size=1, max_size=3))
def test_in_lower_case_a_part_begins_what_it_begins_otherwise(text: str, part: str) -> None:
    with ENGINE.connect() as conn:
        clause = found(literal(text, Text), part, at_start=True, in_lower_case=True)
        assert bool(conn.execute(select(clause)).scalar_one()) is is_found(text, part, at_start=True)


def test_nothing_is_found_in_what_is_unknown() -> None:
    assert is_found(None, "a") is None


def test_parts_follow_one_another() -> None:
    assert is_found("ada@mail.example.com", "@", "example")
    assert not is_found("example@mail.com", "@", "example")
    assert is_found("ada@example.com", "@example.com", at_end=True)


@settings(max_examples=100)
@given(
    st.text(alphabet="aAéÉ*?[]^\\-!.%_", max_size=6),
    st.text(alphabet="aAéÉ*?[]^\\-!.%_", min_size=1, max_size=3),
)
def test_any_part_in_any_text(text: str, part: str) -> None:
    fits = [all(map(is_same_letter, part, text[start:])) for start in range(len(text) - len(part) + 1)]
    assert is_found(text, part) is any(fits)


@pytest.mark.parametrize(("part", "pattern"), [("a_*É", "*[aA]_[*][Éé]*"), ("a_*E", "%a\\_*E%")])
def test_sqlite_is_given_a_like_where_all_is_ascii(part: str, pattern: str) -> None:
    compiled = found(literal("x", Text), part).compile(dialect=sqlite.dialect())
    assert (" LIKE " in str(compiled), " GLOB " in str(compiled)) == (part.isascii(), not part.isascii())
    assert pattern in compiled.params.values()


def test_postgresql_is_given_a_regular_expression_that_is_all_escaped() -> None:
    for part, regex in (("a.*(É)", r"^[aA]\.\*\([Éé]\)"), ("a.*(E)", r"^[aA]\.\*\([Ee]\)")):
        compiled = found(literal("x", Text), part, at_start=True).compile(dialect=postgresql.dialect())
        assert " ~ " in str(compiled)
        assert regex in compiled.params.values()


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 5_000])
def test_any_of_holds_where_one_of_however_many_does(count: int) -> None:
    wanted = [literal("x", Text) == str(number) for number in range(count)]
    with ENGINE.connect() as conn:
        assert not conn.execute(select(any_of(wanted))).scalar_one()
        assert conn.execute(select(any_of([*wanted, literal("x", Text) == "x"]))).scalar_one()
