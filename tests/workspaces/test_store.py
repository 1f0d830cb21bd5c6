from dataclasses import replace

from app.ids import AppId
from app.storage.database import Database
from app.workspaces import store
from app.workspaces.records import Workspace

ACME = Workspace(
    app_id=AppId("uacme000"),
    name="Acme",
    region="us",
    timezone="UTC",
    identity_verification=True,
    identity_secrets=("new", "old"),
    allowed_origins=("https://a.example", "http://localhost:3000"),
    created_at=1_700_000_000.25,
)


async def test_a_workspace_is_read_as_it_was_written(database: Database) -> None:
    assert await database.write(lambda conn: store.insert_workspace(conn, ACME))
    assert await database.read(lambda conn: store.find_workspace(conn, ACME.app_id)) == ACME
    assert await database.write(lambda conn: store.lock_workspace(conn, ACME.app_id)) == ACME


async def test_an_app_id_that_is_taken_is_not_written_over(database: Database) -> None:
    await database.write(lambda conn: store.insert_workspace(conn, ACME))
    other = replace(ACME, name="Other")
    assert not await database.write(lambda conn: store.insert_workspace(conn, other))
    assert await database.read(store.all_workspaces) == [ACME]


async def test_a_change_reaches_one_workspace(database: Database) -> None:
    other = replace(ACME, app_id=AppId("uother00"), created_at=ACME.created_at + 1)
    await database.write(
        lambda conn: (store.insert_workspace(conn, other), store.insert_workspace(conn, ACME))
    )
    changed = replace(
        ACME, identity_verification=False, identity_secrets=("newer", "new"), allowed_origins=()
    )
    await database.write(lambda conn: store.update_workspace(conn, changed))
    assert await database.read(store.all_workspaces) == [changed, other]  # the oldest first


async def test_nobody_is_found_under_an_unknown_app_id(database: Database) -> None:
    assert await database.read(lambda conn: store.find_workspace(conn, AppId("u0000000"))) is None
    assert await database.write(lambda conn: store.lock_workspace(conn, AppId("u0000000"))) is None
