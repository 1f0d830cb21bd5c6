"""How the values of a column are spread over the people of a role, kept by SQLite itself as they change.

To count a million entries of an index takes a tenth of a second, whoever counts. So for the columns of which searches
ask for ranges, SQLite keeps a histogram: each *bucket* has everybody whose value is at or above its ``bound`` and
below the next one's, and is known by its count. How many lie in a range is a sum of buckets and a short stretch of the
index at either end. Buckets are cut where they grow too large (see ``app/storage/bucketing.py``); wherever they are
cut, the sum is exact. Nobody in a bucket was made after its ``newest``: so the newest of a range are found without a
look at all of it.

In PostgreSQL, where many write at once and would wait for each other's buckets, the table stays empty.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import BLOB, Column, Double, Index, Integer, String, Table, Text

from app.storage.tables.base import AppIdColumn, add_triggers, metadata

_BELOW_NUMBERS, _BELOW_TEXTS = "-9e99", "''"
LOWEST: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "created_at",
            "updated_at",
            "last_seen_at",
            "signed_up_at",
            "last_contacted_at",
            "last_replied_at",
            "session_count",
            "owner_id",
        ),
        _BELOW_NUMBERS,
    ),
    **dict.fromkeys(("country", "region", "city", "browser", "os"), _BELOW_TEXTS),
}
"""The columns with a histogram, and the SQL of each one's first bound, below which there is nothing.

None whose values may name somebody: a bound is a copy, and would outlive its contact.
"""

histograms = Table(
    "histograms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("app_id", AppIdColumn, nullable=False),
    Column("role", String(8), nullable=False),
    Column("field", Text, nullable=False),
    # Of no type in SQLite, so that it is compared with what is stored as it is.
    Column("bound", Text().with_variant(BLOB(), "sqlite"), nullable=False),
    Column("count", Integer),  # never null, as the next, and not checked for it: see counted.py
    Column("newest", Double),
)
# What a ping changes are counts, in place: the table has no key but a number, and so each is one look-up and one write.
Index(
    "histograms_bucket",
    *(histograms.c[name] for name in ("app_id", "role", "field", "bound")),
    unique=True,
)


def counted_in(row: str, condition: str = "") -> str:
    """The statements of a trigger that count a row of contacts in, in the bucket of each of its values."""
    return " ".join(_counted_in(row, field, condition) for field in LOWEST)


def counted_out(row: str, condition: str = "") -> str:
    """The same for a row that goes. Who was the newest stays said: it need only be no less."""
    return " ".join(_counted_out(row, field, condition) for field in LOWEST)


def keep_histograms(contacts: Table, people_counts: Table) -> None:
    """Have both tables made with the triggers that keep ``histograms``, beside those of ``counted``.

    The first of a role finds the first bucket of each column there: its row of ``people_counts`` comes before.
    """
    firsts = ", ".join(
        f"(NEW.app_id, NEW.role, '{field}', {lowest}, 0, {_BELOW_NUMBERS})"
        for field, lowest in LOWEST.items()
    )
    begins = (
        "CREATE TRIGGER people_counts_begin_histograms AFTER INSERT ON people_counts "
        f"BEGIN INSERT INTO histograms (app_id, role, field, bound, count, newest) VALUES {firsts} "
        "ON CONFLICT (app_id, role, field, bound) DO NOTHING; END"
    )
    add_triggers(people_counts, {"sqlite": (begins,)})
    add_triggers(contacts, {"sqlite": (*map(_on_change, LOWEST), _on_new_age())})


def _on_change(field: str) -> str:
    """The trigger for a value that moves to another bucket where nothing else changes that a bucket depends on."""
    return (
        f"CREATE TRIGGER contacts_histogram_of_{field} AFTER UPDATE OF {field} ON contacts "
        f"WHEN OLD.{field} IS NOT NEW.{field} AND OLD.listed AND NEW.listed "
        "AND OLD.app_id = NEW.app_id AND OLD.role = NEW.role "
        f"AND {_bucket('OLD', field)} IS NOT {_bucket('NEW', field)} "
        f"BEGIN {_counted_out('OLD', field)} {_counted_in('NEW', field)} END"
    )


def _on_new_age() -> str:
    """The trigger for whoever is said to be made later than before."""
    raised = " ".join(_updated(_raised("NEW"), "NEW", field) for field in LOWEST)
    return (
        "CREATE TRIGGER contacts_histograms_by_age AFTER UPDATE OF created_at ON contacts "
        f"WHEN NEW.created_at > OLD.created_at AND NEW.listed BEGIN {raised} END"
    )


def _counted_in(row: str, field: str, condition: str = "") -> str:
    return _updated(f"count = count + 1, {_raised(row)}", row, field, condition)


def _counted_out(row: str, field: str, condition: str = "") -> str:
    return _updated("count = count - 1", row, field, condition)


def _raised(row: str) -> str:
    # Not by max(): a function could fail, and SQLite would copy every page before it changes it (see counted.py).
    return f"newest = CASE WHEN newest > {row}.created_at THEN newest ELSE {row}.created_at END"


def _updated(changes: str, row: str, field: str, condition: str = "") -> str:
    """The update of the bucket of one value."""
    return f"UPDATE histograms SET {changes} WHERE id = {_bucket(row, field, condition)};"


def _bucket(row: str, field: str, condition: str = "") -> str:
    """The id of the bucket of one value; none where the value is not known."""
    key = f"app_id = {row}.app_id AND role = {row}.role AND field = '{field}'"
    # The plus takes the column's type off the value: no index would serve a comparison that may have to convert.
    conditions = [condition, f"{row}.{field} IS NOT NULL", key, f"bound <= +{row}.{field}"]
    return f"(SELECT id FROM histograms WHERE {' AND '.join(filter(None, conditions))} ORDER BY bound DESC LIMIT 1)"
