"""The migrated schema is the one in ``tables``, on both databases, however many start at once."""

import asyncio
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from app.errors import SettingError
from app.storage.database import open_database
from app.storage.migrations import current_revision, migrate, newest_revision
from app.storage.tables import metadata


def _differences(conn: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata))


def _sqlite_schema(path: Path) -> dict[str, str]:
    with sqlite3.connect(path) as plain:
        rows = plain.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
        ).fetchall()
    plain.close()
    return {name: _normal(sql) for name, sql in rows}


def _normal(sql: str) -> str:
    """Columns and constraints in an order of their own: a column that was added later stands behind the others."""
    _, _, inside = sql.strip().removesuffix(")").partition("(")
    parts = re.split(r",(?![^()]*\))", inside) if sql.startswith("CREATE TABLE") else [sql]
    return "\n".join(sorted(" ".join(part.split()) for part in parts))


def test_migrating_a_new_sqlite_file_makes_the_schema_of_tables(tmp_path: Path) -> None:
    migrated, created = tmp_path / "migrated.db", tmp_path / "created.db"
    assert migrate(f"sqlite+aiosqlite:///{migrated}") == newest_revision()
    engine = create_engine(f"sqlite:///{created}")
    metadata.create_all(engine)
    engine.dispose()
    assert _sqlite_schema(migrated) == _sqlite_schema(created)
    engine = create_engine(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        assert _differences(connection) == []
        assert current_revision(connection) == newest_revision()
    engine.dispose()


async def test_migrating_postgres_makes_the_schema_of_tables(
    postgres_url: str, postgres_url_too: str
) -> None:
    def indexes(conn: Connection) -> dict[str, str]:
        rows = conn.execute(text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"))
        return {name: definition for name, definition in rows if not name.startswith("alembic")}

    def triggers(conn: Connection) -> set[str]:
        rows = conn.execute(text("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"))
        return set(rows.scalars())

    def functions(conn: Connection) -> dict[str, str]:
        rows = conn.execute(
            text("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        )
        return {name: " ".join(source.split()) for name, source in rows}

    await asyncio.to_thread(migrate, postgres_url)
    migrated, created = await open_database(postgres_url), await open_database(postgres_url_too)
    await created.write(metadata.create_all)
    assert await migrated.read(_differences) == []
    assert await migrated.read(indexes) == await created.read(indexes)
    assert await migrated.read(triggers) == await created.read(triggers) != set()
    assert await migrated.read(functions) == await created.read(functions) != {}
    await migrated.close()
    await created.close()


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'again.db'}"
    migrate(url)
    before = _sqlite_schema(tmp_path / "again.db")
    migrate(url)
    assert _sqlite_schema(tmp_path / "again.db") == before


_MIGRATE = "import sys; from app.storage.migrations import migrate; print(migrate(sys.argv[1]))"


def _migrate_four_times_at_once(url: str) -> list[tuple[int, str, str]]:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _MIGRATE, url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        for _ in range(4)
    ]
    outcomes = []
    for process in processes:
        out, err = process.communicate(timeout=300)
        outcomes.append((process.returncode, out.strip(), err))
    return outcomes


def test_four_processes_that_start_at_once_migrate_sqlite_once(tmp_path: Path) -> None:
    outcomes = _migrate_four_times_at_once(f"sqlite:///{tmp_path / 'race.db'}")
    assert outcomes == [(0, newest_revision(), "")] * 4


def test_four_processes_that_start_at_once_migrate_postgres_once(postgres_url: str) -> None:
    assert _migrate_four_times_at_once(postgres_url) == [(0, newest_revision(), "")] * 4


def test_a_database_that_is_not_as_its_revision_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.db"
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as plain:
        plain.execute("UPDATE alembic_version SET version_num = '0002'")
    plain.close()
    with pytest.raises(SettingError, match=rf"revision {newest_revision()}: table \w+ already exists"):
        migrate(f"sqlite:///{path}")


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "newer.db"
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as plain:
        plain.execute("UPDATE alembic_version SET version_num = '9999'")
    plain.close()
    with pytest.raises(SettingError, match=r"newer version of Porchlight.*9999"):
        migrate(f"sqlite:///{path}")


def test_a_failing_migration_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "failing.db"
    with sqlite3.connect(path) as plain:
        plain.execute("CREATE TABLE presence_counts (mine)")  # the last table of the first revision
    plain.close()
    with pytest.raises(Exception, match="presence_counts already exists"):
        migrate(f"sqlite:///{path}")
    assert set(_sqlite_schema(path)) == {"presence_counts"}
