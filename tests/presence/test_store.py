"""SQL of presence, on a real database."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import Connection, insert, text

from app.contacts.pings import PingContext, record_ping
from app.contacts.records import Ping
from app.contacts.user_data import UserData
from app.ids import AppId, ContactId
from app.presence.changes import Interval, Sighting
from app.presence.store import (
    INTERVALS,
    read_counts,
    read_intervals,
    write_counts,
    write_intervals,
    write_sightings,
)
from app.storage.database import Database, open_database
from app.storage.migrations import migrate
from app.storage.tables import merged_contacts
from app.workspaces.operations import create_workspace

NOW = 1_700_000_000.0
DAY = 86_400.0


@pytest.fixture
async def ada(database: Database) -> tuple[AppId, ContactId]:
    def work(conn: Connection) -> tuple[AppId, ContactId]:
        workspace = create_workspace(conn, "Acme", NOW)
        ping = Ping(app_id=workspace.app_id, user=UserData(user_id="ada"))
        recorded = record_ping(conn, ping, PingContext(own_origin="http://x"), NOW)
        return workspace.app_id, recorded.contact.id

    return await database.write(work)


def moments(conn: Connection, app_id: AppId) -> tuple[float, float]:
    row = conn.execute(
        text("SELECT last_seen_at, active_at FROM contacts WHERE app_id = :a"), {"a": app_id}
    ).one()
    return row.last_seen_at, row.active_at


async def test_sightings_move_last_seen_forward_and_never_back(
    database: Database, ada: tuple[AppId, ContactId]
) -> None:
    app_id, contact_id = ada
    await database.write(
        lambda conn: write_sightings(conn, [Sighting(app_id, contact_id, NOW + 90, NOW + 30)])
    )
    assert await database.read(lambda conn: moments(conn, app_id)) == (NOW + 90, NOW + 30)
    await database.write(
        lambda conn: write_sightings(conn, [Sighting(app_id, contact_id, NOW + 50, NOW + 60)])
    )
    assert await database.read(lambda conn: moments(conn, app_id)) == (NOW + 90, NOW + 60)
    await database.write(lambda conn: write_sightings(conn, []))


async def test_sightings_of_nobody_are_told(database: Database, ada: tuple[AppId, ContactId]) -> None:
    app_id, contact_id = ada
    known = Sighting(app_id, contact_id, NOW + 1, NOW + 1)
    nobody = Sighting(app_id, ContactId("b" * 24), NOW + 1, NOW + 1)
    foreign = Sighting(AppId("uzzzzzzz"), contact_id, NOW + 1, NOW + 1)
    assert await database.write(lambda conn: write_sightings(conn, [known, nobody, foreign])) == {
        nobody,
        foreign,
    }
    assert await database.write(lambda conn: write_sightings(conn, [known, known])) == set()


async def test_R83_a_sighting_touches_only_its_own_workspace(
    database: Database, ada: tuple[AppId, ContactId]
) -> None:
    app_id, contact_id = ada
    foreign = Sighting(AppId("uzzzzzzz"), contact_id, NOW + 90, NOW + 90)
    await database.write(lambda conn: write_sightings(conn, [foreign]))
    assert await database.read(lambda conn: moments(conn, app_id)) == (NOW, NOW)


async def test_an_interval_written_twice_is_one(database: Database, ada: tuple[AppId, ContactId]) -> None:
    app_id, contact_id = ada
    interval = Interval(app_id, contact_id, NOW, NOW + 60)
    later = Interval(app_id, contact_id, NOW + 100, NOW + 160)
    for _ in range(2):
        await database.write(lambda conn: write_intervals(conn, [later, interval]))
    assert await database.read(lambda conn: read_intervals(conn, app_id, contact_id, 0.0)) == [
        interval,
        later,
    ]
    assert await database.read(lambda conn: read_intervals(conn, app_id, contact_id, NOW + 60.5)) == [later]


async def test_R73_interval_of_one_that_went_up_in_another_is_the_others(
    database: Database, ada: tuple[AppId, ContactId]
) -> None:
    app_id, contact_id = ada
    lead = ContactId("b" * 24)
    interval = Interval(app_id, lead, NOW, NOW + 60)
    foreign = Interval(AppId("uzzzzzzz"), lead, NOW, NOW + 60)

    def work(conn: Connection) -> None:
        row = {"app_id": app_id, "id": lead, "into_id": contact_id, "merged_at": NOW}
        conn.execute(insert(merged_contacts), row)
        write_intervals(conn, [interval, foreign])

    await database.write(work)
    assert await database.read(lambda conn: read_intervals(conn, app_id, contact_id, 0.0)) == [
        replace(interval, contact_id=contact_id)
    ]
    written = await database.read(lambda conn: conn.scalar(text("SELECT count(*) FROM presence_intervals")))
    assert written == 1


async def test_an_interval_counts_until_its_end_whenever_it_began(
    database: Database, ada: tuple[AppId, ContactId]
) -> None:
    app_id, contact_id = ada
    long = Interval(app_id, contact_id, NOW - 30 * DAY, NOW)
    within = Interval(app_id, contact_id, NOW - 20 * DAY, NOW - 19 * DAY)
    await database.write(lambda conn: write_intervals(conn, [long, within]))
    for since, expected in ((NOW - 20 * DAY, [long, within]), (NOW, [long]), (NOW + 0.5, [])):
        assert (
            await database.read(lambda conn, since=since: read_intervals(conn, app_id, contact_id, since))
            == expected
        )


async def test_intervals_of_others_are_not_looked_at(database: Database) -> None:
    values = {"app_id": "uabcdefg", "contact_id": "c" * 24, "since": NOW}
    plan = await database.read(
        lambda conn: [row.detail for row in conn.execute(text(f"EXPLAIN QUERY PLAN {INTERVALS}"), values)]
    )
    assert plan == ["SEARCH presence_intervals USING PRIMARY KEY (app_id=? AND contact_id=?)"]


async def test_counts_are_kept_for_their_time(database: Database) -> None:
    one, two = AppId("uaaaaaaa"), AppId("ubbbbbbb")
    await database.write(lambda conn: write_counts(conn, {one: 3, two: 5}, 60.0, 0.0))
    await database.write(lambda conn: write_counts(conn, {one: 4}, 120.0, 0.0))
    await database.write(lambda conn: write_counts(conn, {one: 6}, 120.0, 100.0))
    assert await database.read(lambda conn: read_counts(conn, one, 0.0)) == [(120.0, 6)]
    assert await database.read(lambda conn: read_counts(conn, two, 0.0)) == [(60.0, 5)]
    assert await database.read(lambda conn: read_counts(conn, two, 61.0)) == []


async def test_what_was_seen_and_who_went_is_written_to_postgresql_too(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)

    def work(conn: Connection) -> list[Interval]:
        app_id = create_workspace(conn, "Acme", NOW).app_id
        ping = Ping(app_id=app_id, user=UserData(user_id="ada"))
        ada = record_ping(conn, ping, PingContext(own_origin="http://x"), NOW).contact.id
        write_sightings(conn, [Sighting(app_id, ada, NOW + 90, NOW + 30)])
        of_nobody = Interval(app_id, ContactId("f" * 24), NOW, NOW + 60)
        write_intervals(conn, [Interval(app_id, ada, NOW, NOW + 60), of_nobody])
        write_counts(conn, {app_id: 1}, NOW, NOW - DAY)
        assert moments(conn, app_id) == (NOW + 90, NOW + 30)
        assert read_intervals(conn, app_id, of_nobody.contact_id, 0.0) == []
        return read_intervals(conn, app_id, ada, 0.0)

    try:
        [spell] = await database.write(work)
        assert (spell.online_from, spell.online_until) == (NOW, NOW + 60)
    finally:
        await database.close()
