"""What tables are made with: triggers that are known by name, and ids that nothing else ever bears."""

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, delete, insert, text

from app.storage.tables import conversation_parts, conversations, notes, tags, webhooks
from app.storage.tables.base import add_triggers

STATEMENT = "CREATE TRIGGER {name} AFTER INSERT ON notes BEGIN DELETE FROM notes; END"


def test_a_table_is_made_with_the_triggers_of_its_database() -> None:
    marked = Table("notes", MetaData(), Column("id", Integer, primary_key=True))
    made_by = {
        "sqlite": [STATEMENT.format(name=name) for name in ("first", "second")],
        "postgresql": [STATEMENT.format(name="third")],
    }
    add_triggers(marked, made_by)
    assert marked.info["triggers"] == {"sqlite": ["first", "second"], "postgresql": ["third"]}
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        marked.create(conn)
        found = conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"))
        assert found.scalars().all() == ["first", "second"]
    engine.dispose()


@pytest.mark.parametrize("table", [conversation_parts, conversations, notes, tags, webhooks], ids=str)
def test_the_id_of_what_is_gone_never_names_another(table: Table) -> None:
    blank = {column.name: 0 for column in table.c if not column.nullable and column.name != "id"}
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        table.create(conn)
        [gone] = conn.execute(insert(table).values(blank)).inserted_primary_key
        conn.execute(delete(table))
        [other] = conn.execute(insert(table).values(blank)).inserted_primary_key
    engine.dispose()
    assert other > gone
