"""Who takes part in a conversation beside its own contact."""

from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from app.contacts.operations import hold_contact
from app.contacts.records import Contact
from app.conversations import store
from app.conversations.operations import takes_part
from app.conversations.orders import Whom
from app.conversations.people import hold_or_make
from app.conversations.records import BOT, Author, Conversation, Part
from app.conversations.saving import hold, keep
from app.errors import LastCustomer, ParameterInvalid, UserNotFound
from app.ids import AppId
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News
from app.workspaces.teammates import get_teammate

MOST_PARTICIPANTS: Final = 50


def attach_contact(
    conn: Connection,
    app_id: AppId,
    given: object,
    whom: Whom,
    *,
    admin_id: object,
    actor: Actor,
    now: float,
) -> Conversation:
    """Bring a contact in; an email that nobody has makes a lead. Somebody who takes part already stays.

    Raises NotFound, UserNotFound, AdminNotFound, ParameterInvalid.
    """
    held = hold(conn, app_id, given, now)
    author = _author(conn, app_id, admin_id)
    contact = hold_or_make(conn, app_id, whom, actor=actor, now=now)
    if takes_part(conn, held.stored, contact):
        return held.conversation
    if len(store.participants_of(conn, app_id, held.stored.id)) >= MOST_PARTICIPANTS - 1:
        raise ParameterInvalid(f"{MOST_PARTICIPANTS} contacts take part already: no more can")
    store.bring_in(conn, app_id, held.stored.id, contact.id, now)
    part = Part("participant_added", author, now, held.conversation.state)
    kept = keep(conn, held, _touched(held.conversation, now), held.facts, part)
    _tell(conn, kept, contact, "attached", actor=actor, now=now)
    return kept


def detach_contact(
    conn: Connection,
    app_id: AppId,
    given: object,
    contact_id: str,
    *,
    admin_id: object,
    actor: Actor,
    now: float,
) -> Conversation:
    """Let a contact go; a conversation whose own it was belongs to whoever came next.

    Raises NotFound, UserNotFound, AdminNotFound, LastCustomer.
    """
    held = hold(conn, app_id, given, now)
    author = _author(conn, app_id, admin_id)
    contact = hold_contact(conn, app_id, contact_id)
    if not takes_part(conn, held.stored, contact):
        raise UserNotFound
    after = held.conversation
    others = [one for one in store.participants_of(conn, app_id, after.id) if one != contact.id]
    if contact.id == after.contact_id:
        if not others:
            raise LastCustomer
        after = replace(after, contact_id=others[0])
        store.forget_participant(conn, app_id, after.id, after.contact_id)
    store.let_go(conn, app_id, after.id, contact.id, now)
    part = Part("participant_removed", author, now, after.state)
    kept = keep(conn, held, _touched(after, now), held.facts, part)
    _tell(conn, kept, contact, "detached", actor=actor, now=now)
    return kept


def _author(conn: Connection, app_id: AppId, admin_id: object) -> Author:
    """The teammate who does it; the server itself where none is named."""
    if admin_id is None:
        return BOT
    return Author("admin", str(get_teammate(conn, app_id, admin_id, "admin_id").id))


def _touched(conversation: Conversation, now: float) -> Conversation:
    return replace(conversation, updated_at=max(conversation.updated_at, now))


def _tell(
    conn: Connection, conversation: Conversation, contact: Contact, what: str, *, actor: Actor, now: float
) -> None:
    app_id, subject_id = conversation.app_id, str(conversation.id)
    detail = {"contact_id": contact.id}
    deed = Deed(f"conversation.contact_{what}", "conversation", subject_id, detail)
    record(conn, app_id, actor, deed, now)
    announce(conn, app_id, News(f"conversation.contact.{what}", "conversation", subject_id, detail), now)
