"""Conversations: what was said, and the bare facts that outlive it."""

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

from app.storage.tables.base import AppIdColumn, ContactIdColumn, metadata

conversations = Table(
    "conversations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("app_id", AppIdColumn, nullable=False),
    Column("contact_id", ContactIdColumn, nullable=False),  # whose it is; more people: conversation_contacts
    Column("company_id", ContactIdColumn),  # companies.id
    Column("state", String(8), nullable=False),  # open, closed, snoozed
    Column("is_read", Boolean, nullable=False),
    Column("is_priority", Boolean, nullable=False),
    Column("title", Text),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("waiting_since", Double),
    Column("snoozed_until", Double),
    Column("admin_assignee_id", Integer),
    Column("team_assignee_id", Integer),
    # The first message.
    Column("source_type", String(16), nullable=False),
    Column("delivered_as", String(24), nullable=False),
    Column("subject", Text),
    Column("body", Text),
    Column("words", Text, nullable=False),  # the body's, folded, with a space around each: what is searched
    Column("author_type", String(8), nullable=False),  # user, lead, admin, bot
    Column("author_id", String(24), nullable=False),
    Column("source_url", Text),
    Column("attachments", JSON, nullable=False),  # URLs
    Column("is_redacted", Boolean, nullable=False),
    Column("custom_attributes", JSON, nullable=False),
    ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
    # A destroyed conversation's facts outlive it: its id is never given again.
    sqlite_autoincrement=True,
)
Index("conversations_by_updated_at", conversations.c.app_id, conversations.c.updated_at, conversations.c.id)
Index("conversations_of_contact", conversations.c.app_id, conversations.c.contact_id, conversations.c.id)

conversation_contacts = Table(
    "conversation_contacts",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("conversation_id", Integer, nullable=False),
    Column("contact_id", ContactIdColumn, nullable=False),
    Column("added_at", Double, nullable=False),
    # Whoever was let go may have spoken, and is to be found when it is destroyed.
    Column("left_at", Double),
    PrimaryKeyConstraint("app_id", "conversation_id", "contact_id"),
)
Index(
    "conversation_contacts_of_contact",
    conversation_contacts.c.app_id,
    conversation_contacts.c.contact_id,
    conversation_contacts.c.conversation_id,
)

conversation_parts = Table(
    "conversation_parts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("app_id", AppIdColumn, nullable=False),
    Column("conversation_id", Integer, nullable=False),
    Column("type", String(48), nullable=False),  # comment, note, close: see app/conversations/records.py
    Column("body", Text),
    Column("author_type", String(8), nullable=False),
    Column("author_id", String(24), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("assigned_to_type", String(8)),  # admin, team, nobody_admin
    Column("assigned_to_id", Integer),
    Column("state", String(8), nullable=False),  # the conversation's, once the part was in it
    Column("attachments", JSON, nullable=False),  # URLs
    Column("details", JSON, nullable=False),  # the attribute that was changed, the replies that are offered
    Column("is_redacted", Boolean, nullable=False),
    sqlite_autoincrement=True,  # whoever copied a part knows it by its id
)
Index(
    "conversation_parts_of_conversation",
    conversation_parts.c.app_id,
    conversation_parts.c.conversation_id,
    conversation_parts.c.id,
)

# What reports read: moments and counts without a word or a name. Rule R63.
conversation_facts = Table(
    "conversation_facts",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("conversation_id", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("first_admin_reply_at", Double),
    Column("last_admin_reply_at", Double),
    Column("first_contact_reply_at", Double),
    Column("last_contact_reply_at", Double),
    Column("first_assignment_at", Double),
    Column("last_assignment_at", Double),
    Column("assignment_before_reply_at", Double),  # the last one before the first answer of a teammate
    Column("reply_since_assignment_at", Double),  # the first answer since the last assignment
    Column("first_closed_at", Double),
    Column("last_closed_at", Double),
    Column("last_closed_by_id", Integer),
    Column("reply_seconds", JSON, nullable=False),  # how long the contact waited for each of the last answers
    Column("median_reply_seconds", Double),
    Column("reopens", Integer, nullable=False),
    Column("assignments", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    PrimaryKeyConstraint("app_id", "conversation_id"),
)
Index("conversation_facts_by_created_at", conversation_facts.c.app_id, conversation_facts.c.created_at)

# CSAT: it stays when its contact goes. Rules R63, R71.
conversation_ratings = Table(
    "conversation_ratings",
    metadata,
    Column("app_id", AppIdColumn, nullable=False),
    Column("conversation_id", Integer, nullable=False),
    Column("rating", Integer, nullable=False),  # 1 to 5
    Column("remark", Text),
    Column("rated_at", Double, nullable=False),
    Column("contact_id", ContactIdColumn),  # none once the contact is destroyed
    Column("admin_id", Integer),
    PrimaryKeyConstraint("app_id", "conversation_id"),
)
Index("conversation_ratings_of_contact", conversation_ratings.c.app_id, conversation_ratings.c.contact_id)
