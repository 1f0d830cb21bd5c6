"""Who a ping is about: a contact that is known, or somebody new. Pure rules.

A ``user_id`` tells most, then an email, then the browser's ``anonymous_id``. Whoever claims a
``user_id`` or an email is a user; a visitor whose browser signs in becomes that user, or is
absorbed into it where the user is known already, and a lead is merged into it. Where the workspace verifies identities
(rule R80), an anonymous id is no proof, nor is an email that comes unsigned with a signed ``user_id``: there they never
lead to a user.
"""

from dataclasses import dataclass

from app.contacts.records import Contact
from app.contacts.user_data import UserData
from app.errors import ContactDeleted


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds the ids of a ping already: its user_id and email among users, its anonymous_id among all."""

    by_external_id: Contact | None = None
    by_email: Contact | None = None
    by_anonymous_id: Contact | None = None
    heir: Contact | None = None
    """Who the lead or visitor of this browser went up in, where nobody holds the anonymous_id."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """The contact of a ping, none where one has to be made, and what follows for others."""

    contact: Contact | None
    absorbed: Contact | None = None
    """A visitor that turned out to be the contact: its row goes."""
    merged: Contact | None = None
    """A lead that turned out to be the contact: all that it has goes to the contact. Rule R73."""
    displaced: Contact | None = None
    """Whoever has to give the anonymous id up to the contact."""
    bears_anonymous_id: bool = True
    """Whether the contact may be stored with the anonymous id of the ping."""
    email_is_taken: bool = False
    """The email belongs to another user: it can't be stored with this contact."""


def recognise(person: UserData, holders: Holders, *, strict: bool, email_is_proven: bool) -> Recognition:
    """Find the contact among ``holders``. ``strict``: the workspace verifies identities.

    Raises ContactDeleted where that contact has been deleted; its ids stay reserved. Rules R60, R62.
    """
    if person.user_id is None and person.email is None:
        return _recognise_browser(holders, strict)
    return _recognise_user(person, holders, may_adopt=email_is_proven or not strict)


def _recognise_browser(holders: Holders, strict: bool) -> Recognition:
    holder = holders.by_anonymous_id
    if holder is None:
        return _recognise_heir(holders.heir, strict)
    if holder.deleted_at is not None:
        raise ContactDeleted
    if strict and holder.role == "user":
        return Recognition(None, displaced=holder)
    return Recognition(holder)


def _recognise_heir(heir: Contact | None, strict: bool) -> Recognition:
    if heir is None or (strict and heir.role == "user"):
        return Recognition(None)
    if heir.deleted_at is not None:
        raise ContactDeleted
    return Recognition(heir, bears_anonymous_id=False)


def _recognise_user(person: UserData, holders: Holders, *, may_adopt: bool) -> Recognition:
    user = holders.by_external_id or _user_by_email(person, holders.by_email, may_adopt)
    if user is not None and user.deleted_at is not None:
        raise ContactDeleted
    taken = holders.by_email is not None and (user is None or holders.by_email.id != user.id)
    browser = holders.by_anonymous_id or _lead_of_browser(holders.heir)
    if browser is None or (user is not None and browser.id == user.id):
        return Recognition(user, email_is_taken=taken)
    if browser.deleted_at is not None:
        return Recognition(user, bears_anonymous_id=False, email_is_taken=taken)
    if browser.role == "user":
        # Somebody else signed in here before.
        return Recognition(user, displaced=browser, email_is_taken=taken)
    if user is None:
        return Recognition(browser, email_is_taken=taken)
    if browser.role == "visitor":
        return Recognition(user, absorbed=browser, email_is_taken=taken)
    return Recognition(user, merged=browser, email_is_taken=taken)


def _lead_of_browser(heir: Contact | None) -> Contact | None:
    """A lead that a browser leads to signs in from it as from its own; a user may be whoever signed in there before."""
    return heir if heir is not None and heir.role == "lead" else None


def _user_by_email(person: UserData, holder: Contact | None, may_adopt: bool) -> Contact | None:
    """The user that an email names: whoever has it, or with a ``user_id`` only who has none yet."""
    if holder is None or person.user_id is None:
        return holder
    return holder if may_adopt and holder.external_id is None else None
