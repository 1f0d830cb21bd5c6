"""Companies, and who belongs to them."""

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
)

from app.storage.tables.base import AppIdColumn, ContactIdColumn, metadata

companies = Table(
    "companies",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("id", ContactIdColumn, nullable=False),
    Column("company_id", Text, nullable=False),  # the customer's own id
    Column("name", Text),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("last_seen_at", Double),
    Column("session_count", Integer, nullable=False),
    Column("custom_attributes", JSON, nullable=False),
    Column("plan", Text),
    Column("size", Integer),
    Column("website", Text),
    Column("industry", Text),
    Column("monthly_spend", Double),
    Column("remote_created_at", Double),
    PrimaryKeyConstraint("app_id", "id"),
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
)
Index("companies_company_id", companies.c.app_id, companies.c.company_id, unique=True)
Index("companies_by_last_seen_at", companies.c.app_id, companies.c.last_seen_at, companies.c.id)

contact_companies = Table(
    "contact_companies",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("contact_id", ContactIdColumn, nullable=False),
    Column("company_id", ContactIdColumn, nullable=False),  # companies.id
    Column("attached_at", Double, nullable=False),
    PrimaryKeyConstraint("app_id", "contact_id", "company_id"),
)
Index(
    "contact_companies_of_company",
    *(contact_companies.c[name] for name in ("app_id", "company_id", "contact_id")),
)

# The one walk over all companies that a workspace may have open: see app/companies/scrolls.py.
company_scrolls = Table(
    "company_scrolls",
    metadata,
    Column("app_id", AppIdColumn, primary_key=True),
    Column("scroll_param", String(36), nullable=False),
    Column("behind_id", ContactIdColumn, nullable=False),  # the last company that was told; empty at first
    Column("used_at", Double, nullable=False),
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
)
