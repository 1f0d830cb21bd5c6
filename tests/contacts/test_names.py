"""Names: the tables of R20 and R23, what is shown (R21), and avatars."""

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.contacts.names import Names, avatar_hue, initials, shown_name, split
from app.ids import ContactId, new_contact_id


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Joe Bloggs", "Joe", "Bloggs"),
        ("MÁRCIA HELENA MAIA DE LIMA", "MÁRCIA", "HELENA MAIA DE LIMA"),
        ("Dr. Drew Bloggs", "Drew", "Bloggs"),
        ("Joe Bloggs, CBA", "Joe", "Bloggs"),
        ("Bloggs, Joe", "Joe", "Bloggs"),
        ("Dr Bloggs", None, "Bloggs"),
        ("Bloggs, Joe Drew", "Joe Drew", "Bloggs"),
        ("de la Cruz, Juan", "Juan", "de la Cruz"),
    ],
)
def test_R20_first_and_last_name(name: str, first: str | None, last: str | None) -> None:
    assert split(name) == Names(first, last)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        # Known suffixes, in whatever case the name is.
        ("JOE BLOGGS, CBA", "JOE", "BLOGGS"),
        ("joe bloggs, phd", "joe", "bloggs"),
        ("Joe Bloggs, Ph.D.", "Joe", "Bloggs"),
        ("Joe Bloggs, Ph. D.", "Joe", "Bloggs"),
        ("Joe Bloggs, Jr.", "Joe", "Bloggs"),
        ("Joe Bloggs, BSc (Hons)", "Joe", "Bloggs"),
        ("Joe Bloggs, MD, PhD", "Joe", "Bloggs"),
        ("Joe Bloggs, MD PhD", "Joe", "Bloggs"),
        ("Bloggs, Joe, PhD", "Joe", "Bloggs"),
        ("Griffey, Jr., Ken", "Ken", "Griffey"),
        ("Dr Bloggs, PhD", None, "Bloggs"),
        ("Bloggs, PhD", "Bloggs", None),
        ("Acme, Inc.", "Acme", None),
        # 2 to 5 capitals, after two words or more that are not capitals.
        ("Joe Bloggs, XY", "Joe", "Bloggs"),
        ("Joe Bloggs, VWXYZ", "Joe", "Bloggs"),
        ("Joe Bloggs, XYZ, VW", "Joe", "Bloggs"),
        ("Bloggs, Joe, XYZ", "Joe", "Bloggs"),
        ("Dr Bloggs, XYZ", None, "Bloggs"),
        ("Joe Bloggs, X", "X", "Joe Bloggs"),
        ("Joe Bloggs, UVWXYZ", "UVWXYZ", "Joe Bloggs"),
        ("Joe Bloggs, Xyz", "Xyz", "Joe Bloggs"),
        ("Bloggs, JOE", "JOE", "Bloggs"),
        ("BLOGGS, JOE", "JOE", "BLOGGS"),
        ("DE LA CRUZ, JUAN", "JUAN", "DE LA CRUZ"),
        ("JOE BLOGGS, XYZ", "XYZ", "JOE BLOGGS"),
        # First names that suffixes resemble.
        ("Ewing, J.R.", "J.R.", "Ewing"),
        ("Rahman, Md", "Md", "Rahman"),
        ("Rahman, Md. Kamal", "Md. Kamal", "Rahman"),
        ("Yo-Yo Lee, Ma", "Ma", "Yo-Yo Lee"),
        # Without a comma nothing is a suffix.
        ("Martin Luther King Jr.", "Martin", "Luther King Jr."),
        ("Joe Bloggs CBA", "Joe", "Bloggs CBA"),
    ],
)
def test_R20_what_follows_a_comma_is_a_suffix_or_a_first_name(
    name: str, first: str | None, last: str | None
) -> None:
    assert split(name) == Names(first, last)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Mr Joe Bloggs", "Joe", "Bloggs"),
        ("MRS. JO BLOGGS", "JO", "BLOGGS"),
        ("miss jo bloggs", "jo", "bloggs"),
        ("Mx Bloggs", None, "Bloggs"),
        ("Sir Tim Berners-Lee", "Tim", "Berners-Lee"),
        ("Prof. Dr. Hans Müller", "Hans", "Müller"),
        ("Mr & Mrs Bloggs", None, "Bloggs"),
        ("Mr and Mrs Joe Bloggs", "Joe", "Bloggs"),
        ("Mr and Bloggs", "and", "Bloggs"),
        ("Bloggs, Dr. Joe", "Joe", "Bloggs"),
        ("Bloggs, Dr.", None, "Bloggs"),
        ("Dr. Bloggs, Joe", "Joe", "Bloggs"),
        # A title only behind which nothing is, is what there is of a name.
        ("Dr", "Dr", None),
        ("Sir Dr.", "Sir", "Dr."),
        # Words that are names more often than titles.
        ("Judge Reinhold", "Judge", "Reinhold"),
        ("Bishop Briggs", "Bishop", "Briggs"),
        ("Don Draper", "Don", "Draper"),
        ("Lady Gaga", "Lady", "Gaga"),
        ("Major Tom", "Major", "Tom"),
        ("Drew Barrymore", "Drew", "Barrymore"),
        ("Missy Elliott", "Missy", "Elliott"),
    ],
)
def test_R23_only_a_common_form_of_address_is_a_title(name: str, first: str | None, last: str | None) -> None:
    assert split(name) == Names(first, last)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Prince", "Prince", None),
        ("王伟", "王伟", None),
        ("山田 太郎", "山田", "太郎"),
        ("王，伟", "伟", "王"),
        ("محمد علي", "محمد", "علي"),
        ("Nguyễn Văn An", "Nguyễn", "Văn An"),
        ("Jean-Luc O’Brien", "Jean-Luc", "O’Brien"),
        ("", None, None),
        ("   ", None, None),
        ("\u200b\u00a0", None, None),
        (",", None, None),
        (" , ,", None, None),
        ("Bloggs,", "Bloggs", None),
        (", Joe", "Joe", None),
        ("  Joe \t\n Bloggs  ", "Joe", "Bloggs"),
        ("Joe\u00a0Bloggs", "Joe", "Bloggs"),
        ("🦄", "🦄", None),
        ("Joe 🦄 Bloggs", "Joe", "🦄 Bloggs"),
        ("ada@example.com", "ada@example.com", None),
        ('Joe "Buddy" Bloggs', "Joe", '"Buddy" Bloggs'),
        ("\ud800", None, None),
    ],
)
def test_R23_other_names_people_really_have(name: str, first: str | None, last: str | None) -> None:
    assert split(name) == Names(first, last)


def test_R23_a_very_long_name_keeps_every_word() -> None:
    words = ["Wolfe"] * 100_000
    assert split(" ".join(words)) == Names("Wolfe", " ".join(words[1:]))


@given(st.text())
@example("Dr, Dr, Dr")
def test_R23_no_name_crashes_and_no_part_is_blank(name: str) -> None:
    names = split(name)
    for part in (names.first, names.last):
        assert part is None or part.strip()


plain_words = st.text(st.characters(categories=["L", "N", "S"], exclude_characters="`´^¨"), min_size=1)


@given(st.lists(plain_words.filter(lambda word: len(word) > 10), min_size=1))
def test_R23_a_name_without_comma_and_title_loses_nothing(words: list[str]) -> None:
    names = split(" ".join(words))
    assert names.first == words[0]
    assert (names.last or "") == " ".join(words[1:])


@given(st.text(st.sampled_from(["a", "B", " ", ",", "é", "王", "'", "-"])))
def test_R23_only_a_suffix_behind_a_comma_is_left_off(name: str) -> None:
    names = split(name)
    kept = f"{names.first or ''} {names.last or ''}".split()
    lost = [word for word in name.replace(",", " ").split() if word not in kept]
    assert all(2 <= len(word) <= 5 and set(word) == {"B"} for word in lost)


@pytest.mark.parametrize(
    ("name", "email", "external_id", "shown"),
    [
        ("Joe Bloggs, CBA", "joe@example.com", "7", "Joe Bloggs, CBA"),
        ("  Joe ", None, None, "Joe"),
        (None, "joe@example.com", "7", "joe@example.com"),
        ("", "joe@example.com", "7", "joe@example.com"),
        (" \t\u00a0\u200b", "joe@example.com", "7", "joe@example.com"),
        (None, None, "7", "7"),
        (None, "  ", "7", "7"),
        (None, None, None, "Pink Stereo from Atlanta"),
        (" ", "", "\n", "Pink Stereo from Atlanta"),
    ],
)
def test_R21_shown_is_the_name_else_the_email_else_the_user_id_else_the_pseudonym(
    name: str | None, email: str | None, external_id: str | None, shown: str
) -> None:
    assert shown_name(name, email, external_id, "Pink Stereo from Atlanta") == shown


@pytest.mark.parametrize(
    ("shown", "letters"),
    [
        ("Joe Bloggs", "JB"),
        ("joe bloggs", "JB"),
        ("Joe Bloggs, CBA", "JB"),
        ("Bloggs, Joe Drew", "JB"),
        ("MÁRCIA HELENA MAIA DE LIMA", "ML"),
        ("Dr Bloggs", "B"),
        ("Prince", "P"),
        ("Pink Stereo from Atlanta", "PS"),
        ("Pink Stereo", "PS"),
        ("ada@mail.example.com", "A"),
        ("ada.lovelace+news@example.com", "AN"),
        ("user_42", "U"),
        ("王伟", "王"),
        ("山田 太郎", "山太"),
        ('"Buddy" Bloggs', "BB"),
        ("e\u0301lodie", "É"),
        ("...", "."),
        ("\u200b", "?"),
        # One character to the reader each, of several code points.
        ("👩‍👩‍👧‍👦 Bloggs", "👩‍👩‍👧‍👦B"),
        ("👍🏽", "👍🏽"),
        ("🇳🇿🇦🇺", "🇳🇿"),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿 Fan", "🏴󠁧󠁢󠁥󠁮󠁧󠁿F"),
        ("❤️ Joe", "❤️J"),
        ("किरण राव", "किरा"),
    ],
)
def test_initials_are_what_a_reader_would_write(shown: str, letters: str) -> None:
    assert unicodedata.normalize("NFC", initials(shown)) == letters


@given(st.text())
def test_initials_are_never_empty_and_never_long(shown: str) -> None:
    # One code point may have three in upper case (ΐ), and stacked accents are cut.
    assert 1 <= len(initials(shown)) <= 2 * 16 * 3


def test_stacked_accents_do_not_overflow_an_avatar() -> None:
    assert len(initials("Z" + "\u0335" * 1_000)) == 16


def test_the_hue_of_an_avatar_is_stable_and_all_hues_occur() -> None:
    assert avatar_hue(ContactId("65f0c0de00000000000000ff")) == 255
    assert avatar_hue(ContactId("65f0c0de0000000000000169")) == 1
    hues = {avatar_hue(new_contact_id(now=1_700_000_000.0)) for _ in range(10_000)}
    assert min(hues) >= 0 and max(hues) < 360 and len(hues) > 300


@pytest.mark.parametrize("piece", ["a,", "JR,", "é, ", "A B,", ",", "dr "])
def test_R23_a_very_long_name_is_split_at_once_and_nothing_is_lost(piece: str) -> None:
    name = piece * (10_000 // len(piece))
    began = time.process_time()
    parts = split(name)
    assert time.process_time() - began < 0.5
    kept = f"{parts.first or ''} {parts.last or ''}".split()
    assert len(kept) >= len(name.replace(",", " ").split()) - 16 - name.count("dr ") - name.count("JR")
