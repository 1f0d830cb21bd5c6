"""Two records of one person made one: a lead goes up in a user. Rule R73.

What the user knows wins, what only the lead knows fills the gaps (its
external_id and email too, where no other user has them), and a value set by hand takes its
lock along. All that hangs on the lead (conversations, tags, notes, companies, events) hangs on the
user afterwards; counts add up. The lead's id then names nobody, but its browser and its open
sockets lead to the user: ``merged_contacts`` remembers. A visitor that turns out to be somebody
leaves its words alone: its visits are no sessions.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from app.attributes.records import DataAttribute
from app.contacts import merged_rows, precedence
from app.contacts.grace import standing_holders
from app.contacts.operations import hold_contact
from app.contacts.records import Contact
from app.contacts.saving import save
from app.contacts.sessions import Session, is_running
from app.errors import ParameterInvalid
from app.ids import AppId, ContactId
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News

ActiveAt = Callable[[AppId, ContactId], float | None]

# What fills a gap by itself; where one of a group is known, the others belong to it.
_GROUPS: Final[tuple[tuple[str, ...], ...]] = (
    ("phone",),
    ("name", "first_name", "last_name"),
    ("avatar_url",),
    ("signed_up_at",),
    ("owner_id",),
    ("language_override",),
    ("unsubscribed_from_emails",),
    ("timezone",),
    ("country", "country_code", "region", "city"),
    ("page_url", "page_title", "referrer"),
    ("user_agent", "browser", "browser_version", "os", "device"),
)
_LATEST: Final = (
    "last_seen_at", "active_at", "last_replied_at", "last_contacted_at", "synced_at", "ios_opened_at",
    "android_opened_at",
)  # fmt: skip
_SUMS: Final = ("ios_session_count", "android_session_count")


def merge_contacts(
    conn: Connection,
    app_id: AppId,
    from_id: str,
    into_id: str,
    *,
    actor: Actor,
    now: float,
    active_at: ActiveAt,
) -> Contact:
    """Merge the lead ``from_id`` into the user ``into_id``; returns the user as it is then.

    ``active_at`` tells when somebody was last active, where that is known in memory.
    Raises UserNotFound, or ParameterInvalid where they are no lead and no user.
    """
    lead, user = hold_contact(conn, app_id, from_id), hold_contact(conn, app_id, into_id)
    if lead.role != "lead":
        raise ParameterInvalid(f"from is a {lead.role}: only a lead can be merged into a user")
    if user.role != "user":
        raise ParameterInvalid(f"into is a {user.role}: a lead is merged into a user")
    return join(conn, user, lead, actor=actor, now=now, active_at=active_at)


def join(
    conn: Connection, user: Contact, lead: Contact, *, actor: Actor, now: float, active_at: ActiveAt
) -> Contact:
    """The deed itself, for two that are held in this transaction."""
    lead, known = _current(lead, active_at), _current(user, active_at)
    merged = _without_taken(conn, user, united(known, lead, now), now)
    # The lead steps aside first: it may bear what only one of them can bear.
    merged_rows.move_everything(conn, lead, user.id, now)
    after = save(conn, user, merged)
    deed = Deed("contact.merged", "contact", user.id, {"from": lead.id})
    record(conn, user.app_id, actor, deed, now)
    announce(conn, user.app_id, News("contact.merged", "contact", user.id, {"merged_from": lead.id}), now)
    return after


def united(user: Contact, lead: Contact, now: float) -> Contact:
    """The user with what the lead adds. Pure."""
    facts = {"updated_at": now} | _gaps_filled(user, lead)
    if user.external_id is None:
        facts["external_id"] = lead.external_id
    if user.email is None:
        facts |= {"email": lead.email, "email_key": lead.email_key}
    if user.anonymous_id is None:
        facts["anonymous_id"] = lead.anonymous_id
    facts |= {name: _of_both(max, user, lead, name) for name in _LATEST}
    facts["first_seen_at"] = _of_both(min, user, lead, "first_seen_at")
    facts |= {name: getattr(user, name) + getattr(lead, name) for name in _SUMS}
    facts |= _sessions(user, lead, now)
    return replace(user, **facts)


def taught(contact: Contact, visitor: Contact, attributes: Mapping[str, DataAttribute]) -> Contact:
    """The contact with what was said of the visitor that it turned out to be, where nothing is known of it. Pure.

    What unsigned pings may not write (rule R40) does not come that way either: a visitor's are unsigned.
    """
    may_come = {
        name: value
        for name, value in visitor.custom_attributes.items()
        if name not in attributes
        or attributes[name].messenger_writable
        or precedence.origin_of(visitor.custom_attributes, visitor.provenance, name).source != "ping"
    }
    return replace(contact, **_gaps_filled(contact, replace(visitor, custom_attributes=may_come)))


def _gaps_filled(known: Contact, other: Contact) -> dict[str, Any]:
    """What of another's facts stands where nothing is known."""
    facts = _attributes(known, other)
    for group in _GROUPS:
        if all(getattr(known, name) is None for name in group):
            facts |= {name: getattr(other, name) for name in group}
    return facts


def _current(contact: Contact, active_at: ActiveAt) -> Contact:
    """With its activity as memory knows it: the database may be minutes behind."""
    known = active_at(contact.app_id, contact.id)
    if known is None or (contact.active_at is not None and contact.active_at >= known):
        return contact
    return replace(contact, active_at=known)


def _sessions(user: Contact, lead: Contact, now: float) -> dict[str, Any]:
    """Counts add up; two sessions that are running are one, which began with the earlier of them."""
    running = [contact for contact in (user, lead) if _has_session(contact, now)]
    began = [contact.session_started_at for contact in running or (user, lead)]
    known = [at for at in began if at is not None]
    choose = min if running else max
    return {
        "session_count": user.session_count + lead.session_count - (1 if len(running) == 2 else 0),
        "session_started_at": choose(known) if known else None,
    }


def _has_session(contact: Contact, now: float) -> bool:
    if contact.session_started_at is None or contact.active_at is None:
        return False
    return is_running(Session(contact.session_started_at, contact.active_at), now)


def _attributes(user: Contact, lead: Contact) -> dict[str, Any]:
    """The user's values win, a blank one that was set by hand too; where each value comes from goes with it."""
    values, provenance = precedence.merge(
        user.custom_attributes, user.provenance, lead.custom_attributes, lead.provenance
    )
    return {"custom_attributes": values, "provenance": provenance}


def _without_taken(conn: Connection, user: Contact, merged: Contact, now: float) -> Contact:
    """Without those of the lead's ids, which leads may share, that are another user's own. Rule R50."""
    learned_id = merged.external_id if user.external_id is None else None
    learned_email = merged.email_key if user.email is None else None
    if learned_id is None and learned_email is None:
        return merged
    holders = standing_holders(conn, user.app_id, learned_id, learned_email, now)
    if holders.by_external_id is not None:
        merged = replace(merged, external_id=None)
    if holders.by_email is not None:
        merged = replace(merged, email=None, email_key=None)
    return merged


def _of_both(choose: Callable[[list[float]], float], user: Contact, lead: Contact, name: str) -> float | None:
    known = [value for value in (getattr(user, name), getattr(lead, name)) if value is not None]
    return choose(known) if known else None
