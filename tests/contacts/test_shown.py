"""What a contact is sorted by and found by."""

import pytest

from app.contacts.records import Contact
from app.contacts.shown import LONGEST_KEY, Shown, name_key, shown_values, words_of
from app.ids import AppId, ContactId


def shown(
    name: str | None = None,
    email: str | None = None,
    external_id: str | None = None,
    phone: str | None = None,
) -> Shown:
    return name, email, external_id, phone, "Pink Stereo from Atlanta"


@pytest.mark.parametrize(
    ("values", "key"),
    [
        (shown("MÁRCIA Lima", "m@example.com", "42"), "marcia lima"),
        (shown(None, "Joe@Example.com", "42"), "joe@example.com"),
        (shown(" ", None, "Forty-Two"), "forty-two"),
        (shown(), "pink stereo from atlanta"),
        (shown("x" * 5_000), "x" * LONGEST_KEY),
        (shown("ﷺ" * 5_000), ("صلى الله عليه وسلم" * 12)[:LONGEST_KEY]),
    ],
)
def test_R21_the_key_is_what_is_shown_folded_and_short(values: Shown, key: str) -> None:
    assert name_key(values) == key
    assert len(key) <= LONGEST_KEY


def test_a_contact_is_found_by_all_that_names_it() -> None:
    words = words_of(shown("Joe Bloggs", "joe@mail.example.com", "u-42", "+1 404 555")).split()
    assert set(words) >= {"joe", "bloggs", "joe@mail.example.com", "mail.example.com", "u-42", "404", "555"}
    assert "pink" not in words


def test_R22_a_contact_is_found_by_its_pseudonym_while_it_is_called_so() -> None:
    assert words_of(shown()) == " atlanta from pink stereo"
    assert words_of(shown(phone="404")) == " 404 atlanta from pink stereo"


def test_key_and_words_depend_on_nothing_else() -> None:
    contact = Contact(
        AppId("uabc1234"),
        ContactId("0" * 24),
        "user",
        True,
        "Pink Stereo",
        "",
        1.0,
        1.0,
        name="Joe",
        phone="1",
    )
    assert shown_values(contact) == ("Joe", None, None, "1", "Pink Stereo")
