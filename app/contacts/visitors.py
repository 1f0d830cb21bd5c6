"""Visitors as scripts see them: read one, change one, make it a lead or a user."""

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, bindparam, select

from app.attributes.operations import attributes_of
from app.contacts import reading, store
from app.contacts.drafts import Draft
from app.contacts.event_orders import Whose
from app.contacts.grace import standing_holders
from app.contacts.merging import taught
from app.contacts.operations import change_contact, conflict_message, hold_contact
from app.contacts.profiles import named_by_email
from app.contacts.records import Contact
from app.contacts.saving import save
from app.contacts.visitor_orders import Conversion
from app.errors import Conflict, ParameterInvalid, ParameterNotFound, VisitorNotFound
from app.ids import AppId, ContactId, is_contact_id
from app.storage.tables import contacts
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News

_LONGEST_ID: Final = 255
_BY_ANONYMOUS_ID: Final = select(contacts.c.id).where(
    contacts.c.app_id == bindparam("app_id"), contacts.c.anonymous_id == bindparam("anonymous_id")
)


@dataclass(frozen=True, slots=True)
class Converted:
    """Who the visitor is now. ``absorbed`` is its id where it went up in somebody else: it is no more."""

    contact: Contact
    absorbed: ContactId | None = None


def get_visitor(conn: Connection, app_id: AppId, whose: Whose) -> Contact:
    """The visitor of an id, a browser or an email; raises VisitorNotFound."""
    found: list[Contact | None]
    if whose.id is not None:
        is_id = is_contact_id(whose.id)
        found = [reading.contact_of_id(conn, app_id, ContactId(whose.id)) if is_id else None]
    elif whose.user_id is not None:
        found = [_of_browser(conn, app_id, whose.user_id)]
    else:
        found = list(named_by_email(conn, app_id, whose.email or ""))
    visitors = [contact for contact in found if contact is not None and contact.role == "visitor"]
    if len(visitors) != 1:
        raise VisitorNotFound
    return visitors[0]


def change_visitor(
    conn: Connection, app_id: AppId, whose: Whose, draft: Draft, *, actor: Actor, now: float
) -> Contact:
    """Raises VisitorNotFound, ParameterInvalid."""
    visitor = get_visitor(conn, app_id, whose)
    return change_contact(conn, app_id, visitor.id, draft, actor=actor, now=now)


def convert(conn: Connection, app_id: AppId, order: Conversion, *, actor: Actor, now: float) -> Converted:
    """Make a visitor a lead or a user; where that contact is there already, the visitor goes up in it.

    Raises VisitorNotFound, UserNotFound, ParameterNotFound, ParameterInvalid, and Conflict where a deleted user
    has the ids.
    """
    visitor = hold_contact(conn, app_id, get_visitor(conn, app_id, order.visitor).id)
    known = _known(conn, app_id, order, now)
    if known is None or known.id == visitor.id:
        converted = Converted(_become(conn, visitor, order, actor=actor, now=now))
    elif known.role != order.role:
        raise ParameterInvalid(f"user is a {known.role}, and type says {order.role}")
    else:
        converted = Converted(_absorb(conn, visitor, known, actor=actor, now=now), visitor.id)
    if order.role == "user":
        announce(conn, app_id, News("visitor.signed_up", "contact", converted.contact.id), now)
    return converted


def _known(conn: Connection, app_id: AppId, order: Conversion, now: float) -> Contact | None:
    """The contact whom a conversion names, held; a lead by its id alone, for leads may share all else."""
    if order.contact_id is not None:
        return hold_contact(conn, app_id, order.contact_id)
    if order.role == "lead":
        return None
    user_id, email = order.draft.external_id or None, order.draft.email or None
    holders = standing_holders(conn, app_id, user_id, email.lower() if email else None, now)
    # Of a user_id that nobody has, the email's holder is somebody else: a conflict, found in the writing.
    holder = holders.by_external_id if user_id else holders.by_email
    if holder is not None and holder.deleted_at is not None:
        raise Conflict(conflict_message(holder))
    return holder


def _become(conn: Connection, visitor: Contact, order: Conversion, *, actor: Actor, now: float) -> Contact:
    draft = order.draft
    tells_who = draft.external_id or draft.email or visitor.email
    if order.role == "user" and not tells_who:
        raise ParameterNotFound("user.user_id or user.email is missing: a user has at least one of them")
    return change_contact(conn, visitor.app_id, visitor.id, draft, actor=actor, now=now)


def _absorb(conn: Connection, visitor: Contact, known: Contact, *, actor: Actor, now: float) -> Contact:
    """The visitor's visits were no sessions of the contact, and don't become any; what it did and bore does.

    What only the visitor knew, the contact knows now.
    """
    app_id = visitor.app_id
    # By its browser alone a lead is known: it keeps its own, and the visitor's leads to it as well.
    keeps_own = known.role == "lead" and known.anonymous_id is not None
    store.absorb_visitor(
        conn, visitor, known.id, now, anonymous_id=visitor.anonymous_id if keeps_own else None
    )
    seen = [contact.last_seen_at for contact in (visitor, known) if contact.last_seen_at is not None]
    first = [contact.first_seen_at for contact in (visitor, known) if contact.first_seen_at is not None]
    after = replace(
        taught(known, visitor, attributes_of(conn, app_id, "contact")),
        anonymous_id=known.anonymous_id if keeps_own else visitor.anonymous_id or known.anonymous_id,
        first_seen_at=min(first, default=None),
        last_seen_at=max(seen, default=None),
        updated_at=now,
    )
    after = save(conn, known, after)
    deed = Deed("visitor.converted", "contact", known.id, {"visitor_id": visitor.id})
    record(conn, app_id, actor, deed, now)
    announce(conn, app_id, News(f"contact.{known.role}.updated", "contact", known.id), now)
    return after


def _of_browser(conn: Connection, app_id: AppId, anonymous_id: str) -> Contact | None:
    if len(anonymous_id) > _LONGEST_ID or "\0" in anonymous_id:
        return None
    given = {"app_id": app_id, "anonymous_id": anonymous_id}
    contact_id = conn.execute(_BY_ANONYMOUS_ID, given).scalar_one_or_none()
    return None if contact_id is None else reading.contact_of_id(conn, app_id, contact_id)
