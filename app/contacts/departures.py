"""Contacts that go and come back, on the disk first and then in presence. Rules R60, R61, R64.

REST and the dashboard both come this way, so that a dot goes off and sockets are closed whoever asked.
"""

from collections.abc import Callable

from app.contacts import archiving, deletion
from app.contacts.records import Contact
from app.ids import AppId
from app.state import AppState
from app.trail.records import Actor
from app.wire import REFUSED


async def delete(state: AppState, app_id: AppId, contact_id: str, *, actor: Actor, now: float) -> Contact:
    """Gone for everybody at once, and for good after seven days. Raises UserNotFound."""
    contact = await _done(state, deletion.delete_contact, app_id, contact_id, actor=actor, now=now)
    state.tracker.forget(app_id, contact.id, now)
    return contact


async def restore(state: AppState, app_id: AppId, contact_id: str, *, actor: Actor, now: float) -> Contact:
    """Back as it was, blocked if it was. Raises UserNotFound."""
    contact = await _done(state, deletion.restore_contact, app_id, contact_id, actor=actor, now=now)
    if contact.blocked_at is None:
        state.tracker.readmit(app_id, contact.id)
    else:
        state.tracker.forget(app_id, contact.id, now, REFUSED)
    return contact


async def archive(state: AppState, app_id: AppId, contact_id: str, *, actor: Actor, now: float) -> Contact:
    """Off the lists; its pings are still recorded. Raises UserNotFound."""
    return await _done(state, archiving.archive_contact, app_id, contact_id, actor=actor, now=now)


async def unarchive(state: AppState, app_id: AppId, contact_id: str, *, actor: Actor, now: float) -> Contact:
    """On the lists again, and no longer blocked. Raises UserNotFound."""
    contact = await _done(state, archiving.unarchive_contact, app_id, contact_id, actor=actor, now=now)
    state.tracker.readmit(app_id, contact.id)
    return contact


async def block(state: AppState, app_id: AppId, contact_id: str, *, actor: Actor, now: float) -> Contact:
    """Off the lists, and its pings are refused. Raises UserNotFound."""
    contact = await _done(state, archiving.block_contact, app_id, contact_id, actor=actor, now=now)
    state.tracker.forget(app_id, contact.id, now, REFUSED)
    return contact


async def _done(
    state: AppState,
    deed: Callable[..., Contact],
    app_id: AppId,
    contact_id: str,
    *,
    actor: Actor,
    now: float,
) -> Contact:
    return await state.database.write(lambda conn: deed(conn, app_id, contact_id, actor=actor, now=now))
