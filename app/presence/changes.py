"""What presence says: the state of one contact, and a change of it.

A change is a return value of the rules; the hub carries it on. Changes of one contact
strictly alternate between online and offline, so the last one heard is the truth.
"""

from dataclasses import dataclass

from app.ids import AppId, ContactId


@dataclass(frozen=True, slots=True)
class Presence:
    """Where a contact stands: ``since`` is when the dot went on, none while it is off."""

    online: bool
    since: float | None
    last_seen_at: float


@dataclass(frozen=True, slots=True)
class Change:
    """A dot that went on or off at ``at``; ``since`` is when the interval began."""

    app_id: AppId
    contact_id: ContactId
    online: bool
    at: float
    last_seen_at: float
    since: float


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the database is told of a contact: last heard, last active."""

    app_id: AppId
    contact_id: ContactId
    last_seen_at: float
    active_at: float


@dataclass(frozen=True, slots=True)
class Interval:
    """Who was online from when to when."""

    app_id: AppId
    contact_id: ContactId
    online_from: float
    online_until: float
