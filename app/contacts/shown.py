"""What is kept beside a contact's own values so that it is found and sorted: its key and its words."""

from typing import Final

from app.contacts.names import shown_name
from app.contacts.records import Contact
from app.contacts.words import borne, folded, search_words

LONGEST_KEY: Final = 200  # characters: an index takes no entry without end

Shown = tuple[str | None, str | None, str | None, str | None, str]


def shown_values(contact: Contact) -> Shown:
    """All that key and words are made of: where these are unchanged, so are they."""
    return contact.name, contact.email, contact.external_id, contact.phone, contact.pseudonym


def name_key(shown: Shown) -> str:
    """What the contact is called, to sort by."""
    name, email, external_id, _, pseudonym = shown
    return folded(shown_name(name, email, external_id, pseudonym)[:LONGEST_KEY])[:LONGEST_KEY]


def words_of(shown: Shown) -> str:
    """The words under which the contact is found, as it bears them.

    By its pseudonym it is found only where that is what it is called.
    """
    name, email, external_id, phone, pseudonym = shown
    is_called_so = shown_name(name, email, external_id, pseudonym) == pseudonym
    return borne(search_words(name, email, external_id, phone, pseudonym if is_called_so else None))
