"""The first schema: workspaces, who may enter them, contacts, companies and presence."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_workspaces()
    _create_admins()
    _create_api_tokens()
    _create_contacts()
    _create_contact_indexes()
    _create_people_counts()
    _create_words()
    _create_companies()
    _create_events()
    _create_presence()


def _app_id() -> sa.Column[str]:
    return sa.Column("app_id", sa.String(8), nullable=False)


def _contact_id(name: str = "contact_id") -> sa.Column[str]:
    return sa.Column(name, sa.String(24), nullable=False)


def _create_workspaces() -> None:
    op.create_table(
        "workspaces",
        _app_id(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("region", sa.String(2), nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("identity_verification", sa.Boolean, nullable=False),
        sa.Column("identity_secrets", sa.JSON, nullable=False),
        sa.Column("allowed_origins", sa.JSON, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("app_id"),
    )


def _create_admins() -> None:
    op.create_table(
        "admins",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("password_hash", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "memberships",
        _app_id(),
        sa.Column("admin_id", sa.Integer, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("app_id", "admin_id"),
        sa.ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
        sa.ForeignKeyConstraint(["admin_id"], ["admins.id"]),
    )
    op.create_table(
        "dashboard_sessions",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("admin_id", sa.Integer, nullable=False),
        sa.Column("csrf_token", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
        sa.ForeignKeyConstraint(["admin_id"], ["admins.id"]),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("admin_id", sa.Integer, nullable=False),
        _app_id(),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("used_at", sa.Double),
        sa.PrimaryKeyConstraint("token_hash"),
    )


def _create_api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer, nullable=False),
        _app_id(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("revoked_at", sa.Double),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
        sa.UniqueConstraint("token_hash"),
    )


def _create_contacts() -> None:
    op.create_table(
        "contacts",
        _app_id(),
        _contact_id("id"),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("listed", sa.Boolean, nullable=False),
        sa.Column("external_id", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("email_key", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("first_name", sa.Text),
        sa.Column("last_name", sa.Text),
        sa.Column("pseudonym", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("anonymous_id", sa.Text),
        sa.Column("avatar_url", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("signed_up_at", sa.Double),
        sa.Column("first_seen_at", sa.Double),
        sa.Column("last_seen_at", sa.Double),
        sa.Column("active_at", sa.Double),
        sa.Column("session_started_at", sa.Double),
        sa.Column("session_count", sa.Integer, nullable=False),
        sa.Column("ios_session_count", sa.Integer, nullable=False),
        sa.Column("android_session_count", sa.Integer, nullable=False),
        sa.Column("ios_opened_at", sa.Double),
        sa.Column("android_opened_at", sa.Double),
        sa.Column("user_agent", sa.Text),
        sa.Column("browser", sa.Text),
        sa.Column("browser_version", sa.Text),
        sa.Column("os", sa.Text),
        sa.Column("device", sa.Text),
        sa.Column("timezone", sa.Text),
        sa.Column("country", sa.Text),
        sa.Column("country_code", sa.String(2)),
        sa.Column("region", sa.Text),
        sa.Column("city", sa.Text),
        sa.Column("page_url", sa.Text),
        sa.Column("page_title", sa.Text),
        sa.Column("referrer", sa.Text),
        sa.Column("custom_attributes", sa.JSON, nullable=False),
        sa.Column("deleted_at", sa.Double),
        sa.Column("archived_at", sa.Double),
        sa.PrimaryKeyConstraint("app_id", "id"),
        sa.ForeignKeyConstraint(["app_id"], ["workspaces.app_id"], deferrable=True, initially="DEFERRED"),
    )


def _create_contact_indexes() -> None:
    _index_where(
        "contacts_external_id",
        ["app_id", "external_id"],
        "role = 'user' AND external_id IS NOT NULL",
        unique=True,
    )
    _index_where(
        "contacts_user_email",
        ["app_id", "email_key"],
        "role = 'user' AND email_key IS NOT NULL",
        unique=True,
    )
    op.create_index("contacts_email", "contacts", ["app_id", "email_key"])
    op.create_index("contacts_anonymous_id", "contacts", ["app_id", "anonymous_id"], unique=True)
    for key in ("last_seen_at", "created_at", "session_count", "name_key"):
        _index_where(f"contacts_by_{key}", ["app_id", key, "id"], "listed")
        _index_where(f"contacts_role_by_{key}", ["app_id", "role", key, "id"], "listed")


def _index_where(name: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    op.create_index(
        name,
        "contacts",
        columns,
        unique=unique,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def _create_people_counts() -> None:
    """How many of each role are listed, kept by the database itself."""
    op.create_table(
        "people_counts",
        _app_id(),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sa.Column("count", sa.Integer),
        sa.PrimaryKeyConstraint("app_id", "role", "slot"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER contacts_count_newcomers AFTER INSERT ON contacts WHEN NEW.listed "
            "BEGIN INSERT INTO people_counts (app_id, role, slot, count) VALUES (NEW.app_id, NEW.role, 0, 1) "
            "ON CONFLICT (app_id, role, slot) DO UPDATE SET count = count + 1; END"
        )
        op.execute(
            "CREATE TRIGGER contacts_count_leavers AFTER DELETE ON contacts WHEN OLD.listed "
            "BEGIN UPDATE people_counts SET count = count - 1 "
            "WHERE app_id = OLD.app_id AND role = OLD.role AND slot = 0; END"
        )
        op.execute(
            "CREATE TRIGGER contacts_count_changes AFTER UPDATE OF app_id, role, listed ON contacts "
            "WHEN (OLD.app_id, OLD.role, OLD.listed) IS NOT (NEW.app_id, NEW.role, NEW.listed) "
            "BEGIN UPDATE people_counts SET count = count - 1 "
            "WHERE OLD.listed AND app_id = OLD.app_id AND role = OLD.role AND slot = 0; "
            "INSERT INTO people_counts (app_id, role, slot, count) SELECT NEW.app_id, NEW.role, 0, 1 WHERE NEW.listed "
            "ON CONFLICT (app_id, role, slot) DO UPDATE SET count = count + 1; END"
        )
        return
    op.execute(
        """
        CREATE OR REPLACE FUNCTION contacts_count() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          lane integer := 0;
          own_slot integer;
        BEGIN
          WHILE NOT pg_try_advisory_xact_lock(7204519, lane) LOOP
            lane := lane + 1;
          END LOOP;
          own_slot := lane * 16 + floor(random() * 16);
          IF TG_OP <> 'INSERT' AND OLD.listed THEN
            INSERT INTO people_counts AS known (app_id, role, slot, count)
              VALUES (OLD.app_id, OLD.role, own_slot, -1)
              ON CONFLICT (app_id, role, slot) DO UPDATE SET count = known.count - 1;
          END IF;
          IF TG_OP <> 'DELETE' AND NEW.listed THEN
            INSERT INTO people_counts AS known (app_id, role, slot, count)
              VALUES (NEW.app_id, NEW.role, own_slot, 1)
              ON CONFLICT (app_id, role, slot) DO UPDATE SET count = known.count + 1;
          END IF;
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER contacts_count_newcomers AFTER INSERT ON contacts "
        "FOR EACH ROW WHEN (NEW.listed) EXECUTE FUNCTION contacts_count()"
    )
    op.execute(
        "CREATE TRIGGER contacts_count_leavers AFTER DELETE ON contacts "
        "FOR EACH ROW WHEN (OLD.listed) EXECUTE FUNCTION contacts_count()"
    )
    op.execute(
        "CREATE TRIGGER contacts_count_changes AFTER UPDATE OF app_id, role, listed ON contacts "
        "FOR EACH ROW WHEN ((OLD.app_id, OLD.role, OLD.listed) IS DISTINCT FROM (NEW.app_id, NEW.role, NEW.listed)) "
        "EXECUTE FUNCTION contacts_count()"
    )


def _create_words() -> None:
    op.create_table(
        "search_words",
        _app_id(),
        sa.Column("word", sa.Text, nullable=False),
        _contact_id(),
        sa.PrimaryKeyConstraint("app_id", "word", "contact_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("search_words_of_contact", "search_words", ["app_id", "contact_id"])
    op.create_table(
        "pseudonym_counters",
        _app_id(),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("used", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("app_id", "location"),
    )


def _create_companies() -> None:
    op.create_table(
        "companies",
        _app_id(),
        _contact_id("id"),
        sa.Column("company_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("last_seen_at", sa.Double),
        sa.Column("session_count", sa.Integer, nullable=False),
        sa.Column("custom_attributes", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("app_id", "id"),
        sa.ForeignKeyConstraint(["app_id"], ["workspaces.app_id"]),
    )
    op.create_index("companies_company_id", "companies", ["app_id", "company_id"], unique=True)
    op.create_table(
        "contact_companies",
        _app_id(),
        _contact_id(),
        _contact_id("company_id"),
        sa.Column("attached_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("app_id", "contact_id", "company_id"),
    )
    op.create_index("contact_companies_of_company", "contact_companies", ["app_id", "company_id"])


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, nullable=False),
        _app_id(),
        _contact_id(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("events_of_contact", "events", ["app_id", "contact_id", "created_at"])


def _create_presence() -> None:
    op.create_table(
        "presence_intervals",
        _app_id(),
        _contact_id(),
        sa.Column("online_from", sa.Double, nullable=False),
        sa.Column("online_until", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("app_id", "contact_id", "online_from"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "presence_counts",
        _app_id(),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("online", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("app_id", "at"),
        sqlite_with_rowid=False,
    )
