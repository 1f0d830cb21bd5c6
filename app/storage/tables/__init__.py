"""The whole schema, from top to bottom, a module for each part of the house.

One set of tables for SQLite and PostgreSQL. Every row belongs to a workspace, and ``app_id``
leads every key. Moments are Unix seconds with fractions. A contact that is deleted or
archived has left the lists: ``listed`` is false, and the partial indexes don't hold it.
"""

from app.storage.tables.attributes import attribute_values, data_attributes
from app.storage.tables.base import metadata
from app.storage.tables.companies import companies, company_scrolls, contact_companies
from app.storage.tables.contacts import (
    contacts,
    merged_contacts,
    notes,
    people_counts,
    pseudonym_counters,
    search_words,
    segments,
    taggings,
    tags,
)
from app.storage.tables.conversations import (
    conversation_contacts,
    conversation_facts,
    conversation_parts,
    conversation_ratings,
    conversations,
)
from app.storage.tables.histograms import histograms
from app.storage.tables.presence import event_summaries, events, presence_counts, presence_intervals
from app.storage.tables.trail import audit_log, jobs, receipts, webhook_deliveries, webhooks
from app.storage.tables.workspaces import (
    admins,
    api_tokens,
    dashboard_sessions,
    memberships,
    sign_in_links,
    team_members,
    teams,
    workspaces,
)

__all__ = [
    "admins",
    "api_tokens",
    "attribute_values",
    "audit_log",
    "companies",
    "company_scrolls",
    "contact_companies",
    "contacts",
    "conversation_contacts",
    "conversation_facts",
    "conversation_parts",
    "conversation_ratings",
    "conversations",
    "dashboard_sessions",
    "data_attributes",
    "event_summaries",
    "events",
    "histograms",
    "jobs",
    "memberships",
    "merged_contacts",
    "metadata",
    "notes",
    "people_counts",
    "presence_counts",
    "presence_intervals",
    "pseudonym_counters",
    "receipts",
    "search_words",
    "segments",
    "sign_in_links",
    "taggings",
    "tags",
    "team_members",
    "teams",
    "webhook_deliveries",
    "webhooks",
    "workspaces",
]
