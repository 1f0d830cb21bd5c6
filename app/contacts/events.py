"""What contacts did, as scripts tell it and ask for it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from app.contacts import events_store
from app.contacts.event_orders import EventOrder, Whose
from app.contacts.events_store import EventSum
from app.contacts.operations import get_contact, get_user_by_external_id, hold_contact
from app.contacts.profiles import named_by_email
from app.contacts.reading import user_of_email
from app.contacts.records import Contact
from app.errors import UserNotFound
from app.ids import AppId
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News


def contact_of(conn: Connection, app_id: AppId, whose: Whose) -> Contact:
    """The contact whom a request names; raises UserNotFound.

    An email names the user who has it, archived or not, or else the one lead on the lists who does: leads may
    share theirs.
    """
    if whose.id is not None:
        return get_contact(conn, app_id, whose.id)
    if whose.user_id is not None:
        return get_user_by_external_id(conn, app_id, whose.user_id)
    user = user_of_email(conn, app_id, whose.email or "")
    found = [user] if user is not None else named_by_email(conn, app_id, whose.email or "")
    if len(found) != 1:
        raise UserNotFound
    return found[0]


def record_event(conn: Connection, app_id: AppId, order: EventOrder, *, actor: Actor, now: float) -> None:
    """Put an event on record, once: what is told again is ignored. Raises UserNotFound."""
    contact = hold_contact(conn, app_id, contact_of(conn, app_id, order.whose).id)
    if events_store.is_on_record(conn, app_id, contact.id, order.name, order.created_at):
        return
    events_store.insert_event(
        conn, app_id, contact.id, name=order.name, created_at=order.created_at, metadata=order.metadata
    )
    detail = {"metadata": sorted(order.metadata)}
    record(conn, app_id, actor, Deed("event.created", "contact", contact.id, detail), now)
    metadata = dict(order.metadata)
    _announce(conn, contact, now, event_name=order.name, created_at=order.created_at, metadata=metadata)


def record_tracked(
    conn: Connection,
    contact: Contact,
    *,
    name: str,
    created_at: float,
    metadata: Mapping[str, object],
    now: float,
) -> None:
    """Put on record what a page tracked of its contact."""
    events_store.insert_event(
        conn, contact.app_id, contact.id, name=name, created_at=created_at, metadata=metadata
    )
    _announce(conn, contact, now, event_name=name, created_at=created_at, metadata=dict(metadata))


def record_sums(
    conn: Connection, app_id: AppId, whose: Whose, told: Sequence[EventSum], *, actor: Actor, now: float
) -> None:
    """Keep sums of events of before; a sum that was told earlier is replaced. Raises UserNotFound."""
    contact = hold_contact(conn, app_id, contact_of(conn, app_id, whose).id)
    for one in told:
        events_store.put_sum(conn, app_id, contact.id, one)
    deed = Deed("event.summaries_created", "contact", contact.id, {"count": len(told)})
    record(conn, app_id, actor, deed, now)


def _announce(conn: Connection, contact: Contact, now: float, **told: object) -> None:
    announce(conn, contact.app_id, News("event.created", "contact", contact.id, told), now)
