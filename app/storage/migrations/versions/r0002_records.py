"""Contact records: teams, tags, notes, segments, companies, events and attributes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.storage.migrations import found_attributes

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _create_teams()
    _create_contacts()
    _create_marks()
    _create_companies()
    _create_event_summaries()
    _create_attributes()


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _create_teams() -> None:
    op.add_column("memberships", sa.Column("away_since", sa.Double))
    op.add_column("memberships", sa.Column("away_reassigns", sa.Boolean))
    op.add_column("memberships", sa.Column("away_reason_id", sa.Integer))
    op.create_table(
        "team_members",
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("team_id", sa.Integer, nullable=False),
        sa.Column("admin_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("app_id", "team_id", "admin_id"),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["workspaces.app_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("teams_of_workspace", "teams", ["app_id", "id"])


def _create_contacts() -> None:
    op.create_table(
        "merged_contacts",
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("into_id", sa.String(24), nullable=False),
        sa.Column("anonymous_id", sa.Text),
        sa.Column("merged_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("app_id", "id"),
    )
    op.create_index("merged_contacts_anonymous_id", "merged_contacts", ["app_id", "anonymous_id"])
    op.create_index("merged_contacts_into", "merged_contacts", ["app_id", "into_id"])
    op.add_column("contacts", sa.Column("owner_id", sa.Integer))
    op.add_column("contacts", sa.Column("language_override", sa.Text))
    op.add_column("contacts", sa.Column("unsubscribed_from_emails", sa.Boolean))
    op.add_column("contacts", sa.Column("last_replied_at", sa.Double))
    op.add_column("contacts", sa.Column("last_contacted_at", sa.Double))
    op.add_column("contacts", sa.Column("blocked_at", sa.Double))
    op.add_column("contacts", sa.Column("synced_at", sa.Double))
    op.add_column("contacts", sa.Column("deleted_by", sa.Text))
    op.add_column("contacts", sa.Column("provenance", sa.JSON))
    _give_contacts_their_words()
    op.create_index(
        "contacts_deleted", "contacts", ["app_id", "deleted_at"], **_where("deleted_at IS NOT NULL")
    )
    op.create_index(
        "contacts_blocked", "contacts", ["app_id", "blocked_at"], **_where("blocked_at IS NOT NULL")
    )
    op.create_index(
        "contacts_never_seen",
        "contacts",
        ["app_id", "id"],
        **_where("listed AND role = 'user' AND first_seen_at IS NULL"),
    )
    _create_contacts_indexes_of_search()


def _give_contacts_their_words() -> None:
    op.add_column("contacts", sa.Column("words", sa.Text, nullable=False, server_default=""))
    contacts = sa.table("contacts", *map(sa.column, ("app_id", "id", "words")))
    words = sa.table("search_words", *map(sa.column, ("app_id", "contact_id", "word")))
    joined = sa.select(" " + sa.func.aggregate_strings(words.c.word, " ")).where(
        words.c.app_id == contacts.c.app_id, words.c.contact_id == contacts.c.id
    )
    op.execute(sa.update(contacts).values(words=sa.func.coalesce(joined.scalar_subquery(), "")))
    op.drop_index("search_words_of_contact", "search_words")


def _create_contacts_indexes_of_search() -> None:
    for key in ("last_seen_at", "created_at", "session_count", "name_key"):
        op.drop_index(f"contacts_by_{key}", "contacts")
        op.drop_index(f"contacts_role_by_{key}", "contacts")
    for key in ("last_seen_at", "updated_at", "signed_up_at", "session_count", "name_key"):
        columns = ["app_id", "role", key, "id", "created_at", "listed"]
        op.create_index(f"contacts_role_by_{key}", "contacts", columns, **_where("listed"))
    op.create_index(
        "contacts_role_by_created_at",
        "contacts",
        ["app_id", "role", "created_at", "id", "signed_up_at", "listed"],
        **_where("listed"),
    )
    op.drop_index("contacts_email", "contacts")
    op.create_index("contacts_email", "contacts", ["app_id", "email_key", "role", "listed"])
    for key in ("name", "phone", "owner_id", "last_contacted_at", "last_replied_at"):
        op.create_index(
            f"contacts_of_known_{key}",
            "contacts",
            ["app_id", "role", key, "id", "created_at", "listed"],
            **_where(f"listed AND {key} IS NOT NULL"),
        )
    facts = ["country", "region", "city", "browser", "os", "language_override"]
    op.create_index("contacts_by_facts", "contacts", ["app_id", "role", "listed", *facts])
    op.create_index(
        "contacts_apart",
        "contacts",
        ["app_id", "created_at"],
        **_where("(NOT listed OR role = 'visitor') AND CAST(custom_attributes AS TEXT) <> '{}'"),
    )
    op.create_index(
        "contacts_external_id_of_others",
        "contacts",
        ["app_id", "external_id"],
        **_where("role <> 'user' AND external_id IS NOT NULL"),
    )


def _create_marks() -> None:
    op.create_table(
        "taggings",
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("tag_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("subject_id", sa.String(24), nullable=False),
        sa.Column("applied_at", sa.Double, nullable=False),
        sa.Column("applied_by", sa.Integer),
        sa.PrimaryKeyConstraint("app_id", "kind", "subject_id", "tag_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("taggings_of_tag", "taggings", ["app_id", "tag_id", "kind", "subject_id"])
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("contact_id", sa.String(24)),
        sa.Column("company_id", sa.String(24)),
        sa.Column("admin_id", sa.Integer),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["workspaces.app_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("notes_of_company", "notes", ["app_id", "company_id", "id"])
    op.create_index("notes_of_contact", "notes", ["app_id", "contact_id", "id"])
    op.create_table(
        "segments",
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("person_type", sa.String(8), nullable=False),
        sa.Column("filter", sa.JSON, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["workspaces.app_id"],
        ),
        sa.PrimaryKeyConstraint("app_id", "id"),
    )
    op.create_table(
        "tags",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["workspaces.app_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("tags_name", "tags", ["app_id", "name_key"], unique=True)


def _create_companies() -> None:
    op.drop_index("contact_companies_of_company", "contact_companies")
    op.create_index(
        "contact_companies_of_company", "contact_companies", ["app_id", "company_id", "contact_id"]
    )
    op.add_column("companies", sa.Column("plan", sa.Text))
    op.add_column("companies", sa.Column("size", sa.Integer))
    op.add_column("companies", sa.Column("website", sa.Text))
    op.add_column("companies", sa.Column("industry", sa.Text))
    op.add_column("companies", sa.Column("monthly_spend", sa.Double))
    op.add_column("companies", sa.Column("remote_created_at", sa.Double))
    op.create_index("companies_by_last_seen_at", "companies", ["app_id", "last_seen_at", "id"])
    op.create_table(
        "company_scrolls",
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("scroll_param", sa.String(36), nullable=False),
        sa.Column("behind_id", sa.String(24), nullable=False),
        sa.Column("used_at", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["workspaces.app_id"],
        ),
        sa.PrimaryKeyConstraint("app_id"),
    )


def _create_event_summaries() -> None:
    op.create_table(
        "event_summaries",
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("contact_id", sa.String(24), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("first_at", sa.Double, nullable=False),
        sa.Column("last_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("app_id", "contact_id", "name"),
    )


def _create_attributes() -> None:
    op.create_table(
        "attribute_values",
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("contact_id", sa.String(24), nullable=False),
        sa.Column("attribute_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Double),
        sa.Column("text", sa.Text),
        sa.PrimaryKeyConstraint("app_id", "contact_id", "attribute_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "attribute_values_by_number",
        "attribute_values",
        ["app_id", "attribute_id", "number", "contact_id"],
        **_where("number IS NOT NULL"),
    )
    op.create_index(
        "attribute_values_by_text",
        "attribute_values",
        ["app_id", "attribute_id", "text", "contact_id"],
        **_where("text IS NOT NULL"),
    )
    op.create_table(
        "data_attributes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("model", sa.String(8), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("type", sa.String(8), nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("messenger_writable", sa.Boolean, nullable=False),
        sa.Column("archived", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("admin_id", sa.Integer),
        sa.Column("qualification_position", sa.Integer),
        sa.Column("unread_after", sa.String(24)),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["workspaces.app_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("data_attributes_name", "data_attributes", ["app_id", "model", "name"], unique=True)
    op.create_index("data_attributes_unread", "data_attributes", ["id"], **_where("unread_after IS NOT NULL"))
    op.create_index(
        "attribute_values_unfit",
        "attribute_values",
        ["app_id", "attribute_id", "number", "text", "contact_id"],
        **_where("number IS NULL AND text IS NULL"),
    )
    op.add_column("workspaces", sa.Column("attributes_version", sa.String(16)))
    found_attributes.fill(op.get_bind())
