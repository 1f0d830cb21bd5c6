"""A look at personal data goes on the log before what was seen goes out. Rule R82.

What can't be put on the log is not shown: a disk that is full lets nobody look unseen.
"""

from app.ids import AppId
from app.storage.database import Database
from app.trail.operations import record
from app.trail.records import Actor, Deed


async def log_view(database: Database, app_id: AppId, actor: Actor, deed: Deed, now: float) -> None:
    """Returns when the deed is on the disk; raises StorageUnavailable, and then nothing may be shown."""
    await database.write(lambda conn: record(conn, app_id, actor, deed, now))
