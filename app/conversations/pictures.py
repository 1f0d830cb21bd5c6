"""A conversation with all that is shown of it: who takes part, what they are called, its tags and figures.

A few questions for a whole page of conversations, however many there are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from app.conversations import store
from app.conversations.records import BOT, Author, Conversation, ConversationId, Facts, Part, Rating
from app.conversations.states import as_of
from app.ids import AppId, ContactId
from app.storage.tables import (
    admins,
    companies,
    contacts,
    conversation_contacts,
    conversation_parts,
)
from app.tags.records import Tagging
from app.tags.store import taggings_of
from app.workspaces.teammates import operator_email

MOST_PARTS: Final = 500
"""As many as are shown of one conversation: the most recent."""


@dataclass(frozen=True, slots=True)
class Person:
    """What an author is called."""

    name: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Participant:
    """A contact who takes part, and is there still."""

    id: ContactId
    external_id: str | None
    role: str


@dataclass(frozen=True, slots=True)
class Picture:
    """``parts`` is none where they were not asked for. ``people`` has whoever spoke, and is known still."""

    conversation: Conversation
    facts: Facts
    rating: Rating | None
    participants: Sequence[Participant]
    teammate_ids: Sequence[int]
    tags: Sequence[Tagging]
    people: Mapping[Author, Person]
    company_name: str | None = None
    parts: Sequence[Part] | None = None
    parts_count: int = 0


def picture_of(conn: Connection, conversation: Conversation, now: float) -> Picture:
    """One conversation with its parts."""
    app_id, conversation_id = conversation.app_id, conversation.id
    parts = store.parts_of(conn, app_id, conversation_id, MOST_PARTS)
    count = len(parts) if len(parts) < MOST_PARTS else store.count_parts(conn, app_id, conversation_id)
    return _pictures(conn, [conversation], now, parts, count)[0]


def pictures_of(conn: Connection, found: Sequence[Conversation], now: float) -> list[Picture]:
    """Some conversations of one workspace, without their parts."""
    return _pictures(conn, found, now) if found else []


def _pictures(
    conn: Connection,
    found: Sequence[Conversation],
    now: float,
    parts: Sequence[Part] | None = None,
    parts_count: int = 0,
) -> list[Picture]:
    app_id, ids = found[0].app_id, [conversation.id for conversation in found]
    facts, ratings = store.facts_of(conn, app_id, ids), store.ratings_of(conn, app_id, ids)
    participants = _participants(conn, app_id, found)
    teammates = _teammates(conn, app_id, ids)
    tags = taggings_of(conn, app_id, "conversation", [str(conversation_id) for conversation_id in ids])
    authors = {conversation.author for conversation in found} | {part.author for part in parts or ()}
    people = people_of(conn, app_id, authors)
    names = _company_names(conn, app_id, found)
    return [
        Picture(
            conversation=as_of(conversation, now),
            facts=facts[conversation.id],
            rating=ratings.get(conversation.id),
            participants=participants.get(conversation.id, ()),
            teammate_ids=teammates.get(conversation.id, ()),
            tags=tags[str(conversation.id)],
            people=people,
            company_name=names.get(conversation.company_id),
            parts=parts,
            parts_count=parts_count,
        )
        for conversation in found
    ]


def people_of(conn: Connection, app_id: AppId, authors: Iterable[Author]) -> dict[Author, Person]:
    """What some authors are called; whoever is gone is left out."""
    authors = set(authors)
    found = {BOT: Person("Operator", operator_email(app_id))}
    contact_ids = {author.id for author in authors if author.type in ("user", "lead")}
    if contact_ids:
        columns = (contacts.c.id, contacts.c.name, contacts.c.email)
        known = {
            row.id: Person(row.name, row.email)
            for row in conn.execute(
                select(*columns).where(
                    contacts.c.app_id == app_id,
                    contacts.c.id.in_(contact_ids),
                    contacts.c.deleted_at.is_(None),
                )
            )
        }
        found |= {author: known[author.id] for author in authors if author.id in known}
    # Their names stay in what they said when they leave the workspace.
    admin_ids = {int(author.id) for author in authors if author.type == "admin"}
    if admin_ids:
        rows = conn.execute(
            select(admins.c.id, admins.c.name, admins.c.email).where(admins.c.id.in_(admin_ids))
        )
        found |= {Author("admin", str(row.id)): Person(row.name or row.email, row.email) for row in rows}
    return found


def _participants(
    conn: Connection, app_id: AppId, found: Sequence[Conversation]
) -> dict[ConversationId, list[Participant]]:
    ids = [conversation.id for conversation in found]
    beside = (
        select(conversation_contacts.c.conversation_id, conversation_contacts.c.contact_id)
        .where(
            conversation_contacts.c.app_id == app_id,
            conversation_contacts.c.conversation_id.in_(ids),
            conversation_contacts.c.left_at.is_(None),
        )
        .order_by(conversation_contacts.c.added_at, conversation_contacts.c.contact_id)
    )
    members = {conversation.id: [conversation.contact_id] for conversation in found}
    for conversation_id, contact_id in conn.execute(beside):
        members[conversation_id].append(contact_id)
    known = _known_participants(conn, app_id, {one for several in members.values() for one in several})
    return {
        # Once each: whoever was brought in may have been merged with whose conversation it is.
        conversation_id: [known[one] for one in dict.fromkeys(several) if one in known]
        for conversation_id, several in members.items()
    }


def _known_participants(
    conn: Connection, app_id: AppId, ids: Collection[ContactId]
) -> dict[ContactId, Participant]:
    statement = select(contacts.c.id, contacts.c.external_id, contacts.c.role).where(
        contacts.c.app_id == app_id, contacts.c.id.in_(ids), contacts.c.deleted_at.is_(None)
    )
    return {row.id: Participant(*row) for row in conn.execute(statement)}


def _teammates(
    conn: Connection, app_id: AppId, ids: Collection[ConversationId]
) -> dict[ConversationId, list[int]]:
    """Which teammates wrote a part of each."""
    statement = (
        select(conversation_parts.c.conversation_id, conversation_parts.c.author_id)
        .where(
            conversation_parts.c.app_id == app_id,
            conversation_parts.c.conversation_id.in_(ids),
            conversation_parts.c.author_type == "admin",
        )
        .distinct()
    )
    wrote: dict[ConversationId, list[int]] = {}
    for conversation_id, admin_id in conn.execute(statement):
        wrote.setdefault(conversation_id, []).append(int(admin_id))
    return {conversation_id: sorted(admin_ids) for conversation_id, admin_ids in wrote.items()}


def _company_names(
    conn: Connection, app_id: AppId, found: Sequence[Conversation]
) -> dict[str | None, str | None]:
    """The names of the companies that some conversations are about; those that are gone are left out."""
    ids = {conversation.company_id for conversation in found if conversation.company_id is not None}
    if not ids:
        return {}
    statement = select(companies.c.id, companies.c.name).where(
        companies.c.app_id == app_id, companies.c.id.in_(ids)
    )
    return {row.id: row.name or "" for row in conn.execute(statement)}
