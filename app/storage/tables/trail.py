"""Who did what, who is told of it, and the work that takes a while."""

from sqlalchemy import (
    JSON,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from app.storage.tables.append_only import add_only
from app.storage.tables.base import AppIdColumn, metadata

# Views, exports and changes of personal data: only ever added to. Rule R82. No names, emails or values.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("app_id", AppIdColumn, nullable=False),
    Column("at", Double, nullable=False),
    Column("actor_type", String(8), nullable=False),  # admin, token, cli, system
    Column("actor_id", Text),
    Column("action", Text, nullable=False),  # contact.viewed, contact.updated …
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Text),
    Column("detail", JSON, nullable=False),
)
Index("audit_log_of_workspace", audit_log.c.app_id, audit_log.c.id)
add_only(audit_log)

# One for each destruction: what went, and how much of it. Rule R65.
receipts = Table(
    "receipts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("app_id", AppIdColumn, nullable=False),
    Column("destroyed_at", Double, nullable=False),
    Column("deleted_at", Double, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("destroyed", JSON, nullable=False),  # rows by kind
    Column("kept", JSON, nullable=False),
)
Index("receipts_of_workspace", receipts.c.app_id, receipts.c.id)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("app_id", AppIdColumn, nullable=False),
    Column("url", Text, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("secret", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("disabled_at", Double),
    Column("failing_since", Double),  # none after a success
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
    sqlite_autoincrement=True,  # whoever deletes one twice deletes no other
)
Index("webhooks_of_workspace", webhooks.c.app_id, webhooks.c.id)

# What is to be told and was told: an outbox, written in the transaction of the deed itself.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("app_id", AppIdColumn, nullable=False),
    Column("webhook_id", Integer, nullable=False),
    Column("notification_id", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_sent_at", Double),
    Column("due_at", Double),  # none once it was delivered or given up
    Column("delivered_at", Double),
    Column("status", Integer),  # of the last answer
    Column("error", Text),
)
for _name, _column, _condition in (
    ("webhook_deliveries_waiting", "webhook_id", text("due_at IS NOT NULL")),
    ("webhook_deliveries_done", "created_at", text("due_at IS NULL")),
):
    Index(
        _name,
        webhook_deliveries.c[_column],
        webhook_deliveries.c.id,
        sqlite_where=_condition,
        postgresql_where=_condition,
    )
# What was told of a contact goes when the contact does.
Index(
    "webhook_deliveries_of_subject",
    webhook_deliveries.c.app_id,
    webhook_deliveries.c.subject_type,
    webhook_deliveries.c.subject_id,
)
Index(
    "webhook_deliveries_of_webhook",
    webhook_deliveries.c.app_id,
    webhook_deliveries.c.webhook_id,
    webhook_deliveries.c.id,
)

# Imports, with their progress.
jobs = Table(
    "jobs",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("id", String(24), nullable=False),
    Column("kind", String(16), nullable=False),  # import, import_draft
    Column("state", String(12), nullable=False),  # pending, running, completed, failed, canceled
    Column("options", JSON, nullable=False),
    Column("rows_total", Integer, nullable=False),
    Column("rows_done", Integer, nullable=False),
    Column("rows_failed", Integer, nullable=False),
    Column("problems", JSON, nullable=False),  # the first of the bad lines, with their reasons
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("finished_at", Double),
    Column("actor_type", String(8), nullable=False),
    Column("actor_id", Text),
    PrimaryKeyConstraint("app_id", "id"),
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
)
# What is left to do is asked every second.
_UNFINISHED = text("finished_at IS NULL")
Index(
    "jobs_unfinished",
    jobs.c.kind,
    jobs.c.created_at,
    jobs.c.id,
    sqlite_where=_UNFINISHED,
    postgresql_where=_UNFINISHED,
)
