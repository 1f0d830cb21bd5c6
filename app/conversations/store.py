"""SQL of conversations, one by one: the first message, the parts, the facts.

A conversation is there for as long as its contact is: the deleted one's are hidden with it, and come back
with it (rules R60, R61). The facts stay whatever happens (rule R63).
"""

from dataclasses import asdict, fields
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, func, insert, select, update

from app.conversations.records import (
    Assignee,
    Author,
    Conversation,
    ConversationId,
    Facts,
    Part,
    Rating,
)
from app.ids import AppId, ContactId
from app.storage.tables import (
    contacts,
    conversation_contacts,
    conversation_facts,
    conversation_parts,
    conversation_ratings,
    conversations,
)

FIELDS: Final = tuple(field.name for field in fields(Conversation))
COLUMNS: Final = [conversations.c[name] for name in FIELDS]
_FACTS: Final = tuple(field.name for field in fields(Facts))
_RATING: Final = tuple(field.name for field in fields(Rating))

OWNED: Final[ColumnElement[bool]] = and_(
    contacts.c.app_id == conversations.c.app_id,
    contacts.c.id == conversations.c.contact_id,
    contacts.c.deleted_at.is_(None),
)
"""A conversation's contact, as long as it has not been deleted: what every look-up joins."""


def visible(app_id: AppId, *columns: ColumnElement[Any]) -> Select[Any]:
    """The conversations of a workspace that can be seen, whole or by some columns."""
    chosen: Any = columns or COLUMNS
    statement = select(*chosen).select_from(conversations).join(contacts, OWNED)
    return statement.where(conversations.c.app_id == app_id)


def find_conversation(
    conn: Connection, app_id: AppId, conversation_id: ConversationId, *, to_change: bool = False
) -> Conversation | None:
    """The conversation of an id; ``to_change``: nobody else changes it before this transaction ends."""
    statement = visible(app_id).where(conversations.c.id == conversation_id)
    if to_change:
        statement = statement.with_for_update(of=conversations)
    row = conn.execute(statement).one_or_none()
    return conversation_of(row) if row else None


def last_conversation_of(conn: Connection, app_id: AppId, contact_id: ContactId) -> ConversationId | None:
    """The one that a contact, alone or with others, last had a part in."""
    theirs = select(conversation_contacts.c.conversation_id).where(
        conversation_contacts.c.app_id == app_id,
        conversation_contacts.c.contact_id == contact_id,
        conversation_contacts.c.left_at.is_(None),
    )
    statement = (
        visible(app_id, conversations.c.id)
        .where((conversations.c.contact_id == contact_id) | conversations.c.id.in_(theirs))
        .order_by(conversations.c.updated_at.desc(), conversations.c.id.desc())
        .limit(1)
    )
    return conn.execute(statement).scalar_one_or_none()


def insert_conversation(conn: Connection, conversation: Conversation) -> ConversationId:
    """Its ``id`` is given by the database, whatever it says."""
    statement = insert(conversations).values(_row(conversation)).returning(conversations.c.id)
    return ConversationId(conn.execute(statement).scalar_one())


def update_conversation(conn: Connection, before: Conversation, after: Conversation) -> None:
    """Write the columns that changed."""
    old, new = _row(before), _row(after)
    changed = {name: value for name, value in new.items() if value != old[name]}
    # Equal values may be of different types: true and 1.
    if after.custom_attributes is not before.custom_attributes:
        changed["custom_attributes"] = new["custom_attributes"]
    if changed:
        statement = update(conversations).where(*_is(after.app_id, after.id)).values(changed)
        conn.execute(statement)


def delete_conversation(conn: Connection, app_id: AppId, conversation_id: ConversationId) -> None:
    """All that was said, and who was there; the facts and the rating stay."""
    for table in (conversation_parts, conversation_contacts):
        theirs = (table.c.app_id == app_id, table.c.conversation_id == conversation_id)
        conn.execute(delete(table).where(*theirs))
    conn.execute(delete(conversations).where(*_is(app_id, conversation_id)))


def insert_part(conn: Connection, app_id: AppId, conversation_id: ConversationId, part: Part) -> int:
    """Returns its id."""
    row = {
        "app_id": app_id,
        "conversation_id": conversation_id,
        "type": part.type,
        "body": part.body,
        "author_type": part.author.type,
        "author_id": part.author.id,
        "created_at": part.created_at,
        "updated_at": part.created_at,
        "assigned_to_type": part.assigned_to and part.assigned_to.type,
        "assigned_to_id": part.assigned_to and part.assigned_to.id,
        "state": part.state,
        "attachments": list(part.attachments),
        "details": dict(part.details),
        "is_redacted": part.is_redacted,
    }
    return int(
        conn.execute(insert(conversation_parts).values(row).returning(conversation_parts.c.id)).scalar_one()
    )


def parts_of(conn: Connection, app_id: AppId, conversation_id: ConversationId, most: int) -> list[Part]:
    """The last parts of a conversation, at most ``most``, the oldest of them first."""
    theirs = (
        conversation_parts.c.app_id == app_id,
        conversation_parts.c.conversation_id == conversation_id,
    )
    statement = select(conversation_parts).where(*theirs).order_by(conversation_parts.c.id.desc()).limit(most)
    return [_part(row) for row in reversed(conn.execute(statement).all())]


def find_part(conn: Connection, app_id: AppId, conversation_id: ConversationId, part_id: int) -> Part | None:
    statement = select(conversation_parts).where(*_is_part(app_id, conversation_id, part_id))
    row = conn.execute(statement).one_or_none()
    return _part(row) if row else None


def redact_part(
    conn: Connection,
    app_id: AppId,
    conversation_id: ConversationId,
    part_id: int,
    *,
    body: str,
    now: float,
) -> None:
    """Put ``body`` in the place of what a part said, and leave nothing of the rest."""
    statement = update(conversation_parts).where(*_is_part(app_id, conversation_id, part_id))
    conn.execute(statement.values(body=body, attachments=[], details={}, is_redacted=True, updated_at=now))


def count_parts(conn: Connection, app_id: AppId, conversation_id: ConversationId) -> int:
    theirs = (
        conversation_parts.c.app_id == app_id,
        conversation_parts.c.conversation_id == conversation_id,
    )
    return conn.execute(select(func.count()).select_from(conversation_parts).where(*theirs)).scalar_one()


def insert_facts(conn: Connection, app_id: AppId, conversation_id: ConversationId, facts: Facts) -> None:
    conn.execute(
        insert(conversation_facts), _facts_row(facts) | {"app_id": app_id, "conversation_id": conversation_id}
    )


def find_facts(conn: Connection, app_id: AppId, conversation_id: ConversationId) -> Facts:
    return facts_of(conn, app_id, [conversation_id])[conversation_id]


def update_facts(conn: Connection, app_id: AppId, conversation_id: ConversationId, facts: Facts) -> None:
    theirs = (
        conversation_facts.c.app_id == app_id,
        conversation_facts.c.conversation_id == conversation_id,
    )
    conn.execute(update(conversation_facts).where(*theirs).values(_facts_row(facts)))


def facts_of(conn: Connection, app_id: AppId, ids: list[ConversationId]) -> dict[ConversationId, Facts]:
    columns = (conversation_facts.c.conversation_id, *(conversation_facts.c[name] for name in _FACTS))
    statement = select(*columns).where(
        conversation_facts.c.app_id == app_id, conversation_facts.c.conversation_id.in_(ids)
    )
    found = {}
    for conversation_id, *values in conn.execute(statement):
        told = dict(zip(_FACTS, values, strict=True))
        found[conversation_id] = Facts(**told | {"reply_seconds": tuple(told["reply_seconds"])})
    return found


def ratings_of(conn: Connection, app_id: AppId, ids: list[ConversationId]) -> dict[ConversationId, Rating]:
    columns = (conversation_ratings.c.conversation_id, *(conversation_ratings.c[name] for name in _RATING))
    statement = select(*columns).where(
        conversation_ratings.c.app_id == app_id, conversation_ratings.c.conversation_id.in_(ids)
    )
    return {conversation_id: Rating(*values) for conversation_id, *values in conn.execute(statement)}


def is_participant(
    conn: Connection, app_id: AppId, conversation_id: ConversationId, contact_id: ContactId
) -> bool:
    """Whether a contact was brought in."""
    statement = select(conversation_contacts.c.contact_id).where(
        conversation_contacts.c.app_id == app_id,
        conversation_contacts.c.conversation_id == conversation_id,
        conversation_contacts.c.contact_id == contact_id,
        conversation_contacts.c.left_at.is_(None),
    )
    return conn.execute(statement).first() is not None


def participants_of(conn: Connection, app_id: AppId, conversation_id: ConversationId) -> list[ContactId]:
    """Who was brought in and is there still, the first to come first."""
    statement = (
        select(conversation_contacts.c.contact_id)
        .join(
            contacts,
            and_(
                contacts.c.app_id == conversation_contacts.c.app_id,
                contacts.c.id == conversation_contacts.c.contact_id,
                contacts.c.deleted_at.is_(None),
            ),
        )
        .where(
            conversation_contacts.c.app_id == app_id,
            conversation_contacts.c.conversation_id == conversation_id,
            conversation_contacts.c.left_at.is_(None),
        )
        .order_by(conversation_contacts.c.added_at, conversation_contacts.c.contact_id)
    )
    return [ContactId(contact_id) for contact_id in conn.execute(statement).scalars()]


def bring_in(
    conn: Connection, app_id: AppId, conversation_id: ConversationId, contact_id: ContactId, now: float
) -> None:
    """A contact takes part beside the one whose conversation it is."""
    forget_participant(conn, app_id, conversation_id, contact_id)
    row = {"app_id": app_id, "conversation_id": conversation_id, "contact_id": contact_id, "added_at": now}
    conn.execute(insert(conversation_contacts), row)


def let_go(
    conn: Connection, app_id: AppId, conversation_id: ConversationId, contact_id: ContactId, now: float
) -> None:
    """A contact takes part no more. The row stays, by which its words are found when it is destroyed."""
    forget_participant(conn, app_id, conversation_id, contact_id)
    row = {"app_id": app_id, "conversation_id": conversation_id, "contact_id": contact_id, "added_at": now}
    conn.execute(insert(conversation_contacts), row | {"left_at": now})


def forget_participant(
    conn: Connection, app_id: AppId, conversation_id: ConversationId, contact_id: ContactId
) -> None:
    conn.execute(
        delete(conversation_contacts).where(
            conversation_contacts.c.app_id == app_id,
            conversation_contacts.c.conversation_id == conversation_id,
            conversation_contacts.c.contact_id == contact_id,
        )
    )


def conversation_of(row: Row[Any]) -> Conversation:
    """A row of ``COLUMNS`` as a record."""
    told = dict(zip(FIELDS, row, strict=True))
    return Conversation(**told | {"attachments": tuple(told["attachments"])})


def _row(conversation: Conversation) -> dict[str, Any]:
    row = {name: getattr(conversation, name) for name in FIELDS if name != "id"}
    return row | {
        "attachments": list(conversation.attachments),
        "custom_attributes": dict(conversation.custom_attributes),
    }


def _facts_row(facts: Facts) -> dict[str, Any]:
    return asdict(facts) | {"reply_seconds": list(facts.reply_seconds)}


def _part(row: Row[Any]) -> Part:
    return Part(
        type=row.type,
        author=Author(row.author_type, row.author_id),
        created_at=row.created_at,
        state=row.state,
        body=row.body,
        assigned_to=Assignee(row.assigned_to_type, row.assigned_to_id) if row.assigned_to_type else None,
        attachments=tuple(row.attachments),
        details=row.details,
        is_redacted=row.is_redacted,
        updated_at=row.updated_at,
        id=row.id,
    )


def _is(app_id: AppId, conversation_id: ConversationId) -> tuple[ColumnElement[bool], ...]:
    return conversations.c.app_id == app_id, conversations.c.id == conversation_id


def _is_part(app_id: AppId, conversation_id: ConversationId, part_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        conversation_parts.c.app_id == app_id,
        conversation_parts.c.conversation_id == conversation_id,
        conversation_parts.c.id == part_id,
    )
