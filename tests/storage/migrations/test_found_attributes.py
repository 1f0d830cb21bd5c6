"""A database of the first revision, with values in it, gets its attributes when it is migrated."""

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine

from app.storage.database import open_database
from app.storage.migrations import found_attributes, migrate
from support.revisions import upgrade_to

APP = "uaaaaaaa"
CONTACT = {"role": "user", "listed": 1, "pseudonym": "Pink Stereo", "name_key": "", "created_at": 1.0}
CONTACT |= {"updated_at": 1.0, "session_count": 0, "ios_session_count": 0, "android_session_count": 0}


def at_first_revision(path: Path) -> sqlite3.Connection:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as conn:
        upgrade_to(conn, "0001")
    engine.dispose()
    plain = sqlite3.connect(path)
    plain.execute(f"INSERT INTO workspaces VALUES ('{APP}', 'Acme', 'us', 'UTC', 0, '[]', '[]', 5.0)")
    plain.execute("INSERT INTO workspaces VALUES ('ubbbbbbb', 'Globex', 'us', 'UTC', 0, '[]', '[]', 6.0)")
    return plain


def add(plain: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    marks = ", ".join("?" for _ in row)
    plain.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def add_contact(plain: sqlite3.Connection, number: int, values: dict[str, Any]) -> str:
    contact_id = f"{number:024x}"
    add(
        plain,
        "contacts",
        CONTACT | {"app_id": APP, "id": contact_id, "custom_attributes": json.dumps(values)},
    )
    return contact_id


def migrated(path: Path, plain: sqlite3.Connection) -> sqlite3.Connection:
    plain.commit()
    plain.close()
    migrate(f"sqlite:///{path}")
    return sqlite3.connect(path)


def test_attributes_are_made_of_what_is_borne(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    plain = at_first_revision(path)
    one = add_contact(
        plain, 1, {"plan": "pro", "seats": 3, "beta": True, "score": 2.5, "renews_at": 7, "company_size": 50}
    )
    two = add_contact(plain, 2, {"plan": 5, "seats": "many", "renews_at": "soon", "late": "x"})
    add_contact(plain, 3, {})
    company = {"app_id": APP, "id": "c" * 24, "company_id": "1", "created_at": 1.0, "updated_at": 1.0}
    values = json.dumps({"tier": 1, "remote_created_at": 3.0})
    add(plain, "companies", company | {"session_count": 0, "custom_attributes": values})
    plain = migrated(path, plain)
    statement = (
        "SELECT app_id, model, name, type, qualification_position, id FROM data_attributes ORDER BY id"
    )
    rows = plain.execute(statement).fetchall()
    assert [row[1:5] for row in rows if row[0] == APP] == [
        ("contact", "company_name", "string", 1),
        ("contact", "company_size", "integer", 2),
        ("contact", "company_website", "string", 3),
        ("contact", "company_industry", "string", 4),
        ("contact", "plan", "string", None),
        ("contact", "seats", "integer", None),
        ("contact", "beta", "boolean", None),
        ("contact", "score", "float", None),
        ("contact", "renews_at", "date", None),
        ("contact", "late", "string", None),
        ("company", "tier", "integer", None),
    ]
    assert len([row for row in rows if row[0] == "ubbbbbbb"]) == 4
    names = {row[5]: row[2] for row in rows}
    index = plain.execute("SELECT contact_id, attribute_id, number, text FROM attribute_values").fetchall()
    assert {
        (contact_id, names[attribute_id], number, text) for contact_id, attribute_id, number, text in index
    } == {
        (one, "plan", None, "pro"),
        (one, "seats", 3.0, None),
        (one, "beta", 1.0, None),
        (one, "score", 2.5, None),
        (one, "renews_at", 7.0, None),
        (one, "company_size", 50.0, None),
        (two, "plan", None, None),
        (two, "seats", None, None),
        (two, "renews_at", None, None),
        (two, "late", None, "x"),
    }
    versions = plain.execute("SELECT attributes_version FROM workspaces").fetchall()
    assert len({version for (version,) in versions}) == 2
    plain.close()


def test_more_contacts_than_a_lot_are_all_indexed(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    plain = at_first_revision(path)
    count = 2 * found_attributes.LOT + 1
    for number in range(1, count + 1):
        add_contact(plain, number, {"n": number})
    plain = migrated(path, plain)
    assert plain.execute("SELECT count(*), sum(number) FROM attribute_values").fetchone() == (
        count,
        count * (count + 1) / 2,
    )
    plain.close()


def test_at_most_250_are_made(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    plain = at_first_revision(path)
    add_contact(plain, 1, {f"a{number}": 1 for number in range(250)})
    add_contact(plain, 2, {"one_too_many": 1, "a0": 2})
    plain = migrated(path, plain)
    names = {name for (name,) in plain.execute("SELECT name FROM data_attributes WHERE app_id = ?", [APP])}
    assert len(names) == 254
    assert "one_too_many" not in names
    plain.close()


async def test_postgres_gets_its_attributes_too(postgres_url: str) -> None:
    def first_revision(conn: Connection) -> None:
        upgrade_to(conn, "0001")
        conn.exec_driver_sql(
            f"INSERT INTO workspaces VALUES ('{APP}', 'Acme', 'us', 'UTC', false, '[]', '[]', 5.0)"
        )
        values = CONTACT | {"app_id": APP, "id": "0" * 24, "custom_attributes": '{"plan": "pro", "seats": 3}'}
        values["listed"] = True
        written = ", ".join(repr(value) for value in values.values())
        conn.exec_driver_sql(f"INSERT INTO contacts ({', '.join(values)}) VALUES ({written})")

    database = await open_database(postgres_url)
    await database.write(first_revision)
    await asyncio.to_thread(migrate, postgres_url)
    rows = await database.read(
        lambda conn: conn.exec_driver_sql(
            "SELECT name, number, text FROM attribute_values JOIN data_attributes ON attribute_id = id ORDER BY name"
        ).all()
    )
    assert [tuple(row) for row in rows] == [("plan", None, "pro"), ("seats", 3.0, None)]
    await database.close()
