"""Whom a request means, and what a first message makes of a visitor."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from app.contacts import reading
from app.contacts.drafts import read_draft
from app.contacts.operations import create_contact, hold_contact
from app.contacts.records import Contact
from app.contacts.saving import save
from app.conversations.orders import Whom
from app.errors import UserNotFound
from app.ids import AppId, ContactId
from app.storage.tables import contacts
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News


def hold_whom(conn: Connection, app_id: AppId, whom: Whom) -> Contact:
    """The contact that is meant, to be changed; raises UserNotFound.

    A ``user_id`` is a user's own, else the one that a visitor's browser bears. An email is a user's, else that
    of the lead who came last.
    """
    if whom.field == "intercom_user_id":
        return hold_contact(conn, app_id, whom.value)
    contact_id = _id_of(conn, app_id, whom)
    if contact_id is None:
        raise UserNotFound
    return hold_contact(conn, app_id, contact_id)


def hold_or_make(conn: Connection, app_id: AppId, whom: Whom, *, actor: Actor, now: float) -> Contact:
    """The contact that is meant; an email that nobody has makes a lead. Raises UserNotFound, ParameterInvalid."""
    try:
        return hold_whom(conn, app_id, whom)
    except UserNotFound:
        if whom.field != "email":
            raise
    draft = read_draft({"role": "lead", "email": whom.value})
    return create_contact(conn, app_id, draft, actor=actor, now=now)


def spoke(conn: Connection, contact: Contact, at: float, *, actor: Actor, now: float) -> Contact:
    """A contact said something at ``at``: a visitor who does is a lead from then on. Rule R70."""
    changed = replace(contact, last_replied_at=max(at, contact.last_replied_at or at))
    if contact.role != "visitor":
        return save(conn, contact, changed)
    lead = save(conn, contact, replace(changed, role="lead", updated_at=now))
    record(conn, lead.app_id, actor, Deed("contact.updated", "contact", lead.id, {"fields": ["role"]}), now)
    announce(conn, lead.app_id, News("contact.lead.created", "contact", lead.id), now)
    return lead


def was_answered(conn: Connection, app_id: AppId, contact_id: ContactId, at: float) -> None:
    """A teammate wrote to a contact."""
    contact = hold_contact(conn, app_id, contact_id)
    save(conn, contact, replace(contact, last_contacted_at=max(at, contact.last_contacted_at or at)))


def _id_of(conn: Connection, app_id: AppId, whom: Whom) -> ContactId | None:
    if whom.field == "email":
        return _first(conn, app_id, contacts.c.email_key == whom.value.strip().lower())
    user = reading.user_of_external_id(conn, app_id, whom.value)
    return user.id if user else _first(conn, app_id, contacts.c.anonymous_id == whom.value)


def _first(conn: Connection, app_id: AppId, condition: Any) -> ContactId | None:
    statement = (
        select(contacts.c.id)
        .where(contacts.c.app_id == app_id, condition, contacts.c.deleted_at.is_(None))
        .order_by((contacts.c.role == "user").desc(), contacts.c.created_at.desc(), contacts.c.id.desc())
        .limit(1)
    )
    return conn.execute(statement).scalar_one_or_none()
