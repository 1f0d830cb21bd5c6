"""What a draft changes of a row."""

import pytest

from app.contacts.custom import WriteSource
from app.contacts.drafts import read_draft
from app.contacts.facts import facts_of
from support.recording import NOW


def test_what_follows_from_a_field_changes_with_it() -> None:
    facts = facts_of(read_draft({"email": "Ada@Example.com", "name": "Dr. Ada King"}), source="rest", now=NOW)
    assert facts == {
        "email": "Ada@Example.com",
        "email_key": "ada@example.com",
        "name": "Dr. Ada King",
        "first_name": "Ada",
        "last_name": "King",
        "updated_at": NOW,
        "synced_at": NOW,
    }


def test_a_name_that_is_given_as_it_stands_leaves_its_halves() -> None:
    draft = read_draft({"name": "Mary Ann King"})
    assert "first_name" not in facts_of(draft, source="rest", now=NOW, known_name="Mary Ann King")
    assert facts_of(draft, source="rest", now=NOW, known_name="Mary King")["first_name"] == "Mary"


def test_what_is_cleared_takes_along_what_followed_from_it() -> None:
    facts = facts_of(read_draft({"email": None, "name": None}), source="rest", now=NOW)
    assert (facts["email_key"], facts["first_name"], facts["last_name"]) == (None, None, None)


@pytest.mark.parametrize(("source", "is_sync"), [("rest", True), ("csv", True), ("manual", False)])
def test_R54_a_teammates_hand_is_no_sync(source: WriteSource, is_sync: bool) -> None:
    assert ("synced_at" in facts_of(read_draft({}), source=source, now=NOW)) is is_sync
