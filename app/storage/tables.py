"""The whole schema, from top to bottom.

One set of tables for SQLite and PostgreSQL. Every row belongs to a workspace, and ``app_id``
leads every key. Moments are Unix seconds with fractions. A contact that is deleted or
archived has left the lists: ``listed`` is false, and the partial indexes don't hold it.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()

AppIdColumn = String(8)
ContactIdColumn = String(24)

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

contacts = Table(
    "contacts",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("id", ContactIdColumn, nullable=False),
    Column("role", String(8), nullable=False),  # visitor, lead, user
    Column("listed", Boolean, nullable=False),
    Column("external_id", Text),
    Column("email", Text),
    Column("email_key", Text),  # the email in lower case, by which it is found
    Column("phone", Text),
    Column("name", Text),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("pseudonym", Text, nullable=False),
    Column("name_key", Text, nullable=False),  # what is shown, case-folded, for sorting
    Column("anonymous_id", Text),
    Column("avatar_url", Text),
    Column("verified_at", Double),  # when a signed ping first proved this identity
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("signed_up_at", Double),
    Column("first_seen_at", Double),
    Column("last_seen_at", Double),
    Column("active_at", Double),
    Column("session_started_at", Double),
    Column("session_count", Integer, nullable=False),
    Column("ios_session_count", Integer, nullable=False),
    Column("android_session_count", Integer, nullable=False),
    Column("ios_opened_at", Double),
    Column("android_opened_at", Double),
    Column("user_agent", Text),
    Column("browser", Text),
    Column("browser_version", Text),
    Column("os", Text),
    Column("device", Text),
    Column("timezone", Text),
    Column("country", Text),
    Column("country_code", String(2)),
    Column("region", Text),
    Column("city", Text),
    Column("page_url", Text),
    Column("page_title", Text),
    Column("referrer", Text),
    Column("custom_attributes", JSON, nullable=False),
    Column("deleted_at", Double),
    Column("archived_at", Double),
    PrimaryKeyConstraint("app_id", "id"),
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
)


def _index_where(name: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    """A partial index on contacts, written the same way for both databases."""
    Index(
        name,
        *(contacts.c[column] for column in columns),
        unique=unique,
        sqlite_where=text(condition),
        postgresql_where=text(condition),
    )


# A deleted user reserves its ids until they are released.
_index_where(
    "contacts_external_id",
    ["app_id", "external_id"],
    "role = 'user' AND external_id IS NOT NULL",
    unique=True,
)
_index_where(
    "contacts_user_email", ["app_id", "email_key"], "role = 'user' AND email_key IS NOT NULL", unique=True
)
Index("contacts_email", contacts.c.app_id, contacts.c.email_key)
Index("contacts_anonymous_id", contacts.c.app_id, contacts.c.anonymous_id, unique=True)
for _key in ("last_seen_at", "created_at", "session_count", "name_key"):
    _index_where(f"contacts_by_{_key}", ["app_id", _key, "id"], "listed")
    _index_where(f"contacts_role_by_{_key}", ["app_id", "role", _key, "id"], "listed")

# The words under which a contact is found: a search is a range over (app_id, word).
search_words = Table(
    "search_words",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("word", Text, nullable=False),
    Column("contact_id", ContactIdColumn, nullable=False),
    PrimaryKeyConstraint("app_id", "word", "contact_id"),
    sqlite_with_rowid=False,
)
Index("search_words_of_contact", search_words.c.app_id, search_words.c.contact_id)

# How many pseudonyms each place has given away.
pseudonym_counters = Table(
    "pseudonym_counters",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("location", Text, nullable=False),  # empty where none is known
    Column("used", Integer, nullable=False),
    PrimaryKeyConstraint("app_id", "location"),
)

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
    PrimaryKeyConstraint("app_id", "id"),
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
)
Index("companies_company_id", companies.c.app_id, companies.c.company_id, unique=True)

contact_companies = Table(
    "contact_companies",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("contact_id", ContactIdColumn, nullable=False),
    Column("company_id", ContactIdColumn, nullable=False),  # companies.id
    Column("attached_at", Double, nullable=False),
    PrimaryKeyConstraint("app_id", "contact_id", "company_id"),
)
Index("contact_companies_of_company", contact_companies.c.app_id, contact_companies.c.company_id)

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
