"""A contact's qualification data: what is known of it, where that comes from, and how a lock is lifted. R30 to R33."""

from dataclasses import dataclass

from sqlalchemy import Connection

from app.attributes.operations import attributes_of
from app.attributes.qualification import qualification_of
from app.attributes.records import DataAttribute, Scalar
from app.contacts.operations import hold_contact
from app.contacts.precedence import Origin, origin_of, resync
from app.contacts.records import Contact
from app.contacts.saving import save
from app.contacts.store import with_facts
from app.errors import NotFound
from app.ids import AppId
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News


@dataclass(frozen=True, slots=True)
class Qualified:
    """One attribute as a profile shows it; none where no value is known, or a blank was set by hand."""

    attribute: DataAttribute
    value: Scalar | None
    origin: Origin


def qualification_shown(conn: Connection, contact: Contact) -> list[Qualified]:
    """The workspace's qualification data with a contact's values, in order. Rules R30 and R33."""
    values, provenance = contact.custom_attributes, contact.provenance
    return [
        Qualified(attribute, values.get(attribute.name), origin_of(values, provenance, attribute.name))
        for attribute in qualification_of(conn, contact.app_id)
    ]


def resync_attribute(
    conn: Connection, app_id: AppId, contact_id: str, name: str, *, actor: Actor, now: float
) -> Contact:
    """Clear a value that was set by hand, and its lock: the next ping or workflow may fill it. Rule R32.

    Any other value stays as it is; that somebody asked is on record even so, with no field that changed. Raises
    UserNotFound, and NotFound where the workspace has no such attribute.
    """
    before = hold_contact(conn, app_id, contact_id)
    attribute = attributes_of(conn, app_id, "contact").get(name)
    if attribute is None or attribute.archived:
        raise NotFound
    values, provenance = resync(before.custom_attributes, before.provenance, name)
    is_changed = provenance is not before.provenance
    detail = {"fields": [f"custom_attributes.{name}"] if is_changed else []}
    record(conn, app_id, actor, Deed("contact.resynced", "contact", before.id, detail), now)
    if not is_changed:
        return before
    facts = {"custom_attributes": values, "provenance": provenance, "updated_at": now}
    after = save(conn, before, with_facts(before, facts))
    announce(conn, app_id, News(f"contact.{after.role}.updated", "contact", after.id), now)
    return after
