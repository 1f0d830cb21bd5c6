"""Searches that many fit: histograms of how values are spread, kept by SQLite, and an index for each fact."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# With the bound of the first bucket.
_FIELDS = {
    "created_at": "-9e99",
    "updated_at": "-9e99",
    "last_seen_at": "-9e99",
    "signed_up_at": "-9e99",
    "last_contacted_at": "-9e99",
    "last_replied_at": "-9e99",
    "session_count": "-9e99",
    "owner_id": "-9e99",
    "country": "''",
    "region": "''",
    "city": "''",
    "browser": "''",
    "os": "''",
}


def upgrade() -> None:
    _create_indexes()
    op.create_table(
        "histograms",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("app_id", sa.String(8), nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("bound", sa.Text().with_variant(sa.BLOB(), "sqlite"), nullable=False),
        sa.Column("count", sa.Integer),
        sa.Column("newest", sa.Double),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("histograms_bucket", "histograms", ["app_id", "role", "field", "bound"], unique=True)
    if op.get_bind().dialect.name == "sqlite":
        _count_who_is_there()
        _keep_histograms()
        _count_people_anew()


def _create_indexes() -> None:
    """Of where people are and what they use: one for each, beside the one to be read from end to end for several."""
    for key in ("country", "region", "city", "browser", "os", "language_override"):
        condition = sa.text(f"listed AND {key} IS NOT NULL")
        op.create_index(
            f"contacts_of_known_{key}",
            "contacts",
            ["app_id", "role", key, "id", "created_at", "listed"],
            sqlite_where=condition,
            postgresql_where=condition,
        )


def _count_who_is_there() -> None:
    """One bucket for each column and role; the server cuts them when it runs."""
    of_role = (
        "FROM contacts WHERE contacts.app_id = people_counts.app_id AND contacts.role = people_counts.role"
    )
    for field, lowest in _FIELDS.items():
        op.execute(
            "INSERT INTO histograms (app_id, role, field, bound, count, newest) "
            f"SELECT app_id, role, '{field}', {lowest}, "
            f"(SELECT count(*) {of_role} AND listed AND {field} IS NOT NULL), "
            f"coalesce((SELECT max(created_at) {of_role} AND listed), -9e99) FROM people_counts"
        )


def _keep_histograms() -> None:
    firsts = ", ".join(
        f"(NEW.app_id, NEW.role, '{field}', {lowest}, 0, -9e99)" for field, lowest in _FIELDS.items()
    )
    op.execute(
        "CREATE TRIGGER people_counts_begin_histograms AFTER INSERT ON people_counts "
        f"BEGIN INSERT INTO histograms (app_id, role, field, bound, count, newest) VALUES {firsts} "
        "ON CONFLICT (app_id, role, field, bound) DO NOTHING; END"
    )
    for field in _FIELDS:
        op.execute(
            f"CREATE TRIGGER contacts_histogram_of_{field} AFTER UPDATE OF {field} ON contacts "
            f"WHEN OLD.{field} IS NOT NEW.{field} AND OLD.listed AND NEW.listed "
            "AND OLD.app_id = NEW.app_id AND OLD.role = NEW.role "
            f"AND {_bucket('OLD', field)} IS NOT {_bucket('NEW', field)} "
            f"BEGIN {_counted_out('OLD', field)} {_counted_in('NEW', field)} END"
        )
    raised = " ".join(_updated(_raised("NEW"), "NEW", field) for field in _FIELDS)
    op.execute(
        "CREATE TRIGGER contacts_histograms_by_age AFTER UPDATE OF created_at ON contacts "
        f"WHEN NEW.created_at > OLD.created_at AND NEW.listed BEGIN {raised} END"
    )


def _count_people_anew() -> None:
    """The triggers that count people count them in the histograms too."""
    comers = " ".join(_counted_in("NEW", field) for field in _FIELDS)
    goers = " ".join(_counted_out("OLD", field) for field in _FIELDS)
    listed_comers = " ".join(_counted_in("NEW", field, "NEW.listed") for field in _FIELDS)
    listed_goers = " ".join(_counted_out("OLD", field, "OLD.listed") for field in _FIELDS)
    for name in ("newcomers", "leavers", "changes"):
        op.execute(f"DROP TRIGGER contacts_count_{name}")
    op.execute(
        "CREATE TRIGGER contacts_count_newcomers AFTER INSERT ON contacts WHEN NEW.listed "
        "BEGIN INSERT INTO people_counts (app_id, role, slot, count) VALUES (NEW.app_id, NEW.role, 0, 1) "
        f"ON CONFLICT (app_id, role, slot) DO UPDATE SET count = count + 1; {comers} END"
    )
    op.execute(
        "CREATE TRIGGER contacts_count_leavers AFTER DELETE ON contacts WHEN OLD.listed "
        "BEGIN UPDATE people_counts SET count = count - 1 "
        f"WHERE app_id = OLD.app_id AND role = OLD.role AND slot = 0; {goers} END"
    )
    op.execute(
        "CREATE TRIGGER contacts_count_changes AFTER UPDATE OF app_id, role, listed ON contacts "
        "WHEN (OLD.app_id, OLD.role, OLD.listed) IS NOT (NEW.app_id, NEW.role, NEW.listed) "
        "BEGIN UPDATE people_counts SET count = count - 1 "
        "WHERE OLD.listed AND app_id = OLD.app_id AND role = OLD.role AND slot = 0; "
        "INSERT INTO people_counts (app_id, role, slot, count) SELECT NEW.app_id, NEW.role, 0, 1 WHERE NEW.listed "
        f"ON CONFLICT (app_id, role, slot) DO UPDATE SET count = count + 1; {listed_goers} {listed_comers} END"
    )


def _counted_in(row: str, field: str, condition: str = "") -> str:
    return _updated(f"count = count + 1, {_raised(row)}", row, field, condition)


def _counted_out(row: str, field: str, condition: str = "") -> str:
    return _updated("count = count - 1", row, field, condition)


def _raised(row: str) -> str:
    return f"newest = CASE WHEN newest > {row}.created_at THEN newest ELSE {row}.created_at END"


def _updated(changes: str, row: str, field: str, condition: str = "") -> str:
    return f"UPDATE histograms SET {changes} WHERE id = {_bucket(row, field, condition)};"


def _bucket(row: str, field: str, condition: str = "") -> str:
    key = f"app_id = {row}.app_id AND role = {row}.role AND field = '{field}'"
    conditions = [condition, f"{row}.{field} IS NOT NULL", key, f"bound <= +{row}.{field}"]
    return f"(SELECT id FROM histograms WHERE {' AND '.join(filter(None, conditions))} ORDER BY bound DESC LIMIT 1)"
