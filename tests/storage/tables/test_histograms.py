"""Every bucket of a histogram counts exactly who lies in it, whatever is done to contacts and however it is cut."""

import asyncio
import random
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import Connection, insert, select, text, update

from app.storage import bucketing
from app.storage.bucketing import cut_off, grown_buckets, join_buckets
from app.storage.database import Database, open_database
from app.storage.migrations import migrate
from app.storage.tables import contacts, histograms, workspaces
from app.storage.tables.histograms import LOWEST
from support.deeds import APPS, COLUMNS, DEEDS, ROLES, add, fresh
from support.histograms import buckets_of, wrong_buckets
from support.searching import workspace_row


@pytest_asyncio.fixture
async def store(database: Database) -> Database:
    await with_workspaces(database)
    return database


@pytest_asyncio.fixture
async def on_postgres(postgres_url: str) -> AsyncIterator[Database]:
    await asyncio.to_thread(migrate, postgres_url)
    opened = await open_database(postgres_url)
    await with_workspaces(opened)
    yield opened
    await opened.close()


async def with_workspaces(database: Database) -> None:
    await database.write(
        lambda conn: conn.execute(insert(workspaces), list(map(workspace_row, APPS))) and None
    )


def cut_and_join(conn: Connection, rng: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """As may happen at any time, and far smaller than a server would."""
    monkeypatch.setattr(bucketing, "SIZE", rng.choice((1, 2, 5)))
    monkeypatch.setattr(bucketing, "SMALL", rng.choice((1, 3, 10)))
    for grown in grown_buckets(conn):
        if rng.random() < 0.8:
            cut_off(conn, grown)
    buckets = buckets_of(conn)
    join_buckets(conn, rng.sample(buckets, rng.randrange(len(buckets) + 1)))


@pytest.mark.parametrize("seed", range(8))
async def test_every_bucket_is_right_after_whatever_was_done(
    store: Database, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    most = 0

    def recut(conn: Connection, rng: random.Random) -> None:
        nonlocal most
        cut_and_join(conn, rng, monkeypatch)
        most = max(most, len(buckets_of(conn)))

    def recut_in_vain(conn: Connection, rng: random.Random) -> None:
        with conn.begin_nested() as savepoint:
            recut(conn, rng)
            rng.choice(DEEDS)(conn, rng)
            savepoint.rollback()

    def some_deeds(conn: Connection) -> None:
        for deed in (add, *rng.choices((*DEEDS, *[recut] * 6, recut_in_vain), k=6)):
            deed(conn, rng)
            assert wrong_buckets(conn) == [], deed

    for _ in range(8):
        await store.write(some_deeds)
    # There was something to be wrong about.
    assert most > 2 * len(APPS) * len(ROLES) * len(LOWEST)


@pytest.mark.parametrize("field", COLUMNS)
async def test_each_column_has_a_histogram_of_each_role(store: Database, field: str) -> None:
    def look(conn: Connection) -> None:
        rows = fresh(random.Random(1), 60, listed=True)
        conn.execute(insert(contacts), rows)
        for role in ROLES:
            known = sum(row["role"] == role and row[field] is not None for row in rows)
            of_role = histograms.c.role == role, histograms.c.field == field
            assert conn.execute(select(histograms.c.count).where(*of_role)).scalars().all() == [known]

    assert set(COLUMNS) == set(LOWEST)
    await store.write(look)


async def test_whoever_is_said_to_be_made_later_is_no_newer_than_its_buckets(store: Database) -> None:
    def look(conn: Connection) -> None:
        conn.execute(insert(contacts), fresh(random.Random(1), 5, role="lead", listed=True, created_at=1.0))
        conn.execute(update(contacts).values(created_at=7.0))
        assert {bucket.newest for bucket in buckets_of(conn)} == {7.0}
        # Nobody need be as new as it says.
        conn.execute(update(contacts).values(created_at=3.0))
        assert {bucket.newest for bucket in buckets_of(conn)} == {7.0}
        assert wrong_buckets(conn) == []

    await store.write(look)


async def test_what_failed_is_in_no_bucket(store: Database) -> None:
    def fail(conn: Connection) -> None:
        add(conn, random.Random(1))
        raise LookupError

    with pytest.raises(LookupError):
        await store.write(fail)
    assert await store.read(buckets_of) == []


async def test_a_histogram_stays_when_all_have_gone(store: Database) -> None:
    def come_and_go(conn: Connection) -> None:
        add(conn, random.Random(1))
        conn.execute(text("DELETE FROM contacts"))
        assert {bucket.count for bucket in buckets_of(conn)} == {0}
        add(conn, random.Random(2))
        assert wrong_buckets(conn) == []

    await store.write(come_and_go)


async def test_no_trigger_calls_a_function(store: Database) -> None:
    """One could fail: SQLite would copy each page that a statement changes, and an insert take twice as long."""
    triggers = text(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('contacts', 'people_counts')"
    )
    made = await store.read(lambda conn: list(conn.execute(triggers).scalars()))
    assert len(made) == len(LOWEST) + 5
    assert [re.findall(r"\b[a-z_]+\(", trigger) for trigger in made] == [[]] * len(made)


@pytest.mark.parametrize("field", LOWEST)
async def test_a_bucket_is_found_by_its_key(store: Database, field: str) -> None:
    """A trigger that went through all of a histogram's buckets would slow every write."""

    def look(conn: Connection) -> None:
        made = text("SELECT sql FROM sqlite_master WHERE name = :name")
        trigger = conn.execute(made, {"name": f"contacts_histogram_of_{field}"}).scalar_one()
        for row in ("OLD", "NEW"):
            bucket = re.search(rf"\((SELECT id [^()]*{row}[^()]*)\)", trigger)
            assert bucket
            plan = conn.execute(text(f"EXPLAIN QUERY PLAN SELECT ({bucket[1]}) FROM contacts AS {row}"))
            key = "app_id=? AND role=? AND field=? AND bound<?"
            assert [step[3] for step in plan][
                -1
            ] == f"SEARCH histograms USING COVERING INDEX histograms_bucket ({key})"

    await store.read(look)


async def test_histograms_that_are_there_are_not_begun_anew(store: Database) -> None:
    def look(conn: Connection) -> None:
        add(conn, random.Random(1))
        conn.execute(text("DELETE FROM people_counts"))
        add(conn, random.Random(2))
        assert wrong_buckets(conn) == []

    await store.write(look)


async def test_postgresql_keeps_none(on_postgres: Database) -> None:
    rng = random.Random(1)

    def some_deeds(conn: Connection) -> None:
        for deed in (add, *DEEDS):
            deed(conn, rng)

    await on_postgres.write(some_deeds)
    assert await on_postgres.read(buckets_of) == []
