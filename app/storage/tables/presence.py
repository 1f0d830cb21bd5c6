"""What contacts did, and when they were online."""

from sqlalchemy import (
    JSON,
    Column,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from app.storage.tables.base import AppIdColumn, ContactIdColumn, metadata

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("app_id", AppIdColumn, nullable=False),
    Column("contact_id", ContactIdColumn, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("metadata", JSON, nullable=False),
)
Index("events_of_contact", events.c.app_id, events.c.contact_id, events.c.created_at)

# Events of before, told in sums: they count with those on record.
event_summaries = Table(
    "event_summaries",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("contact_id", ContactIdColumn, nullable=False),
    Column("name", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first_at", Double, nullable=False),
    Column("last_at", Double, nullable=False),
    PrimaryKeyConstraint("app_id", "contact_id", "name"),
)

# Who was online from when to when: one row per interval, written when the dot goes off.
presence_intervals = Table(
    "presence_intervals",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("contact_id", ContactIdColumn, nullable=False),
    Column("online_from", Double, nullable=False),
    Column("online_until", Double, nullable=False),
    PrimaryKeyConstraint("app_id", "contact_id", "online_from"),
    sqlite_with_rowid=False,
)

# How many were online, minute by minute, for the chart of the last day.
presence_counts = Table(
    "presence_counts",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("at", Double, nullable=False),
    Column("online", Integer, nullable=False),
    PrimaryKeyConstraint("app_id", "at"),
    sqlite_with_rowid=False,
)
