"""Users that a backend has synced and no page has ever shown: whom the messenger misses. Rule R54.

Whoever blocks scripts on a site never loads the messenger, however well it hides from lists of trackers.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from app.contacts.records import Contact
from app.contacts.store import FIELDS
from app.ids import AppId, ContactId
from app.storage.tables import contacts

_COLUMNS: Final = [contacts.c[name] for name in FIELDS]
# In the very words of the partial index, or it would not serve.
_NEVER_SEEN: Final[ColumnElement[bool]] = literal_column(
    "contacts.listed AND contacts.role = 'user' AND contacts.first_seen_at IS NULL"
)


def missing_users(conn: Connection, app_id: AppId, last_id: ContactId | None, most: int) -> Sequence[Contact]:
    """The next of them by their ids, the oldest first, behind ``last_id`` or from the start."""
    behind = [] if last_id is None else [contacts.c.id > last_id]
    statement = select(*_COLUMNS).where(*_missing(app_id), *behind).order_by(contacts.c.id).limit(most)
    return [Contact(*row) for row in conn.execute(statement)]


def count_missing(conn: Connection, app_id: AppId) -> tuple[int, int]:
    """How many are missing, of how many that were synced."""
    missing = select(func.count()).select_from(contacts).where(*_missing(app_id))
    listed: ColumnElement[bool] = literal_column("contacts.listed")
    synced = (
        select(func.count())
        .select_from(contacts)
        .where(
            contacts.c.app_id == app_id, listed, contacts.c.role == "user", contacts.c.synced_at.is_not(None)
        )
    )
    return conn.execute(missing).scalar_one(), conn.execute(synced).scalar_one()


def _missing(app_id: AppId) -> list[ColumnElement[bool]]:
    return [contacts.c.app_id == app_id, _NEVER_SEEN, contacts.c.synced_at.is_not(None)]
