"""A database of the revision before has its people counted in histograms when it is migrated, and from then on."""

import asyncio
import random
from collections import Counter
from pathlib import Path

from sqlalchemy import Connection, create_engine, delete, func, insert, select

from app.storage.database import open_database
from app.storage.inspection import faults_of
from app.storage.migrations import migrate
from app.storage.tables import contacts, workspaces
from app.storage.tables.histograms import LOWEST
from support.deeds import APPS, DEEDS, add
from support.histograms import buckets_of, wrong_buckets
from support.revisions import upgrade_to
from support.searching import workspace_row


def fill(conn: Connection) -> None:
    """Many of every role, in two workspaces; then nobody is a visitor any more in the first one."""
    rng = random.Random(1)
    upgrade_to(conn, "0004")
    conn.execute(insert(workspaces), list(map(workspace_row, APPS)))
    for deed in (*[add] * 9, *DEEDS, *[add] * 9):
        deed(conn, rng)
    conn.execute(delete(contacts).where(contacts.c.app_id == APPS[0], contacts.c.role == "visitor"))


def known(conn: Connection) -> Counter[tuple[str, str, str]]:
    """How many are known in each column, of each role."""
    rows = conn.execute(select(contacts).where(contacts.c.listed.is_(True))).mappings()
    return Counter(
        (row["app_id"], row["role"], field) for row in rows for field in LOWEST if row[field] is not None
    )


def test_who_is_there_is_counted_in_the_first_buckets(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = create_engine(url)
    with engine.begin() as conn:
        fill(conn)
    migrate(url)
    with engine.begin() as conn:
        buckets = buckets_of(conn)
        counts = {(bucket.app_id, bucket.role, bucket.field): bucket.count for bucket in buckets}
        # One for each, also of a role that nobody has any more.
        assert len(buckets) == len(counts) == len(APPS) * 3 * len(LOWEST)
        assert {key: count for key, count in counts.items() if count} == known(conn)
        assert counts[APPS[0], "visitor", "created_at"] == 0
        assert wrong_buckets(conn) == []
    assert faults_of(url) == []
    rng = random.Random(2)
    with engine.begin() as conn:
        for deed in DEEDS:
            deed(conn, rng)
            assert wrong_buckets(conn) == [], deed
    engine.dispose()
    assert faults_of(url) == []


async def test_postgresql_keeps_its_people_and_no_histograms(postgres_url: str) -> None:
    def people(conn: Connection) -> int:
        return conn.execute(select(func.count()).select_from(contacts)).scalar_one()

    database = await open_database(postgres_url)
    await database.write(fill)
    before = await database.read(people)
    await asyncio.to_thread(migrate, postgres_url)
    assert await database.read(people) == before > 100
    assert await database.read(buckets_of) == []
    await database.write(lambda conn: add(conn, random.Random(3)))
    assert await database.read(buckets_of) == []
    assert await asyncio.to_thread(faults_of, postgres_url) == []
    await database.close()
