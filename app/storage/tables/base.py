"""What all tables share: the metadata they belong to, the types of their ids, and how they get triggers."""

import re
from collections.abc import Mapping, Sequence

from sqlalchemy import DDL, MetaData, String, Table, event

metadata = MetaData()

AppIdColumn = String(8)
ContactIdColumn = String(24)  # also companies and segments: 24 hex digits


def add_triggers(table: Table, made_by: Mapping[str, Sequence[str]]) -> None:
    """Have ``table`` made with triggers, by each database's own statements.

    What they are called stands under ``triggers`` in its ``info``, for each database.
    """
    for dialect, statements in made_by.items():
        for statement in statements:
            ddl = DDL(statement)  # type: ignore[no-untyped-call]  # The library left it bare.
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
    known = table.info.setdefault("triggers", {})
    for dialect, statements in made_by.items():
        known[dialect] = known.get(dialect, []) + re.findall(r"CREATE TRIGGER (\w+)", " ".join(statements))
