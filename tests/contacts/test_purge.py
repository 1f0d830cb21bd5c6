"""The purge: on time by the clock, to the last byte, and undeterred by errors. Rule R61."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.clock import Clock
from app.contacts import deletion, operations, purge
from app.contacts.drafts import read_draft
from app.contacts.grace import GRACE_SECONDS
from app.contacts.purge import Purge, destroy_one, due_at
from app.contacts.records import Contact
from app.errors import StorageUnavailable, UserNotFound
from app.ids import AppId
from app.storage.database import Database, open_database
from app.storage.migrations import migrate
from app.storage.tables import contacts, receipts
from app.trail.records import Actor
from app.workspaces.operations import create_workspace
from support.recording import NOW

TOKEN = Actor("token", "7")
OVER = NOW + GRACE_SECONDS


def _create(conn: Connection, app_id: AppId, **body: Any) -> Contact:
    return operations.create_contact(conn, app_id, read_draft(body), actor=TOKEN, now=NOW)


async def deleted(database: Database, count: int, at: float = NOW) -> list[Contact]:
    """Some contacts of a new workspace, all of them deleted."""

    def work(conn: Connection) -> list[Contact]:
        app_id = create_workspace(conn, "Acme", NOW).app_id
        made = [
            _create(conn, app_id, email=f"ada.{number}@example.com", name="Ada") for number in range(count)
        ]
        return [deletion.delete_contact(conn, app_id, one.id, actor=TOKEN, now=at) for one in made]

    return await database.write(work)


async def left(database: Database) -> list[str]:
    return await database.read(lambda conn: list(conn.execute(select(contacts.c.id)).scalars()))


async def test_R61_those_whose_seven_days_are_over_are_destroyed_and_no_others(database: Database) -> None:
    [old], [young] = await deleted(database, 1), await deleted(database, 1, NOW + 1)
    job = Purge(database, Clock(NOW))
    assert await job.look(OVER - 0.001) == 0
    assert await job.look(OVER) == 1
    assert await left(database) == [young.id]
    assert old.id != young.id


async def test_R65_each_destruction_leaves_a_receipt(database: Database) -> None:
    await deleted(database, 3)
    await Purge(database, Clock(NOW)).look(OVER)
    rows = await database.read(lambda conn: list(conn.execute(select(receipts)).mappings()))
    assert [(row["asked_by"], row["destroyed"]["contacts"]) for row in rows] == [("token:7", 1)] * 3


@pytest.fixture(params=["database_url", "postgres_url"])
def either_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    migrate(url)
    return url


async def test_R61_the_purge_works_on_both_databases(either_url: str) -> None:
    database = await open_database(either_url)
    await deleted(database, 3)
    assert await Purge(database, Clock(NOW)).look(OVER) == 3
    assert await left(database) == []
    await database.close()


async def test_those_due_are_found_without_a_look_at_the_others(database: Database) -> None:
    statement = str(purge.DUE.compile(compile_kwargs={"literal_binds": False}))
    plan = await database.read(
        lambda conn: conn.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement}", {"horizon": 0.0, "most": 5}
        ).all()
    )
    assert any("contacts_deleted" in row[3] for row in plan)


async def test_more_than_a_batch_is_destroyed_in_one_look(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "BATCH", 2)
    await deleted(database, 5)
    assert await Purge(database, Clock(NOW)).look(OVER) == 5


async def test_who_can_not_be_destroyed_holds_up_nobody_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, *_ = await deleted(database, 3)

    def stumble(conn: Connection, app_id: AppId, contact_id: Any, now: float) -> Any:
        if contact_id == stuck.id:
            raise RuntimeError("a fault of ours")
        return destroy_one(conn, app_id, contact_id, now)

    monkeypatch.setattr(purge, "destroy_one", stumble)
    job = Purge(database, Clock(NOW))
    assert await job.look(OVER) == 2
    assert await left(database) == [stuck.id]
    monkeypatch.undo()
    assert await job.look(OVER) == 1


async def test_who_was_restored_meanwhile_is_left_alone(database: Database) -> None:
    [ada] = await deleted(database, 1)

    def work(conn: Connection) -> None:
        deletion.restore_contact(conn, ada.app_id, ada.id, actor=TOKEN, now=NOW)
        assert destroy_one(conn, ada.app_id, ada.id, OVER) is None

    await database.write(work)
    assert await left(database) == [ada.id]
    assert await database.read(lambda conn: due_at(conn, OVER)) == []


class _Once:
    """A database that can't be written to at first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.failed = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    async def write(self, work: Callable[[Connection], Any]) -> Any:
        if not self.failed.is_set():
            self.failed.set()
            raise StorageUnavailable("the disk is full")
        return await self._database.write(work)


async def test_the_job_goes_by_the_clock_and_tries_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "LOOK_SECONDS", 0.001)
    await deleted(database, 1)
    clock, flaky = Clock(NOW), _Once(database)
    job = asyncio.create_task(Purge(flaky, clock).run())  # type: ignore[arg-type]
    clock.advance(GRACE_SECONDS)
    await asyncio.wait_for(flaky.failed.wait(), 60)
    assert len(await left(database)) == 1
    clock.advance(60)
    async with asyncio.timeout(60):
        while await left(database):
            await asyncio.sleep(0.001)
    job.cancel()


async def test_R61_not_one_byte_of_the_email_is_left_in_any_file(database: Database, tmp_path: Path) -> None:
    people = await deleted(database, 300)
    [bystander] = await deleted(database, 1, OVER)
    # All the while the server's own connections are open.
    assert await Purge(database, Clock(NOW)).look(OVER) == 300
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for person in people:
        assert person.email
        if person.email != bystander.email:
            assert person.email.encode() not in everything
    assert b"example.com" in everything  # the bystander's
    assert bystander.id.encode() in everything


async def test_R61_whoever_is_destroyed_on_the_spot_is_scrubbed_too(
    database: Database, tmp_path: Path
) -> None:
    def work(conn: Connection) -> AppId:
        app_id = create_workspace(conn, "Acme", NOW).app_id
        ada = _create(conn, app_id, external_id="42", email="ada.okonkwo@example.com")
        deletion.delete_contact(conn, app_id, ada.id, actor=TOKEN, now=NOW)
        draft = read_draft({"external_id": "42"})
        operations.create_contact(conn, app_id, draft, actor=TOKEN, now=OVER)
        with pytest.raises(UserNotFound):
            operations.get_contact(conn, app_id, ada.id)
        return app_id

    await database.write(work)
    assert await Purge(database, Clock(NOW)).look(OVER) == 0
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"okonkwo" not in everything
