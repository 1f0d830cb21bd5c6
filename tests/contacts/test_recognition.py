"""Who a ping is about, as a table: who holds the ids already, and what follows."""

from dataclasses import replace
from typing import Any

import pytest

from app.contacts.recognition import Holders, Recognition, recognise
from app.contacts.records import Contact, Role
from app.contacts.user_data import UserData
from app.errors import ContactDeleted
from app.ids import AppId, ContactId

BY_ID = UserData(user_id="42")
BY_EMAIL = UserData(email="joe@example.com")
BY_BOTH = UserData(user_id="42", email="joe@example.com")
ANONYMOUS = UserData(anonymous_id="a1")


def contact(role: Role, number: int = 1, **values: Any) -> Contact:
    return Contact(
        AppId("uabc1234"),
        ContactId(f"{number:024x}"),
        role,
        listed=True,
        pseudonym="Pink Stereo",
        name_key="pink stereo",
        created_at=1.0,
        updated_at=1.0,
        **values,
    )


USER = contact("user", 1, external_id="42")
MAILED = contact("user", 2, email="joe@example.com")
OTHER = contact("user", 3, external_id="7", email="joe@example.com")
VISITOR = contact("visitor", 4, anonymous_id="a1")
LEAD = contact("lead", 5, anonymous_id="a1")


def gone(whom: Contact) -> Contact:
    return replace(whom, deleted_at=1.0)


def ask(
    person: UserData, strict: bool = False, email_is_proven: bool = False, **holders: Contact
) -> Recognition:
    return recognise(person, Holders(**holders), strict=strict, email_is_proven=email_is_proven)


@pytest.mark.parametrize("person", [BY_ID, BY_EMAIL, BY_BOTH, ANONYMOUS, UserData()])
def test_whoever_holds_nothing_is_new(person: UserData) -> None:
    assert ask(person) == Recognition(None)


@pytest.mark.parametrize(
    ("person", "holders", "expected"),
    [
        (BY_ID, {"by_external_id": USER}, Recognition(USER)),
        (BY_BOTH, {"by_external_id": USER}, Recognition(USER)),
        (BY_EMAIL, {"by_email": MAILED}, Recognition(MAILED)),
        (BY_EMAIL, {"by_email": OTHER}, Recognition(OTHER)),
        # An email without a user_id adopts the one that comes with it; another user's does not.
        (BY_BOTH, {"by_email": MAILED}, Recognition(MAILED)),
        (BY_BOTH, {"by_email": OTHER}, Recognition(None, email_is_taken=True)),
        (BY_BOTH, {"by_external_id": USER, "by_email": MAILED}, Recognition(USER, email_is_taken=True)),
        # A browser alone.
        (ANONYMOUS, {"by_anonymous_id": VISITOR}, Recognition(VISITOR)),
        (ANONYMOUS, {"by_anonymous_id": LEAD}, Recognition(LEAD)),
        (ANONYMOUS, {"by_anonymous_id": USER}, Recognition(USER)),
        # A browser that signs in as somebody new becomes that user.
        (BY_ID, {"by_anonymous_id": VISITOR}, Recognition(VISITOR)),
        (BY_EMAIL, {"by_anonymous_id": VISITOR}, Recognition(VISITOR)),
        (BY_ID, {"by_anonymous_id": LEAD}, Recognition(LEAD)),
        (
            BY_BOTH,
            {"by_email": OTHER, "by_anonymous_id": VISITOR},
            Recognition(VISITOR, email_is_taken=True),
        ),
        # Nobody holds the browser, but its lead went up in a user.
        (ANONYMOUS, {"heir": USER}, Recognition(USER, bears_anonymous_id=False)),
        (ANONYMOUS, {"by_anonymous_id": VISITOR, "heir": USER}, Recognition(VISITOR)),
        (BY_EMAIL, {"heir": USER}, Recognition(None)),
        (BY_ID, {"heir": LEAD}, Recognition(LEAD)),
        (BY_ID, {"by_external_id": USER, "heir": LEAD}, Recognition(USER, merged=LEAD)),
        # A visitor that signs in as a known user is absorbed, a lead is merged.
        (BY_ID, {"by_external_id": USER, "by_anonymous_id": VISITOR}, Recognition(USER, absorbed=VISITOR)),
        (BY_EMAIL, {"by_email": MAILED, "by_anonymous_id": VISITOR}, Recognition(MAILED, absorbed=VISITOR)),
        (
            BY_ID,
            {"by_external_id": USER, "by_anonymous_id": LEAD},
            Recognition(USER, merged=LEAD),
        ),
        # The same browser, as always, or where somebody else signed in before.
        (BY_ID, {"by_external_id": USER, "by_anonymous_id": USER}, Recognition(USER)),
        (BY_ID, {"by_external_id": USER, "by_anonymous_id": MAILED}, Recognition(USER, displaced=MAILED)),
        (BY_ID, {"by_anonymous_id": OTHER}, Recognition(None, displaced=OTHER)),
        (BY_EMAIL, {"by_anonymous_id": USER}, Recognition(None, displaced=USER)),
    ],
)
def test_who_it_is(person: UserData, holders: dict[str, Contact], expected: Recognition) -> None:
    assert ask(person, **holders) == expected


@pytest.mark.parametrize(
    ("person", "holders"),
    [
        (BY_ID, {"by_external_id": gone(USER)}),
        (BY_EMAIL, {"by_email": gone(MAILED)}),
        (BY_EMAIL, {"by_email": gone(OTHER)}),
        (BY_BOTH, {"by_email": gone(MAILED)}),
        (BY_BOTH, {"by_external_id": gone(USER), "by_email": MAILED}),
        (ANONYMOUS, {"by_anonymous_id": gone(VISITOR)}),
        (ANONYMOUS, {"by_anonymous_id": gone(USER)}),
        (ANONYMOUS, {"by_anonymous_id": gone(LEAD)}),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_R62_a_deleted_contact_is_refused_by_each_of_its_ids(
    person: UserData, holders: dict[str, Contact], strict: bool
) -> None:
    with pytest.raises(ContactDeleted):
        ask(person, strict, email_is_proven=True, **holders)


def test_R62_somebody_else_may_not_have_a_deleted_users_email_or_browser() -> None:
    assert ask(BY_BOTH, by_email=gone(OTHER)) == Recognition(None, email_is_taken=True)
    assert ask(BY_ID, by_anonymous_id=gone(VISITOR)) == Recognition(None, bears_anonymous_id=False)


def test_R80_a_browser_is_no_proof_of_a_user() -> None:
    assert ask(ANONYMOUS, strict=True, by_anonymous_id=USER) == Recognition(None, displaced=USER)
    assert ask(ANONYMOUS, strict=True, by_anonymous_id=VISITOR) == Recognition(VISITOR)
    assert ask(ANONYMOUS, strict=True, by_anonymous_id=LEAD) == Recognition(LEAD)


def test_R80_an_unproven_email_adopts_nobody() -> None:
    assert ask(BY_BOTH, strict=True, by_email=MAILED) == Recognition(None, email_is_taken=True)
    assert ask(BY_BOTH, strict=True, email_is_proven=True, by_email=MAILED) == Recognition(MAILED)
    assert ask(BY_BOTH, strict=False, by_email=MAILED) == Recognition(MAILED)


def test_R80_an_unproven_email_tells_nothing_of_who_was_deleted() -> None:
    assert ask(BY_BOTH, strict=True, by_email=gone(MAILED)) == Recognition(None, email_is_taken=True)


def test_R80_where_identities_are_verified_a_browser_leads_to_no_heir() -> None:
    assert ask(ANONYMOUS, True, heir=USER) == Recognition(None)
    assert ask(ANONYMOUS, True, heir=LEAD) == Recognition(LEAD, bears_anonymous_id=False)
    with pytest.raises(ContactDeleted):
        ask(ANONYMOUS, heir=gone(USER))
