"""Archive, unarchive and block: a contact leaves the lists, and all of it is kept. Rule R64.

An archived contact is on no list and in no search, yet a page that it opens is still recorded, and who
has its id can look at it. Blocking is archiving somebody who is not wanted any more: its pings
are refused. Both are undone by unarchiving.
"""

from dataclasses import replace

from sqlalchemy import Connection

from app.contacts import store
from app.contacts.operations import hold_contact
from app.contacts.records import Contact
from app.ids import AppId
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News


def archive_contact(conn: Connection, app_id: AppId, contact_id: str, *, actor: Actor, now: float) -> Contact:
    """Take a contact off the lists; one that is off them stays as it is. Raises UserNotFound."""
    before = hold_contact(conn, app_id, contact_id)
    if before.archived_at is not None:
        return before
    after = replace(before, archived_at=now, listed=False, updated_at=now)
    return _kept(conn, before, after, "contact.archived", actor)


def unarchive_contact(
    conn: Connection, app_id: AppId, contact_id: str, *, actor: Actor, now: float
) -> Contact:
    """Put a contact on the lists again, and let it speak again. Raises UserNotFound."""
    before = hold_contact(conn, app_id, contact_id)
    if before.archived_at is None:
        return before
    after = replace(before, archived_at=None, blocked_at=None, listed=True, updated_at=now)
    return _kept(conn, before, after, "contact.unarchived", actor)


def block_contact(conn: Connection, app_id: AppId, contact_id: str, *, actor: Actor, now: float) -> Contact:
    """Archive a contact and refuse its pings from now on. Raises UserNotFound."""
    before = hold_contact(conn, app_id, contact_id)
    if before.blocked_at is not None:
        return before
    archived_at = now if before.archived_at is None else before.archived_at
    after = replace(before, blocked_at=now, archived_at=archived_at, listed=False, updated_at=now)
    return _kept(conn, before, after, "contact.blocked", actor)


def _kept(conn: Connection, before: Contact, after: Contact, action: str, actor: Actor) -> Contact:
    store.update_contact(conn, before, after)
    record(conn, after.app_id, actor, Deed(action, "contact", after.id), after.updated_at)
    announce(conn, after.app_id, News(action, "contact", after.id), after.updated_at)
    return after
