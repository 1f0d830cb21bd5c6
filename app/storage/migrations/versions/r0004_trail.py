"""The trail: who did what, what it came to, and whom webhooks tell of it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("actor_type", sa.String(8), nullable=False),
        sa.Column("actor_id", sa.Text),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject_type", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_log_of_workspace", "audit_log", ["app_id", "id"])
    _keep_audit_log()
    op.create_table(
        "receipts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("destroyed_at", sa.Double, nullable=False),
        sa.Column("deleted_at", sa.Double, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("destroyed", sa.JSON, nullable=False),
        sa.Column("kept", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("receipts_of_workspace", "receipts", ["app_id", "id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("webhook_id", sa.Integer, nullable=False),
        sa.Column("notification_id", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("subject_type", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("first_sent_at", sa.Double),
        sa.Column("due_at", sa.Double),
        sa.Column("delivered_at", sa.Double),
        sa.Column("status", sa.Integer),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "webhook_deliveries_waiting",
        "webhook_deliveries",
        ["webhook_id", "id"],
        **_where("due_at IS NOT NULL"),
    )
    op.create_index(
        "webhook_deliveries_done", "webhook_deliveries", ["created_at", "id"], **_where("due_at IS NULL")
    )
    op.create_index(
        "webhook_deliveries_of_subject", "webhook_deliveries", ["app_id", "subject_type", "subject_id"]
    )
    op.create_index("webhook_deliveries_of_webhook", "webhook_deliveries", ["app_id", "webhook_id", "id"])
    op.create_table(
        "jobs",
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("rows_total", sa.Integer, nullable=False),
        sa.Column("rows_done", sa.Integer, nullable=False),
        sa.Column("rows_failed", sa.Integer, nullable=False),
        sa.Column("problems", sa.JSON, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("finished_at", sa.Double),
        sa.Column("actor_type", sa.String(8), nullable=False),
        sa.Column("actor_id", sa.Text),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["workspaces.app_id"],
        ),
        sa.PrimaryKeyConstraint("app_id", "id"),
    )
    op.create_index("jobs_unfinished", "jobs", ["kind", "created_at", "id"], **_where("finished_at IS NULL"))
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("disabled_at", sa.Double),
        sa.Column("failing_since", sa.Double),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["workspaces.app_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("webhooks_of_workspace", "webhooks", ["app_id", "id"])


def _keep_audit_log() -> None:
    """Its rows are neither changed nor removed, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER audit_log_keeps_rows BEFORE DELETE ON audit_log "
            "BEGIN SELECT RAISE(ABORT, 'audit_log is only added to'); END"
        )
        op.execute(
            "CREATE TRIGGER audit_log_keeps_values BEFORE UPDATE ON audit_log "
            "BEGIN SELECT RAISE(ABORT, 'audit_log is only added to'); END"
        )
        op.execute(
            "CREATE TRIGGER audit_log_replaces_none BEFORE INSERT ON audit_log "
            "WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id) "
            "BEGIN SELECT RAISE(ABORT, 'audit_log is only added to'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit_log is only added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse()"
    )
