"""Destroy a contact: every row that tells of it, in every table. Rules R61, R63, R65.

What stays has no name on it: ratings lose their contact, and the bare facts of conversations never had
one. A receipt says when, what kinds and how many rows went, what was kept and who had asked.
It holds no personal data, and neither does the audit log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    String,
    Table,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)

from app.contacts.records import Contact
from app.ids import AppId
from app.storage.tables import (
    attribute_values,
    contact_companies,
    contacts,
    conversation_contacts,
    conversation_facts,
    conversation_parts,
    conversation_ratings,
    conversations,
    event_summaries,
    events,
    merged_contacts,
    notes,
    presence_intervals,
    receipts,
    search_words,
    taggings,
    webhook_deliveries,
)

_OF_PEOPLE: Final = ("user", "lead", "visitor", "contact")
"""Whose author_id is a contact's."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a destruction left: ``destroyed`` and ``kept`` count rows by kind; ``asked_by`` is an actor's name."""

    destroyed_at: float
    deleted_at: float
    asked_by: str
    destroyed: Mapping[str, int]
    kept: Mapping[str, int]


def destroy(conn: Connection, contact: Contact, now: float) -> Receipt:
    """Remove all rows of a deleted contact, for good; raises ValueError for one that is not deleted."""
    if contact.deleted_at is None:
        raise ValueError(f"contact {contact.id} is not deleted: only what was deleted is destroyed")
    kept = _untied(conn, contact)
    _silence(conn, contact)
    destroyed = {kind: conn.execute(statement).rowcount for kind, statement in _removals(conn, contact)}
    receipt = Receipt(
        now,
        contact.deleted_at,
        contact.deleted_by or "system",
        {kind: count for kind, count in destroyed.items() if count},
        {kind: count for kind, count in kept.items() if count},
    )
    _insert_receipt(conn, contact.app_id, receipt)
    return receipt


def _untied(conn: Connection, contact: Contact) -> dict[str, int]:
    """Take the contact's name off what stays; returns how much of it there is."""
    rated = conversation_ratings.c
    ratings = conn.execute(
        update(conversation_ratings)
        .where(rated.app_id == contact.app_id, rated.contact_id == contact.id)
        .values(contact_id=None)
    )
    facts = select(func.count()).where(
        conversation_facts.c.app_id == contact.app_id,
        conversation_facts.c.conversation_id.in_(_own_conversations(contact)),
    )
    return {"ratings": ratings.rowcount, "conversation_facts": conn.execute(facts).scalar_one()}


def _removals(conn: Connection, contact: Contact) -> list[tuple[str, Delete]]:
    """What goes, kind by kind: conversations behind all that is found by them, the contact itself last."""
    own = _own_conversations(contact)
    own_as_text = select(cast(conversations.c.id, String)).where(*_owned(contact))
    parts, members, marked, told = (
        conversation_parts.c,
        conversation_contacts.c,
        taggings.c,
        webhook_deliveries.c,
    )
    is_author = parts.author_type.in_(_OF_PEOPLE) & (parts.author_id == contact.id)
    former = [contact.id, *_former_ids(conn, contact)]
    of_contact = (told.subject_type == "contact") & told.subject_id.in_(former)
    of_conversation = (told.subject_type == "conversation") & told.subject_id.in_(own_as_text)
    on_contact = (marked.kind == "contact") & (marked.subject_id == contact.id)
    on_conversation = (marked.kind == "conversation") & marked.subject_id.in_(own_as_text)
    return [
        ("search_words", _of(search_words, contact).where(search_words.c.word.in_(contact.words.split()))),
        ("attribute_values", _of(attribute_values, contact)),
        ("events", _of(events, contact)),
        ("event_summaries", _where(event_summaries, contact, event_summaries.c.contact_id.in_(former))),
        ("presence_intervals", _of(presence_intervals, contact)),
        ("notes", _of(notes, contact)),
        ("companies", _of(contact_companies, contact)),
        ("tags", _where(taggings, contact, on_contact | on_conversation)),
        ("webhook_deliveries", _where(webhook_deliveries, contact, of_contact | of_conversation)),
        ("merged_contacts", _where(merged_contacts, contact, merged_contacts.c.into_id == contact.id)),
        ("conversation_parts", _where(conversation_parts, contact, parts.conversation_id.in_(own))),
        (
            "replies_to_others",
            _where(conversation_parts, contact, parts.conversation_id.in_(_joined(contact)) & is_author),
        ),
        (
            "participations",
            _where(
                conversation_contacts,
                contact,
                members.conversation_id.in_(own) | (members.contact_id == contact.id),
            ),
        ),
        ("conversations", _of(conversations, contact)),
        ("contacts", _where(contacts, contact, contacts.c.id == contact.id)),
    ]


def _former_ids(conn: Connection, contact: Contact) -> list[str]:
    """The ids of those who went up in the contact."""
    former = select(merged_contacts.c.id).where(
        merged_contacts.c.app_id == contact.app_id, merged_contacts.c.into_id == contact.id
    )
    return list(conn.execute(former).scalars())


def _silence(conn: Connection, contact: Contact) -> None:
    """A conversation that is another's, and that the contact began, loses the contact's words."""
    said = conversations.c
    conn.execute(
        update(conversations)
        .where(said.app_id == contact.app_id, said.id.in_(_joined(contact)), said.contact_id != contact.id)
        .where(said.author_id == contact.id, said.author_type.in_(_OF_PEOPLE))
        .values(subject=None, body=None, words="", attachments=[], source_url=None, author_id="")
    )


def _insert_receipt(conn: Connection, app_id: AppId, receipt: Receipt) -> None:
    row: dict[str, Any] = {"app_id": app_id, "destroyed_at": receipt.destroyed_at}
    row |= {"deleted_at": receipt.deleted_at, "asked_by": receipt.asked_by}
    conn.execute(insert(receipts), row | {"destroyed": receipt.destroyed, "kept": receipt.kept})


def _own_conversations(contact: Contact) -> Any:
    return select(conversations.c.id).where(*_owned(contact))


def _joined(contact: Contact) -> Any:
    """The ids of the conversations that the contact takes part in."""
    return select(conversation_contacts.c.conversation_id).where(*_belongs(conversation_contacts, contact))


def _owned(contact: Contact) -> list[ColumnElement[bool]]:
    return _belongs(conversations, contact)


def _belongs(table: Table, contact: Contact) -> list[ColumnElement[bool]]:
    return [table.c.app_id == contact.app_id, table.c.contact_id == contact.id]


def _of(table: Table, contact: Contact) -> Delete:
    return delete(table).where(*_belongs(table, contact))


def _where(table: Table, contact: Contact, condition: ColumnElement[bool]) -> Delete:
    return delete(table).where(table.c.app_id == contact.app_id, condition)
