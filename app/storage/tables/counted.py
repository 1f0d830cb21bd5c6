"""How many people are listed, kept by the database itself: no statement that changes contacts can forget it.

A count is the sum of its rows. SQLite has one writer and one row for each role. In PostgreSQL each transaction
takes rows of its own, so that none waits for another: a row alone may be below zero.

Where a statement with a trigger could fail halfway, SQLite copies every page before it changes it, which makes an
insert a fifth slower. So nothing can fail here: a new contact's own constraints are looked at before (by OR FAIL:
what they refuse is the one row there is) or at the end of the transaction, and a count has none.

SQLite's triggers count whoever comes and goes in its histograms too.
"""

from typing import Final

from sqlalchemy import Insert, Table, Update, insert, update

from app.storage.tables.base import add_triggers
from app.storage.tables.histograms import counted_in, counted_out, keep_histograms

_SQLITE: Final = (
    "CREATE TRIGGER contacts_count_newcomers AFTER INSERT ON contacts WHEN NEW.listed "
    "BEGIN INSERT INTO people_counts (app_id, role, slot, count) VALUES (NEW.app_id, NEW.role, 0, 1) "
    f"ON CONFLICT (app_id, role, slot) DO UPDATE SET count = count + 1; {counted_in('NEW')} END",
    "CREATE TRIGGER contacts_count_leavers AFTER DELETE ON contacts WHEN OLD.listed "
    "BEGIN UPDATE people_counts SET count = count - 1 "
    f"WHERE app_id = OLD.app_id AND role = OLD.role AND slot = 0; {counted_out('OLD')} END",
    "CREATE TRIGGER contacts_count_changes AFTER UPDATE OF app_id, role, listed ON contacts "
    "WHEN (OLD.app_id, OLD.role, OLD.listed) IS NOT (NEW.app_id, NEW.role, NEW.listed) "
    "BEGIN UPDATE people_counts SET count = count - 1 "
    "WHERE OLD.listed AND app_id = OLD.app_id AND role = OLD.role AND slot = 0; "
    "INSERT INTO people_counts (app_id, role, slot, count) SELECT NEW.app_id, NEW.role, 0, 1 WHERE NEW.listed "
    "ON CONFLICT (app_id, role, slot) DO UPDATE SET count = count + 1; "
    f"{counted_out('OLD', 'OLD.listed')} {counted_in('NEW', 'NEW.listed')} END",
)
# A transaction has the first lane that no other one has, until it ends. Of the sixteen rows of a lane it takes
# any: each change leaves an old version of its row behind, over which the next one has to step.
_POSTGRES: Final = (
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
    """,
    "CREATE TRIGGER contacts_count_newcomers AFTER INSERT ON contacts "
    "FOR EACH ROW WHEN (NEW.listed) EXECUTE FUNCTION contacts_count()",
    "CREATE TRIGGER contacts_count_leavers AFTER DELETE ON contacts "
    "FOR EACH ROW WHEN (OLD.listed) EXECUTE FUNCTION contacts_count()",
    "CREATE TRIGGER contacts_count_changes AFTER UPDATE OF app_id, role, listed ON contacts "
    "FOR EACH ROW WHEN ((OLD.app_id, OLD.role, OLD.listed) IS DISTINCT FROM (NEW.app_id, NEW.role, NEW.listed)) "
    "EXECUTE FUNCTION contacts_count()",
)


def count_listed(contacts: Table, people_counts: Table) -> None:
    """Have ``contacts`` made with the triggers that keep ``people_counts`` and the histograms."""
    add_triggers(contacts, {"sqlite": _SQLITE, "postgresql": _POSTGRES})
    keep_histograms(contacts, people_counts)


def insert_row(table: Table) -> Insert:
    """An insert of one row that SQLite need not be able to take back halfway."""
    return insert(table).prefix_with("OR FAIL", dialect="sqlite")


def update_row(table: Table) -> Update:
    """The same of an update."""
    return update(table).prefix_with("OR FAIL", dialect="sqlite")
