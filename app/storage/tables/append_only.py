"""Tables that are only ever added to: the database itself refuses to change or remove their rows.

Whoever has the audit log's file and a shell can still do anything to it; what a fault of ours, or a
statement typed in haste, can't do is alter what is on record. Rule R82.
"""

from sqlalchemy import Table

from app.storage.tables.base import add_triggers

# REPLACE removes a row without asking the trigger for deletes, so an id that is there can't be inserted.
_SQLITE = (
    "CREATE TRIGGER {name}_keeps_rows BEFORE DELETE ON {name} "
    "BEGIN SELECT RAISE(ABORT, '{name} is only added to'); END",
    "CREATE TRIGGER {name}_keeps_values BEFORE UPDATE ON {name} "
    "BEGIN SELECT RAISE(ABORT, '{name} is only added to'); END",
    "CREATE TRIGGER {name}_replaces_none BEFORE INSERT ON {name} "
    "WHEN EXISTS (SELECT 1 FROM {name} WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, '{name} is only added to'); END",
)
_POSTGRES = (
    "CREATE OR REPLACE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '{name} is only added to'; END $$",
    "CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
    "FOR EACH STATEMENT EXECUTE FUNCTION {name}_refuse()",
)


def add_only(table: Table) -> None:
    """Have ``table`` made with the triggers that keep its rows as they are."""
    made_by = {"sqlite": _SQLITE, "postgresql": _POSTGRES}
    add_triggers(
        table,
        {
            dialect: [one.format(name=table.name) for one in statements]
            for dialect, statements in made_by.items()
        },
    )
