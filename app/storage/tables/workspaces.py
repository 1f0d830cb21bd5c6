"""Workspaces, who may enter them, and by what."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from app.storage.tables.base import AppIdColumn, metadata

workspaces = Table(
    "workspaces",
    metadata,
    Column("app_id", AppIdColumn, primary_key=True),
    Column("name", Text, nullable=False),
    Column("region", String(2), nullable=False),
    Column("timezone", Text, nullable=False),
    Column("identity_verification", Boolean, nullable=False),
    # One or two live secrets, newest first: two while one is being rotated out.
    Column("identity_secrets", JSON, nullable=False),
    Column("allowed_origins", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    # Drawn anew whenever the workspace's data attributes change: see app/attributes/store.py.
    Column("attributes_version", String(16)),
)

admins = Table(
    "admins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", Text, nullable=False, unique=True),  # lower case
    Column("name", Text),
    Column("password_hash", Text),
    Column("created_at", Double, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("admin_id", Integer, nullable=False),
    Column("role", String(16), nullable=False),  # admin, teammate
    # Away from the inbox: since when (none: here), for which of the customer's own reasons, and whether
    # new replies go to the default inbox meanwhile.
    Column("away_since", Double),
    Column("away_reassigns", Boolean),
    Column("away_reason_id", Integer),
    PrimaryKeyConstraint("app_id", "admin_id"),
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
    ForeignKeyConstraint(["admin_id"], ["admins.id"]),
)

dashboard_sessions = Table(
    "dashboard_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("admin_id", Integer, nullable=False),
    Column("csrf_token", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    ForeignKeyConstraint(["admin_id"], ["admins.id"]),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("admin_id", Integer, nullable=False),
    Column("app_id", AppIdColumn, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("used_at", Double),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("app_id", AppIdColumn, nullable=False),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", Double, nullable=False),
    Column("revoked_at", Double),
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
)

# Teammates by the name that conversations are assigned to.
teams = Table(
    "teams",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("app_id", AppIdColumn, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
)
Index("teams_of_workspace", teams.c.app_id, teams.c.id)

team_members = Table(
    "team_members",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("team_id", Integer, nullable=False),
    Column("admin_id", Integer, nullable=False),
    PrimaryKeyConstraint("app_id", "team_id", "admin_id"),
)
