"""Contacts, the words they are found by, and what teammates put on them."""

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
    text,
)

from app.storage.tables.base import AppIdColumn, ContactIdColumn, metadata
from app.storage.tables.counted import count_listed

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
    Column("owner_id", Integer),  # a teammate
    Column("language_override", Text),
    Column("unsubscribed_from_emails", Boolean),
    Column("last_replied_at", Double),
    Column("last_contacted_at", Double),
    Column("blocked_at", Double),
    Column("synced_at", Double),  # when REST or an import last wrote it
    Column("deleted_by", Text),
    # Where each custom attribute's value comes from: see app/contacts/precedence.py.
    Column("provenance", JSON),
    # All that the contact is found under, a space before each: what search_words has of it.
    Column("words", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("app_id", "id"),
    # Looked at when all is written: see counted.py.
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"], deferrable=True, initially="DEFERRED"),
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
# With all that a search by a part of an email asks.
Index("contacts_email", *(contacts.c[name] for name in ("app_id", "email_key", "role", "listed")))
Index("contacts_anonymous_id", contacts.c.app_id, contacts.c.anonymous_id, unique=True)
# Everybody is the roles laid together, so that a change has one index to move in for each order.
# ``listed`` says nothing new, but SQLite reads an index alone only where that has every column asked for. The newest
# first is the order that nobody has to ask for: whom an index finds it puts in that order without a look at each.
for _key in ("last_seen_at", "updated_at", "signed_up_at", "session_count", "name_key"):
    _index_where(f"contacts_role_by_{_key}", ["app_id", "role", _key, "id", "created_at", "listed"], "listed")
# Who signed up when is what is most asked of that order.
_index_where(
    "contacts_role_by_created_at", ["app_id", "role", "created_at", "id", "signed_up_at", "listed"], "listed"
)
# What else searches ask for, and few have or nobody changes often: of those who have it.
for _key in (
    *("name", "phone", "owner_id", "last_contacted_at", "last_replied_at"),
    *("country", "region", "city", "browser", "os", "language_override"),
):
    _index_where(
        f"contacts_of_known_{_key}",
        ["app_id", "role", _key, "id", "created_at", "listed"],
        f"listed AND {_key} IS NOT NULL",
    )
# Where people are and what they use, for those who are asked about several of these at once.
Index(
    "contacts_by_facts",
    *(contacts.c[name] for name in ("app_id", "role", "listed", "country", "region", "city")),
    *(contacts.c[name] for name in ("browser", "os", "language_override")),
)
# Those with attributes whom a search does not find.
_index_where(
    "contacts_apart",
    ["app_id", "created_at"],
    "(NOT listed OR role = 'visitor') AND CAST(custom_attributes AS TEXT) <> '{}'",
)
# Ids that no user bears.
_index_where(
    "contacts_external_id_of_others",
    ["app_id", "external_id"],
    "role <> 'user' AND external_id IS NOT NULL",
)
# Users that were synced and never seen: what the report of missing users reads.
_index_where("contacts_never_seen", ["app_id", "id"], "listed AND role = 'user' AND first_seen_at IS NULL")
# Those that wait for their destruction.
_index_where("contacts_deleted", ["app_id", "deleted_at"], "deleted_at IS NOT NULL")
_index_where("contacts_blocked", ["app_id", "blocked_at"], "blocked_at IS NOT NULL")

# How many of each role are listed: the sum over the slots. The database itself keeps it.
people_counts = Table(
    "people_counts",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("role", String(8), nullable=False),
    Column("slot", Integer, nullable=False),
    Column("count", Integer),  # never null, and not checked for it: see counted.py
    PrimaryKeyConstraint("app_id", "role", "slot"),
    sqlite_with_rowid=False,
)
count_listed(contacts, people_counts)

# Who is found under a word: a search is a range over (app_id, word). Each contact bears its own words too.
search_words = Table(
    "search_words",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("word", Text, nullable=False),
    Column("contact_id", ContactIdColumn, nullable=False),
    PrimaryKeyConstraint("app_id", "word", "contact_id"),
    sqlite_with_rowid=False,
)

# How many pseudonyms each place has given away.
pseudonym_counters = Table(
    "pseudonym_counters",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("location", Text, nullable=False),  # empty where none is known
    Column("used", Integer, nullable=False),
    PrimaryKeyConstraint("app_id", "location"),
)

# Contacts that went up in another: their old ids answer nothing, their browsers lead to the other.
merged_contacts = Table(
    "merged_contacts",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("id", ContactIdColumn, nullable=False),
    Column("into_id", ContactIdColumn, nullable=False),
    Column("anonymous_id", Text),
    Column("merged_at", Double, nullable=False),
    PrimaryKeyConstraint("app_id", "id"),
)
Index("merged_contacts_into", merged_contacts.c.app_id, merged_contacts.c.into_id)
Index("merged_contacts_anonymous_id", merged_contacts.c.app_id, merged_contacts.c.anonymous_id)

tags = Table(
    "tags",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("app_id", AppIdColumn, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),  # folded: names differ by more than case
    Column("created_at", Double, nullable=False),
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
    sqlite_autoincrement=True,  # scripts remember ids: that of a deleted tag never names another
)
Index("tags_name", tags.c.app_id, tags.c.name_key, unique=True)

# What bears a tag: a contact, a company or a conversation, by its id as text.
taggings = Table(
    "taggings",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("tag_id", Integer, nullable=False),
    Column("kind", String(12), nullable=False),  # contact, company, conversation
    Column("subject_id", String(24), nullable=False),
    Column("applied_at", Double, nullable=False),
    Column("applied_by", Integer),  # a teammate
    PrimaryKeyConstraint("app_id", "kind", "subject_id", "tag_id"),
    sqlite_with_rowid=False,
)
Index("taggings_of_tag", taggings.c.app_id, taggings.c.tag_id, taggings.c.kind, taggings.c.subject_id)

# Notes on a contact, or on a company: one of the two ids.
notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("app_id", AppIdColumn, nullable=False),
    Column("contact_id", ContactIdColumn),
    Column("company_id", ContactIdColumn),
    Column("admin_id", Integer),
    Column("body", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
    sqlite_autoincrement=True,  # the id of a note that was destroyed never names one about somebody else
)
Index("notes_of_contact", notes.c.app_id, notes.c.contact_id, notes.c.id)
Index("notes_of_company", notes.c.app_id, notes.c.company_id, notes.c.id)

# Saved filters; `filter` is the tree as app/search/query.py reads it.
segments = Table(
    "segments",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("id", ContactIdColumn, nullable=False),
    Column("name", Text, nullable=False),
    Column("person_type", String(8), nullable=False),  # contact, user
    Column("filter", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    PrimaryKeyConstraint("app_id", "id"),
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
)
