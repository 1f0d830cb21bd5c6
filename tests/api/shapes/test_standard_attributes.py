"""The attributes that all have: each is where its full name says."""

from typing import Any

import pytest

from app.api.shapes.contacts import contact_shape
from app.api.shapes.standard_attributes import STANDARD, StandardAttribute
from app.contacts.drafts import Draft
from app.contacts.marks import Marks
from app.contacts.records import Contact
from app.ids import AppId, ContactId

SOMEBODY = Contact(AppId("uaaaaaaa"), ContactId("0" * 24), "user", True, "Pink Stereo", "", 1.0, 1.0)
SHAPE = contact_shape(SOMEBODY, {"online": False, "since": None, "last_seen_at": None}, Marks())


@pytest.mark.parametrize("standard", STANDARD["contact"], ids=lambda standard: standard.full_name)
def test_what_is_listed_of_contacts_is_in_every_contact(standard: StandardAttribute) -> None:
    found: Any = SHAPE
    for step in standard.full_name.split("."):
        assert step in found
        found = found[step]


def test_what_can_be_written_is_what_a_draft_takes() -> None:
    named = {name.replace("avatar_url", "avatar") for name in Draft.__slots__} - {"custom_attributes"}
    assert {standard.name for standard in STANDARD["contact"] if standard.api_writable} == named


def test_no_full_name_stands_twice() -> None:
    for standards in STANDARD.values():
        names = [standard.full_name for standard in standards]
        assert len(names) == len(set(names))
