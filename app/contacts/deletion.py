"""Delete a contact and, for seven days, bring it back whole. Rules R60 to R62.

Deleting marks and hides: every question of lists, profiles and REST leaves a deleted contact out, and
its conversations with it. Nothing else of it is touched, so that restoring takes the mark off again and
finds all as it was. Its dot is the caller's care, once the deletion is on the disk.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, literal, select

from app.contacts import store
from app.contacts.grace import GRACE_SECONDS
from app.contacts.operations import hold_deletable
from app.contacts.records import Contact
from app.ids import AppId, ContactId
from app.storage.tables import contacts
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News

MOST_SHOWN: Final = 500
_COLUMNS: Final = [contacts.c[name] for name in store.FIELDS]


def delete_contact(conn: Connection, app_id: AppId, contact_id: str, *, actor: Actor, now: float) -> Contact:
    """Delete a contact; one that is deleted already stays so, and its days of grace run on. Raises UserNotFound."""
    before = hold_deletable(conn, app_id, contact_id, now)
    if before.deleted_at is not None:
        return before
    after = replace(before, deleted_at=now, deleted_by=str(actor), listed=False)
    store.update_contact(conn, before, after)
    record(conn, app_id, actor, Deed("contact.deleted", "contact", after.id), now)
    # It can't be read any more when word of this is delivered.
    news = News("contact.deleted", "contact", after.id, {"external_id": after.external_id})
    announce(conn, app_id, news, now)
    return after


def restore_contact(conn: Connection, app_id: AppId, contact_id: str, *, actor: Actor, now: float) -> Contact:
    """Bring a deleted contact back as it was, archived if it was; one that is not deleted stays as it is.

    Raises UserNotFound for one that never was, or is destroyed.
    """
    before = hold_deletable(conn, app_id, contact_id, now)
    if before.deleted_at is None:
        return before
    after = replace(before, deleted_at=None, deleted_by=None, listed=before.archived_at is None)
    store.update_contact(conn, before, after)
    record(conn, app_id, actor, Deed("contact.restored", "contact", after.id), now)
    announce(conn, app_id, News("contact.restored", "contact", after.id), now)
    return after


def deleted_contacts(conn: Connection, app_id: AppId, now: float, most: int = MOST_SHOWN) -> list[Contact]:
    """Who can still be restored, the last one deleted first."""
    statement = (
        select(*_COLUMNS)
        .where(contacts.c.app_id == app_id, contacts.c.deleted_at.is_not(None))
        .where(contacts.c.deleted_at > now - GRACE_SECONDS)
        .order_by(contacts.c.deleted_at.desc(), contacts.c.id)
        .limit(most)
    )
    return [Contact(*row) for row in conn.execute(statement)]


def farewells_since(conn: Connection, since: float) -> Sequence[tuple[AppId, ContactId, bool]]:
    """Who was deleted or blocked at ``since`` or later, and whether deleted: their tickets may still be about."""
    who = select(contacts.c.app_id, contacts.c.id)
    # In the words of the partial indexes: both are small, and the contacts are many.
    deleted = who.add_columns(literal(True)).where(
        contacts.c.deleted_at.is_not(None), contacts.c.deleted_at >= since
    )
    blocked = who.add_columns(literal(False)).where(
        contacts.c.blocked_at.is_not(None), contacts.c.blocked_at >= since, contacts.c.deleted_at.is_(None)
    )
    rows = [*conn.execute(deleted), *conn.execute(blocked)]
    return [
        (AppId(app_id), ContactId(contact_id), bool(is_deleted)) for app_id, contact_id, is_deleted in rows
    ]
