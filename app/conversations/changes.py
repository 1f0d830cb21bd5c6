"""What is changed about a conversation, beside what is said in it: its fields, its tags; what is taken out of it.

Whatever is destroyed here leaves the facts behind, so that reports stay true. Rule R63.
"""

from dataclasses import replace

from sqlalchemy import Connection, select

from app.attributes.values import is_same
from app.conversations import store
from app.conversations.bodies import REDACTED
from app.conversations.orders import MOST_ATTRIBUTES, Changes, Redaction
from app.conversations.records import BOT, Conversation, ConversationId, Part
from app.conversations.saving import Held, hold, keep
from app.errors import (
    CompanyNotFound,
    ConversationPartNotFound,
    ConversationPartNotRedactable,
    NotFound,
    ParameterInvalid,
)
from app.ids import AppId, serial_id
from app.storage.tables import companies
from app.tags.records import Subject
from app.tags.store import forget_subject
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News


def change_conversation(
    conn: Connection, app_id: AppId, given: object, changes: Changes, *, actor: Actor, now: float
) -> Conversation:
    """Change what is named and nothing else; each attribute that changes leaves a part that tells of it.

    Raises NotFound, CompanyNotFound, ParameterInvalid.
    """
    held = hold(conn, app_id, given, now)
    before = held.conversation
    _require_company(conn, app_id, changes.fields.get("company_id"))
    attributes = dict(before.custom_attributes)
    changed = {
        name: value for name, value in changes.attributes.items() if not is_same(attributes.get(name), value)
    }
    attributes |= changed
    attributes = {name: value for name, value in attributes.items() if value is not None}
    if len(attributes) > MOST_ATTRIBUTES:
        raise ParameterInvalid(f"A conversation has at most {MOST_ATTRIBUTES} custom attributes")
    after = replace(before, **changes.fields, custom_attributes=attributes)
    if after == before and not changed:
        return keep(conn, held, after, held.facts)
    after = replace(after, updated_at=max(before.updated_at, now))
    parts = [
        Part(
            "conversation_attribute_updated_by_admin",
            BOT,
            now,
            after.state,
            details={"attribute": {"name": name}, "value": {"name": None if value is None else str(value)}},
        )
        for name, value in changed.items()
    ]
    kept = keep(conn, held, after, held.facts, *parts)
    detail = {"fields": sorted([*changes.fields, *(["custom_attributes"] if changed else [])])}
    record(conn, app_id, actor, Deed("conversation.updated", "conversation", str(kept.id), detail), now)
    if after.is_read and not before.is_read:
        announce(conn, app_id, News("conversation.read", "conversation", str(kept.id)), now)
    return kept


def delete_conversation(
    conn: Connection, app_id: AppId, given: object, *, actor: Actor, now: float
) -> ConversationId:
    """Destroy all that was said, for good; raises NotFound."""
    deleted = hold(conn, app_id, given, now).stored.id
    store.delete_conversation(conn, app_id, deleted)
    forget_subject(conn, app_id, Subject("conversation", str(deleted)))
    record(conn, app_id, actor, Deed("conversation.deleted", "conversation", str(deleted)), now)
    announce(conn, app_id, News("conversation.deleted", "conversation", str(deleted)), now)
    return deleted


def redact(
    conn: Connection, app_id: AppId, redaction: Redaction, *, actor: Actor, now: float
) -> Conversation:
    """Take the words out of a part, or out of a contact's first message.

    Raises ConversationPartNotFound, ConversationPartNotRedactable.
    """
    try:
        held = hold(conn, app_id, redaction.conversation_id, now)
    except NotFound:
        raise ConversationPartNotFound from None
    if redaction.type == "source":
        kept = _redact_source(conn, held, redaction, now)
    else:
        kept = _redact_part(conn, held, redaction, now)
    detail = {"type": redaction.type}
    record(conn, app_id, actor, Deed("conversation.redacted", "conversation", str(kept.id), detail), now)
    announce(conn, app_id, News("conversation_part.redacted", "conversation", str(kept.id)), now)
    return kept


def _redact_source(conn: Connection, held: Held, redaction: Redaction, now: float) -> Conversation:
    before = held.conversation
    # The first message has no number of its own: it goes by the conversation's.
    if serial_id(redaction.target_id) != before.id:
        raise ConversationPartNotFound
    if before.author_type not in ("user", "lead") or before.body is None:
        raise ConversationPartNotRedactable
    after = replace(
        before,
        body=REDACTED,
        words="",
        subject=None,
        attachments=(),
        is_redacted=True,
        updated_at=max(before.updated_at, now),
    )
    return keep(conn, held, after, held.facts)


def _redact_part(conn: Connection, held: Held, redaction: Redaction, now: float) -> Conversation:
    before = held.conversation
    part_id = serial_id(redaction.target_id)
    part = part_id and store.find_part(conn, before.app_id, before.id, part_id)
    if not part:
        raise ConversationPartNotFound
    if part.body is None:
        raise ConversationPartNotRedactable
    store.redact_part(conn, before.app_id, before.id, part.id, body=REDACTED, now=now)
    return keep(conn, held, replace(before, updated_at=max(before.updated_at, now)), held.facts)


def _require_company(conn: Connection, app_id: AppId, company_id: str | None) -> None:
    if company_id is None:
        return
    known = select(companies.c.id).where(companies.c.app_id == app_id, companies.c.id == company_id)
    if conn.execute(known).first() is None:
        raise CompanyNotFound
