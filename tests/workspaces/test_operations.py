import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from app.errors import ParameterInvalid, WorkspaceNotFound
from app.ids import AppId, Region, is_app_id
from app.storage.database import Database, open_database
from app.storage.migrations import migrate
from app.workspaces import operations, store
from app.workspaces.records import Workspace

NOW = 1_700_000_000.0


def _create(conn: Connection, name: str = "Acme") -> Workspace:
    return operations.create_workspace(conn, name, NOW)


@pytest.mark.parametrize(("region", "letter"), [("us", "u"), ("eu", "e"), ("au", "a")])
async def test_R52_the_first_letter_of_an_app_id_names_its_region(
    database: Database, region: Region, letter: str
) -> None:
    made = await database.write(lambda conn: operations.create_workspace(conn, "Acme", NOW, region=region))
    assert is_app_id(made.app_id)
    assert made.app_id[0] == letter
    assert made.region == region


async def test_a_workspace_is_read_as_it_was_made(database: Database) -> None:
    made = await database.write(
        lambda conn: operations.create_workspace(
            conn,
            "  Käse & Co ",
            NOW,
            region="eu",
            timezone="Europe/Berlin",
            allowed_origins=["https://Shop.example/"],
        )
    )
    assert await database.read(lambda conn: operations.get_workspace(conn, made.app_id)) == made
    assert made.name == "Käse & Co"
    assert made.timezone == "Europe/Berlin"
    assert made.allowed_origins == ("https://shop.example",)
    assert not made.identity_verification
    assert len(made.identity_secrets) == 1
    assert len(made.identity_secrets[0]) >= 32
    assert await database.read(store.all_workspaces) == [made]


@pytest.mark.parametrize(
    ("name", "timezone", "reason"),
    [
        ("", "UTC", "0 characters"),
        ("   ", "UTC", "0 characters"),
        ("x" * 201, "UTC", "201 characters"),
        ("two\nlines", "UTC", "can't be shown"),
        ("nul\0", "UTC", "can't be shown"),
        ("half \ud83d", "UTC", "can't be shown"),
        ("Acme", "Mars/Olympus", "Mars/Olympus"),
        ("Acme", "", "timezone is ''"),
        ("Acme", "../../etc/passwd", "timezone"),
        ("Acme", "/etc/localtime", "timezone"),
        ("Acme", "Europe", "timezone"),
        ("Acme", "UTC\0", "timezone"),
        ("Acme", "x" * 5000, "timezone"),
    ],
)
async def test_what_can_not_be_right_is_refused(
    database: Database, name: str, timezone: str, reason: str
) -> None:
    with pytest.raises(ParameterInvalid, match=reason):
        await database.write(lambda conn: operations.create_workspace(conn, name, NOW, timezone=timezone))
    assert await database.read(store.all_workspaces) == []


@pytest.mark.parametrize("name", ["王伟", "👩‍👧 & Co", "Ö\u00a0B", "'; DROP TABLE workspaces; --"])
async def test_any_name_that_people_use_is_taken(database: Database, name: str) -> None:
    made = await database.write(lambda conn: _create(conn, name))
    found = await database.read(lambda conn: operations.get_workspace(conn, made.app_id))
    assert found.name == name


async def test_a_name_of_200_characters_is_taken(database: Database) -> None:
    made = await database.write(lambda conn: _create(conn, "x" * 200))
    assert len(made.name) == 200


async def test_the_switches_change_one_thing_each(database: Database) -> None:
    made = await database.write(_create)
    other = await database.write(_create)
    app_id = made.app_id
    on = await database.write(
        lambda conn: operations.change_workspace(conn, app_id, identity_verification=True)
    )
    moved = await database.write(
        lambda conn: operations.change_workspace(conn, app_id, timezone="Asia/Tokyo")
    )
    opened = await database.write(
        lambda conn: operations.change_workspace(
            conn, app_id, allowed_origins=["https://a.example", "https://b.example"]
        )
    )
    assert on.identity_verification
    assert moved.timezone == "Asia/Tokyo"
    assert moved.identity_verification
    assert opened.allowed_origins == ("https://a.example", "https://b.example")
    assert opened.identity_secrets == made.identity_secrets
    assert await database.read(lambda conn: store.find_workspace(conn, app_id)) == opened
    assert await database.read(lambda conn: store.find_workspace(conn, other.app_id)) == other


async def test_R80_rotation_keeps_two_secrets_live_and_then_one(database: Database) -> None:
    made = await database.write(_create)
    rotate = lambda conn: operations.rotate_secret(conn, made.app_id)  # noqa: E731
    retire = lambda conn: operations.retire_old_secret(conn, made.app_id)  # noqa: E731
    once = await database.write(rotate)
    twice = await database.write(rotate)
    assert once.identity_secrets[1] == made.identity_secrets[0]
    assert twice.identity_secrets[1] == once.identity_secrets[0]
    assert len(twice.identity_secrets) == 2
    retired = await database.write(retire)
    assert retired.identity_secrets == twice.identity_secrets[:1]


async def test_an_unknown_region_is_refused(database: Database) -> None:
    with pytest.raises(ParameterInvalid, match="region is 'mars': it is one of us, eu, au"):
        await database.write(lambda conn: operations.create_workspace(conn, "Acme", NOW, region="mars"))


async def test_origins_are_kept_once_each_and_a_hundred_at_most(database: Database) -> None:
    made = await database.write(_create)

    def allow(origins: list[str]) -> Callable[[Connection], Workspace]:
        return lambda conn: operations.change_workspace(conn, made.app_id, allowed_origins=origins)

    doubled = ["https://b.example", "https://a.example", "https://B.example/"]
    changed = await database.write(allow(doubled))
    assert changed.allowed_origins == ("https://b.example", "https://a.example")
    hundred = [f"https://s{n}.example" for n in range(100)]
    assert (await database.write(allow(hundred))).allowed_origins == tuple(hundred)
    with pytest.raises(ParameterInvalid, match="at most 100"):
        await database.write(allow([*hundred, "https://one.more.example"]))
    assert (await database.write(allow([]))).allowed_origins == ()


async def test_an_unknown_workspace_is_named_as_such(database: Database) -> None:
    nobody = AppId("u0000000")
    with pytest.raises(WorkspaceNotFound):
        await database.read(lambda conn: operations.get_workspace(conn, nobody))
    with pytest.raises(WorkspaceNotFound):
        await database.write(lambda conn: operations.change_workspace(conn, nobody, timezone="UTC"))


async def test_it_all_works_on_postgres(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    made = await database.write(_create)
    await asyncio.gather(
        database.write(lambda conn: operations.change_workspace(conn, made.app_id, timezone="Asia/Tokyo")),
        database.write(
            lambda conn: operations.change_workspace(conn, made.app_id, identity_verification=True)
        ),
        database.write(
            lambda conn: operations.change_workspace(conn, made.app_id, allowed_origins=["https://a.example"])
        ),
    )
    found = await database.read(lambda conn: operations.get_workspace(conn, made.app_id))
    assert found.timezone == "Asia/Tokyo"
    assert found.identity_verification
    assert found.allowed_origins == ("https://a.example",)
    await database.close()
