"""SQL of presence: what was seen, intervals, and counts for the chart."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select, text

from app.ids import AppId, ContactId
from app.presence.changes import Interval, Sighting
from app.storage.hot import Hot
from app.storage.tables import contacts

# Never backwards: a ping may have written a later moment in between.
_SEEN = Hot(
    text(
        """
        UPDATE contacts SET
          last_seen_at = CASE WHEN last_seen_at >= :last_seen_at THEN last_seen_at ELSE :last_seen_at END,
          active_at = CASE WHEN active_at >= :active_at THEN active_at ELSE :active_at END
        WHERE app_id = :app_id AND id = :contact_id
        """
    )
)
# A row that is there already was written just before a crash, and is written again after it.
# Whoever went up in another meanwhile was that one all along (rule R73), and whoever was destroyed
# leaves nothing more behind.
_ENDED = Hot(
    text(
        """
        INSERT INTO presence_intervals (app_id, contact_id, online_from, online_until)
        SELECT app_id, id, :online_from, :online_until FROM contacts
        WHERE app_id = :app_id AND id = COALESCE(
          (SELECT into_id FROM merged_contacts WHERE app_id = :app_id AND id = :contact_id), :contact_id
        )
        ON CONFLICT DO NOTHING
        """
    )
)
_COUNT = text(
    """
    INSERT INTO presence_counts (app_id, at, online) VALUES (:app_id, :at, :online)
    ON CONFLICT (app_id, at) DO UPDATE SET online = excluded.online
    """
)
_FORGET_COUNTS = text("DELETE FROM presence_counts WHERE app_id = :app_id AND at < :before")
_COUNTS = text("SELECT at, online FROM presence_counts WHERE app_id = :app_id AND at >= :since ORDER BY at")
# Reads all that one contact ever had, side by side in the key. An index by the end would spare some of that
# and make each going off write twice as much.
INTERVALS = text(
    """
    SELECT online_from, online_until FROM presence_intervals
    WHERE app_id = :app_id AND contact_id = :contact_id AND online_until >= :since
    ORDER BY online_from
    """
)


def write_sightings(conn: Connection, sightings: Sequence[Sighting]) -> set[Sighting]:
    """Returns those of whom there is no contact."""
    written = _SEEN.run_many(conn, map(_sighting_row, sightings))
    return set() if written == len(sightings) else _of_nobody(conn, sightings)  # not every driver counts


def _sighting_row(sighting: Sighting) -> Mapping[str, object]:
    return {
        "app_id": sighting.app_id,
        "contact_id": sighting.contact_id,
        "last_seen_at": sighting.last_seen_at,
        "active_at": sighting.active_at,
    }


def _interval_row(interval: Interval) -> Mapping[str, object]:
    return {
        "app_id": interval.app_id,
        "contact_id": interval.contact_id,
        "online_from": interval.online_from,
        "online_until": interval.online_until,
    }


def _of_nobody(conn: Connection, sightings: Sequence[Sighting]) -> set[Sighting]:
    ids: dict[AppId, list[ContactId]] = {}
    for sighting in sightings:
        ids.setdefault(sighting.app_id, []).append(sighting.contact_id)
    known = {
        (app_id, contact_id)
        for app_id, seen in ids.items()
        for contact_id in conn.scalars(
            select(contacts.c.id).where(contacts.c.app_id == app_id, contacts.c.id.in_(seen))
        )
    }
    return {sighting for sighting in sightings if (sighting.app_id, sighting.contact_id) not in known}


def write_intervals(conn: Connection, intervals: Sequence[Interval]) -> None:
    _ENDED.run_many(conn, map(_interval_row, intervals))


def write_counts(conn: Connection, counts: Mapping[AppId, int], at: float, keep_since: float) -> None:
    """One point of the chart for each workspace; points before ``keep_since`` go."""
    for app_id, online in counts.items():
        conn.execute(_COUNT, {"app_id": app_id, "at": at, "online": online})
        conn.execute(_FORGET_COUNTS, {"app_id": app_id, "before": keep_since})


def read_counts(conn: Connection, app_id: AppId, since: float) -> list[tuple[float, int]]:
    """``(at, online)`` pairs since a moment, oldest first."""
    return [(row.at, row.online) for row in conn.execute(_COUNTS, {"app_id": app_id, "since": since})]


def read_intervals(
    conn: Connection, app_id: AppId, contact_id: ContactId, since: float
) -> Iterable[Interval]:
    """Ended intervals of a contact that lasted until ``since`` or beyond, whenever they began; oldest first."""
    rows = conn.execute(INTERVALS, {"app_id": app_id, "contact_id": contact_id, "since": since})
    return [Interval(app_id, contact_id, row.online_from, row.online_until) for row in rows]
