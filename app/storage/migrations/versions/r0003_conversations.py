"""Conversations, what was said in them, and the facts that outlive them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "conversation_contacts",
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("conversation_id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.String(24), nullable=False),
        sa.Column("added_at", sa.Double, nullable=False),
        sa.Column("left_at", sa.Double),
        sa.PrimaryKeyConstraint("app_id", "conversation_id", "contact_id"),
    )
    op.create_index(
        "conversation_contacts_of_contact",
        "conversation_contacts",
        ["app_id", "contact_id", "conversation_id"],
    )
    op.create_table(
        "conversation_facts",
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("conversation_id", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("first_admin_reply_at", sa.Double),
        sa.Column("last_admin_reply_at", sa.Double),
        sa.Column("first_contact_reply_at", sa.Double),
        sa.Column("last_contact_reply_at", sa.Double),
        sa.Column("first_assignment_at", sa.Double),
        sa.Column("last_assignment_at", sa.Double),
        sa.Column("assignment_before_reply_at", sa.Double),
        sa.Column("reply_since_assignment_at", sa.Double),
        sa.Column("first_closed_at", sa.Double),
        sa.Column("last_closed_at", sa.Double),
        sa.Column("last_closed_by_id", sa.Integer),
        sa.Column("reply_seconds", sa.JSON, nullable=False),
        sa.Column("median_reply_seconds", sa.Double),
        sa.Column("reopens", sa.Integer, nullable=False),
        sa.Column("assignments", sa.Integer, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("app_id", "conversation_id"),
    )
    op.create_index("conversation_facts_by_created_at", "conversation_facts", ["app_id", "created_at"])
    op.create_table(
        "conversation_parts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("conversation_id", sa.Integer, nullable=False),
        sa.Column("type", sa.String(48), nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("author_type", sa.String(8), nullable=False),
        sa.Column("author_id", sa.String(24), nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("assigned_to_type", sa.String(8)),
        sa.Column("assigned_to_id", sa.Integer),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attachments", sa.JSON, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("is_redacted", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "conversation_parts_of_conversation", "conversation_parts", ["app_id", "conversation_id", "id"]
    )
    op.create_table(
        "conversation_ratings",
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("conversation_id", sa.Integer, nullable=False),
        sa.Column("rating", sa.Integer, nullable=False),
        sa.Column("remark", sa.Text),
        sa.Column("rated_at", sa.Double, nullable=False),
        sa.Column("contact_id", sa.String(24)),
        sa.Column("admin_id", sa.Integer),
        sa.PrimaryKeyConstraint("app_id", "conversation_id"),
    )
    op.create_index("conversation_ratings_of_contact", "conversation_ratings", ["app_id", "contact_id"])
    op.create_table(
        "conversations",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("contact_id", sa.String(24), nullable=False),
        sa.Column("company_id", sa.String(24)),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("is_read", sa.Boolean, nullable=False),
        sa.Column("is_priority", sa.Boolean, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("waiting_since", sa.Double),
        sa.Column("snoozed_until", sa.Double),
        sa.Column("admin_assignee_id", sa.Integer),
        sa.Column("team_assignee_id", sa.Integer),
        sa.Column("source_type", sa.String(16), nullable=False),
        sa.Column("delivered_as", sa.String(24), nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("body", sa.Text),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("author_type", sa.String(8), nullable=False),
        sa.Column("author_id", sa.String(24), nullable=False),
        sa.Column("source_url", sa.Text),
        sa.Column("attachments", sa.JSON, nullable=False),
        sa.Column("is_redacted", sa.Boolean, nullable=False),
        sa.Column("custom_attributes", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["workspaces.app_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("conversations_by_updated_at", "conversations", ["app_id", "updated_at", "id"])
    op.create_index("conversations_of_contact", "conversations", ["app_id", "contact_id", "id"])
