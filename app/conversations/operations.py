"""What contacts and teammates do in conversations: begin one, reply, close, open, snooze, assign. Rule R70.

Each is one transaction, on the audit log (without a word of what was said) and told to webhooks.
"""

from dataclasses import replace

from sqlalchemy import Connection

from app.contacts.records import Contact
from app.conversations import facts as rules
from app.conversations import states, store
from app.conversations.bodies import words_of
from app.conversations.orders import AdminReply, ContactReply, Management, Opening, Whom
from app.conversations.people import hold_whom, spoke, was_answered
from app.conversations.records import (
    Assignee,
    Author,
    AuthorType,
    Conversation,
    ConversationId,
    Facts,
    Part,
)
from app.conversations.saving import Held, begin, hold, keep
from app.errors import NotFound, ParameterInvalid, ParameterNotFound
from app.ids import AppId
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News
from app.workspaces.teammates import Teammate, get_teammate
from app.workspaces.teams import get_team

LAST = "last"
"""Stands for the id of the conversation that a contact last had a part in."""


def begin_conversation(
    conn: Connection, app_id: AppId, opening: Opening, *, actor: Actor, now: float
) -> Conversation:
    """A contact's first message; a visitor is a lead from then on. Raises UserNotFound, ParameterInvalid."""
    at = _moment(opening.created_at, now)
    contact = spoke(conn, hold_whom(conn, app_id, opening.whom), at, actor=actor, now=now)
    author = author_of(contact)
    conversation = Conversation(
        app_id=app_id,
        id=ConversationId(0),
        contact_id=contact.id,
        state="open",
        is_read=False,
        created_at=at,
        updated_at=at,
        waiting_since=at,
        body=opening.body,
        words=words_of(opening.body),
        author_type=author.type,
        author_id=author.id,
        subject=opening.subject,
        source_url=contact.page_url,
        attachments=opening.attachments,
    )
    begun = begin(conn, conversation, rules.contact_spoke(Facts(created_at=at), at))
    _tell(conn, begun, "created", "conversation.user.created", actor=actor, now=now)
    return begun


def reply(
    conn: Connection,
    app_id: AppId,
    given: object,
    order: ContactReply | AdminReply,
    *,
    actor: Actor,
    now: float,
) -> Conversation:
    """Say something in a conversation; ``last`` is the last one of the contact that is named.

    Raises NotFound (also where the contact takes no part in it), UserNotFound, AdminNotFound, ParameterInvalid.
    """
    if given == LAST:
        given = _last_of(conn, app_id, order.whom)
    held = hold(conn, app_id, given, now)
    began = held.conversation.created_at
    # Whole seconds are compared: that is how a caller was told when the conversation began.
    if order.created_at is not None and order.created_at < int(began):
        raise ParameterInvalid(f"created_at is {order.created_at}: the conversation began after that")
    at = max(_moment(order.created_at, now), began)
    if isinstance(order, ContactReply):
        return _contact_replies(conn, held, order, at, actor=actor, now=now)
    return _admin_replies(conn, held, order, at, actor=actor, now=now)


def manage(
    conn: Connection, app_id: AppId, given: object, order: Management, *, actor: Actor, now: float
) -> Conversation:
    """Close, open, snooze or assign; raises NotFound, AdminNotFound, TeamNotFound, ParameterInvalid."""
    held = hold(conn, app_id, given, now)
    teammate = get_teammate(conn, app_id, order.admin_id, "admin_id")
    move, facts, topic = _managed(conn, held, order, teammate, now)
    after, part_type = move
    # What is said with it is an answer, whatever else it does.
    if order.body is not None:
        facts = rules.admin_spoke(facts, held.conversation.waiting_since, now)
        after = states.admin_speaks(after, now)
        was_answered(conn, app_id, after.contact_id, now)
        part_type = part_type or "comment"
    if part_type is None:
        return keep(conn, held, after, facts)
    to = Assignee(order.assignee_type, order.assignee_id) if order.type == "assignment" else None
    part = Part(part_type, _admin(teammate), now, after.state, body=order.body, assigned_to=to)
    kept = keep(conn, held, after, facts, part)
    said = "replied" if part_type == "comment" else order.type
    _tell(
        conn, kept, said, "conversation.admin.replied" if said == "replied" else topic, actor=actor, now=now
    )
    return kept


def author_of(contact: Contact) -> Author:
    """A contact as the author of what it says; visitors are leads by then."""
    kind: AuthorType = "user" if contact.role == "user" else "lead"
    return Author(kind, contact.id)


def _contact_replies(
    conn: Connection, held: Held, order: ContactReply, at: float, *, actor: Actor, now: float
) -> Conversation:
    contact = hold_whom(conn, held.stored.app_id, order.whom)
    if not takes_part(conn, held.stored, contact):
        raise NotFound
    contact = spoke(conn, contact, at, actor=actor, now=now)
    after, part_type = states.contact_speaks(held.conversation, at)
    facts = rules.contact_spoke(held.facts, at)
    if held.conversation.state == "closed":
        facts = rules.reopened(facts)
    part = Part(
        type=part_type or "comment",
        author=author_of(contact),
        created_at=at,
        state=after.state,
        body=order.body,
        attachments=order.attachments,
        details=order.details,
    )
    kept = keep(conn, held, after, facts, part)
    _tell(conn, kept, "replied", "conversation.user.replied", actor=actor, now=now)
    return kept


def _admin_replies(
    conn: Connection, held: Held, order: AdminReply, at: float, *, actor: Actor, now: float
) -> Conversation:
    app_id, before = held.stored.app_id, held.conversation
    teammate = get_teammate(conn, app_id, order.admin_id, "admin_id")
    if order.type == "note":
        after, facts = replace(before, updated_at=max(before.updated_at, at)), held.facts
    else:
        after, facts = (
            states.admin_speaks(before, at),
            rules.admin_spoke(held.facts, before.waiting_since, at),
        )
        was_answered(conn, app_id, before.contact_id, at)
    part = Part(
        type=order.type,
        author=_admin(teammate),
        created_at=at,
        state=after.state,
        body=order.body,
        attachments=order.attachments,
        details=order.details,
    )
    kept = keep(conn, held, after, facts, part)
    said = "noted" if order.type == "note" else "replied"
    _tell(conn, kept, said, f"conversation.admin.{said}", actor=actor, now=now)
    return kept


def _managed(
    conn: Connection, held: Held, order: Management, teammate: Teammate, now: float
) -> tuple[states.Move, Facts, str]:
    """What an order makes of a conversation and its facts, and what webhooks are told."""
    before, facts = held.conversation, held.facts
    if order.type == "close":
        move = states.close(before, now)
        return (
            move,
            rules.closed(facts, teammate.id, now) if move.part_type else facts,
            "conversation.admin.closed",
        )
    if order.type == "open":
        topic = f"conversation.admin.{'unsnoozed' if before.state == 'snoozed' else 'opened'}"
        return states.reopen(before, now), _reopened(before, facts), topic
    if order.type == "snoozed":
        return (
            states.snooze(before, float(order.snoozed_until or 0), now),
            facts,
            "conversation.admin.snoozed",
        )
    to = Assignee(order.assignee_type, order.assignee_id)
    _require_assignee(conn, before.app_id, to)
    if to.id is not None:
        facts = rules.assigned(_reopened(before, facts), now)
    return states.assign(before, to, now), facts, "conversation.admin.assigned"


def _reopened(before: Conversation, facts: Facts) -> Facts:
    return rules.reopened(facts) if before.state == "closed" else facts


def _require_assignee(conn: Connection, app_id: AppId, to: Assignee) -> None:
    if to.id is None:
        return
    if to.type == "admin":
        get_teammate(conn, app_id, to.id, "assignee_id")
    else:
        get_team(conn, app_id, to.id)


def takes_part(conn: Connection, conversation: Conversation, contact: Contact) -> bool:
    """Whether a conversation is the contact's, or it was brought in."""
    return contact.id == conversation.contact_id or store.is_participant(
        conn, conversation.app_id, conversation.id, contact.id
    )


def _last_of(conn: Connection, app_id: AppId, whom: Whom | None) -> ConversationId | None:
    if whom is None:
        raise ParameterNotFound(
            "intercom_user_id, user_id or email is missing: whose last conversation is meant?"
        )
    return store.last_conversation_of(conn, app_id, hold_whom(conn, app_id, whom).id)


def _moment(given: int | None, now: float) -> float:
    """When it was said; raises ParameterInvalid for what is still to come."""
    if given is not None and given > now:
        raise ParameterInvalid(f"created_at is {given}: it must not be ahead of now")
    return now if given is None else float(given)


def _admin(teammate: Teammate) -> Author:
    return Author("admin", str(teammate.id))


def _tell(
    conn: Connection, conversation: Conversation, what: str, topic: str, *, actor: Actor, now: float
) -> None:
    subject_id = str(conversation.id)
    deed = Deed(f"conversation.{what}", "conversation", subject_id)
    record(conn, conversation.app_id, actor, deed, now)
    announce(conn, conversation.app_id, News(topic, "conversation", subject_id), now)
