"""Triggers come with their table, and are known by name."""

from sqlalchemy import Column, Integer, MetaData, Table, create_engine, text

from app.storage.tables.base import add_triggers

STATEMENT = "CREATE TRIGGER {name} AFTER INSERT ON notes BEGIN DELETE FROM notes; END"


def test_a_table_is_made_with_the_triggers_of_its_database() -> None:
    notes = Table("notes", MetaData(), Column("id", Integer, primary_key=True))
    made_by = {
        "sqlite": [STATEMENT.format(name=name) for name in ("first", "second")],
        "postgresql": [STATEMENT.format(name="third")],
    }
    add_triggers(notes, made_by)
    assert notes.info["triggers"] == {"sqlite": ["first", "second"], "postgresql": ["third"]}
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        notes.create(conn)
        found = conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"))
        assert found.scalars().all() == ["first", "second"]
    engine.dispose()
