"""The seven days after a deletion: how long a contact can be restored, and its ids are reserved. Rules R61, R62.

What is past them is treated as destroyed by every read and write, whether the job that destroys it has
come by or not: whoever stumbles over it in the way destroys it on the spot.
"""

from typing import Final

from sqlalchemy import Connection

from app.contacts import store
from app.contacts.destruction import destroy
from app.contacts.recognition import Holders
from app.contacts.records import Contact
from app.ids import AppId

GRACE_SECONDS: Final = 7 * 24 * 3_600.0


def is_over(contact: Contact, now: float) -> bool:
    """Whether the contact was deleted, and its seven days are over."""
    return contact.deleted_at is not None and contact.deleted_at <= now - GRACE_SECONDS


def in_grace(holders: Holders, now: float) -> bool:
    """Whether nobody among the holders of some ids is past their seven days. Asked at every ping."""
    every = holders.by_external_id, holders.by_email, holders.by_anonymous_id, holders.heir
    return not any(holder is not None and is_over(holder, now) for holder in every)


def standing_holders(
    conn: Connection, app_id: AppId, external_id: str | None, email_key: str | None, now: float
) -> Holders:
    """Who holds these ids and may keep them: whoever is past their seven days is destroyed on the spot."""
    holders = store.find_holders(conn, app_id, external_id, email_key, None)
    if in_grace(holders, now):
        return holders
    clear_the_way(conn, holders, now)
    return store.find_holders(conn, app_id, external_id, email_key, None)


def clear_the_way(conn: Connection, holders: Holders, now: float) -> None:
    """Destroy those holders whose seven days are over: their ids are free from here on."""
    every = (holders.by_external_id, holders.by_email, holders.by_anonymous_id, holders.heir)
    over = {holder.id: holder for holder in every if holder is not None and is_over(holder, now)}
    for contact in over.values():
        destroy(conn, contact, now)
