"""SQL of what contacts did: events on record, and sums of those of before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, text

from app.ids import AppId, ContactId
from app.storage.tables import event_summaries, events

_INSERT: Final = insert(events)
_COLUMNS: Final = (events.c.id, events.c.name, events.c.created_at, events.c.metadata)
_OF_CONTACT: Final = select(*_COLUMNS).where(
    events.c.app_id == bindparam("app_id"), events.c.contact_id == bindparam("contact_id")
)
_SUMS: Final = (
    select(
        events.c.name,
        func.count().label("count"),
        func.min(events.c.created_at).label("first_at"),
        func.max(events.c.created_at).label("last_at"),
    )
    .where(events.c.app_id == bindparam("app_id"), events.c.contact_id == bindparam("contact_id"))
    .group_by(events.c.name)
)
_TOLD_SUMS: Final = select(
    event_summaries.c.name,
    event_summaries.c.count,
    event_summaries.c.first_at,
    event_summaries.c.last_at,
).where(
    event_summaries.c.app_id == bindparam("app_id"), event_summaries.c.contact_id == bindparam("contact_id")
)
_MOMENT: Final = text(
    "SELECT created_at FROM events WHERE app_id = :app_id AND contact_id = :contact_id AND id = :id"
)
_SAME: Final = text(
    """
    SELECT 1 FROM events
    WHERE app_id = :app_id AND contact_id = :contact_id AND created_at = :created_at AND name = :name
    LIMIT 1
    """
)
_PUT_SUM: Final = text(
    """
    INSERT INTO event_summaries (app_id, contact_id, name, count, first_at, last_at)
    VALUES (:app_id, :contact_id, :name, :count, :first_at, :last_at)
    ON CONFLICT (app_id, contact_id, name) DO UPDATE SET
        count = excluded.count, first_at = excluded.first_at, last_at = excluded.last_at
    """
)
_MOVE: Final = text("UPDATE events SET contact_id = :to_id WHERE app_id = :app_id AND contact_id = :from_id")
_MOVE_SUMS: Final = text(
    """
    INSERT INTO event_summaries (app_id, contact_id, name, count, first_at, last_at)
    SELECT app_id, :to_id, name, count, first_at, last_at FROM event_summaries
    WHERE app_id = :app_id AND contact_id = :from_id
    ON CONFLICT (app_id, contact_id, name) DO UPDATE SET
        count = event_summaries.count + excluded.count,
        first_at = CASE WHEN excluded.first_at < event_summaries.first_at
                        THEN excluded.first_at ELSE event_summaries.first_at END,
        last_at = CASE WHEN excluded.last_at > event_summaries.last_at
                       THEN excluded.last_at ELSE event_summaries.last_at END
    """
)
_FORGET_SUMS: Final = text("DELETE FROM event_summaries WHERE app_id = :app_id AND contact_id = :contact_id")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a contact did."""

    id: int
    name: str
    created_at: float
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventSum:
    """How often a contact did one thing, and when first and last."""

    name: str
    count: int
    first_at: float
    last_at: float


def insert_event(
    conn: Connection,
    app_id: AppId,
    contact_id: ContactId,
    *,
    name: str,
    created_at: float,
    metadata: Mapping[str, object],
) -> None:
    """Put on record what a contact did."""
    row = {"app_id": app_id, "contact_id": contact_id, "name": name, "created_at": created_at}
    conn.execute(_INSERT, row | {"metadata": metadata})


def is_on_record(
    conn: Connection, app_id: AppId, contact_id: ContactId, name: str, created_at: float
) -> bool:
    """Whether the contact did that at that very moment already."""
    given = {"app_id": app_id, "contact_id": contact_id, "name": name, "created_at": created_at}
    return conn.execute(_SAME, given).one_or_none() is not None


def events_of(
    conn: Connection,
    app_id: AppId,
    contact_id: ContactId,
    *,
    since: float,
    before: tuple[float, int] | None,
    limit: int,
) -> list[Event]:
    """What a contact did from ``since`` on, the newest first.

    ``before`` is a moment and the id of an event, 0 for none: only what stands behind that event is listed
    or, where it is none of the contact's, what was before that moment.
    """
    statement = _OF_CONTACT.where(events.c.created_at >= since)
    if before is not None:
        moment, id_ = before
        # An event's own moment is finer than what a URL tells of it.
        told = {"app_id": app_id, "contact_id": contact_id, "id": id_}
        exact = conn.execute(_MOMENT, told).scalar_one_or_none() if id_ else None
        if exact is None:
            statement = statement.where(events.c.created_at < moment)
        else:
            at_once = (events.c.created_at == exact) & (events.c.id < id_)
            statement = statement.where((events.c.created_at < exact) | at_once)
    ordered = statement.order_by(events.c.created_at.desc(), events.c.id.desc()).limit(limit)
    return [Event(*row) for row in conn.execute(ordered, {"app_id": app_id, "contact_id": contact_id})]


def sums_of(conn: Connection, app_id: AppId, contact_id: ContactId) -> list[EventSum]:
    """All that a contact ever did, summed up by name; what was told in sums counts with what is on record."""
    sums: dict[str, EventSum] = {}
    for statement in (_TOLD_SUMS, _SUMS):
        for row in conn.execute(statement, {"app_id": app_id, "contact_id": contact_id}):
            one = EventSum(*row)
            other = sums.get(one.name)
            sums[one.name] = one if other is None else _added(one, other)
    return sorted(sums.values(), key=lambda one: one.name)


def put_sum(conn: Connection, app_id: AppId, contact_id: ContactId, told: EventSum) -> None:
    """Keep a sum of events of before, in place of the one that was told earlier."""
    given = {"app_id": app_id, "contact_id": contact_id, "name": told.name, "count": told.count}
    conn.execute(_PUT_SUM, given | {"first_at": told.first_at, "last_at": told.last_at})


def move_events(conn: Connection, app_id: AppId, from_id: ContactId, to_id: ContactId) -> None:
    """What one contact did goes on record as the other's, and so do the sums of before."""
    conn.execute(_MOVE, {"app_id": app_id, "from_id": from_id, "to_id": to_id})
    move_sums(conn, app_id, from_id, to_id)


def move_sums(conn: Connection, app_id: AppId, from_id: ContactId, to_id: ContactId) -> None:
    """The sums of one contact are the other's; where both have one of a name, they become one."""
    conn.execute(_MOVE_SUMS, {"app_id": app_id, "from_id": from_id, "to_id": to_id})
    conn.execute(_FORGET_SUMS, {"app_id": app_id, "contact_id": from_id})


def _added(one: EventSum, other: EventSum) -> EventSum:
    first_at, last_at = min(one.first_at, other.first_at), max(one.last_at, other.last_at)
    return EventSum(one.name, one.count + other.count, first_at, last_at)
