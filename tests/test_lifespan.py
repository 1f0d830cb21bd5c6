"""The lifespan: what is opened in which order, and what is loud when it dies."""

import signal
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert
from starlette.applications import Starlette

from app import lifespan
from app.clock import Clock
from app.contacts.archiving import block_contact
from app.contacts.deletion import delete_contact
from app.errors import SettingError
from app.ids import AppId, ContactId
from app.presence.store import read_intervals
from app.server.front_door import OpenSocket
from app.state import AppState
from app.storage.tables import merged_contacts
from app.trail.records import SYSTEM
from app.wire import DELETED, REFUSED
from support.people import add_people
from support.serving import START, serving, settings_in

APP = AppId("uabcdefg")
ADA = ContactId("0" * 24)


def nobody_comes(_state: AppState) -> OpenSocket:
    return lambda _upgrade: (None, b"")


async def test_second_server_on_the_same_data_is_refused(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with serving(settings) as first:
        with pytest.raises(SettingError, match="another server is running on it"):
            async with lifespan.lifespan_of(settings, Clock(), nobody_comes)(Starlette()):
                pass
        assert first.state.database.healthy


async def test_what_ended_before_the_end_is_written_at_the_end(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with serving(settings) as first:
        await first.state.database.write(lambda conn: add_people(conn, APP, [ADA]))
        first.state.tracker.ping(APP, ADA, START)
        first.clock.advance(121)
        await first.state.sweeper.sweep()
    async with serving(settings) as again:
        [interval] = await again.state.database.read(lambda conn: read_intervals(conn, APP, ADA, 0.0))
        assert (interval.online_from, interval.online_until) == (START, START + 120)
        assert len(again.state.ledger) == 0


async def test_R61_a_file_that_no_import_waits_for_is_gone_after_a_restart(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    stray = settings.data_dir / lifespan.IMPORTS_FOLDER / f"{ADA}.csv"
    stray.parent.mkdir(parents=True)
    stray.write_text("email\nada@example.com\n")
    async with serving(settings):
        assert not stray.exists()


async def test_R73_who_was_merged_is_known_after_a_restart(tmp_path: Path) -> None:
    settings, bob = settings_in(tmp_path), ContactId("b" * 24)
    async with serving(settings) as first:
        row = {"app_id": APP, "id": bob, "into_id": ADA, "merged_at": START - 86_000}
        await first.state.database.write(lambda conn: conn.execute(insert(merged_contacts), row) and None)
    async with serving(settings) as again:
        again.state.tracker.ping(APP, bob, START)
        assert again.state.tracker.is_online(APP, ADA)


async def test_R60_after_a_restart_the_tickets_of_the_deleted_and_the_blocked_open_nothing(
    tmp_path: Path,
) -> None:
    settings, bob = settings_in(tmp_path), ContactId("1" * 24)

    def work(conn: Connection) -> None:
        add_people(conn, APP, [ADA, bob])
        delete_contact(conn, APP, ADA, actor=SYSTEM, now=START)
        block_contact(conn, APP, bob, actor=SYSTEM, now=START)

    async with serving(settings) as first:
        # A crash in between: the deletion is on the disk, and the tracker was never told.
        first.state.tracker.ping(APP, ADA, START)
        await first.state.database.write(work)
    async with serving(settings) as again:
        tracker = again.state.tracker
        assert not tracker.is_online(APP, ADA)
        assert (tracker.farewell(APP, ADA), tracker.farewell(APP, bob)) == (DELETED, REFUSED)


async def test_task_that_dies_takes_the_server_down(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(lifespan.os, "kill", lambda _pid, number: sent.append(number))

    async def dies() -> None:
        raise RuntimeError("out of luck")

    with pytest.raises(RuntimeError, match="out of luck"):
        await lifespan._or_go_down("sweeper", dies())
    assert sent == [signal.SIGTERM]
