"""Buckets stay of about one size: what grows is cut, what dwindles is joined, and a second look finds nothing to do."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, create_engine, delete, func, insert, select
from structlog.testing import capture_logs

from app.errors import StorageUnavailable
from app.storage import bucketing
from app.storage.bucketing import (
    LOOK_SECONDS,
    TOGETHER,
    Bucket,
    cut_off,
    dwindled_buckets,
    even_out,
    grown_buckets,
    join_buckets,
    keep_even,
)
from app.storage.database import Database, open_database
from app.storage.inspection import faults_of
from app.storage.migrations import migrate
from app.storage.tables import contacts, histograms, metadata, workspaces
from support.histograms import wrong_buckets
from support.searching import APP, cut_all, row_of, someone, workspace_row

T = TypeVar("T")

SIZE, SMALL = 10, 6
KINDS: dict[str, Callable[[int], Any]] = {
    "session_count": lambda number: number,
    "last_seen_at": lambda number: number + 0.5,
    "country": lambda number: f"Ö {number:05}",
}
FIRST: dict[str, Any] = {"session_count": -9e99, "last_seen_at": -9e99, "country": ""}


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucketing, "SIZE", SIZE)
    monkeypatch.setattr(bucketing, "SMALL", SMALL)


@pytest.fixture
def conn() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        conn.execute(insert(workspaces), [workspace_row(APP)])
        yield conn
    engine.dispose()


def add(conn: Connection, field: str, values: Sequence[Any]) -> None:
    """A lead for each value, of whom nothing else is known that a histogram would be cut for."""
    last = conn.execute(select(func.max(contacts.c.id))).scalar_one()
    first = 0 if last is None else int(last, 16) + 1
    alike = {"role": "lead", "external_id": None, "email": None, "email_key": None, "city": None}
    alike |= dict.fromkeys(("created_at", "updated_at", "session_count"), 0)
    alike |= dict.fromkeys(("signed_up_at", "last_seen_at", "owner_id"))
    person = someone(random.Random(1), 1)
    rows = [
        row_of(APP, person, **alike, **{"id": f"{first + number:024x}"}) | {field: value}
        for number, value in enumerate(values)
    ]
    conn.execute(insert(contacts), rows)


def buckets_of(conn: Connection, field: str) -> list[Bucket]:
    columns = [histograms.c[each.name] for each in fields(Bucket)]
    ours = select(*columns).where(histograms.c.field == field).order_by(histograms.c.bound)
    return [Bucket(*row) for row in conn.execute(ours)]


def of(field: str, buckets: list[Bucket]) -> list[Bucket]:
    return [bucket for bucket in buckets if bucket.field == field]


def sizes(conn: Connection, field: str) -> list[tuple[Any, int]]:
    return [(bucket.bound, bucket.count) for bucket in buckets_of(conn, field)]


def even(conn: Connection) -> None:
    cut_all(conn)
    join_buckets(conn, dwindled_buckets(conn))


@pytest.mark.parametrize("field", KINDS)
@pytest.mark.parametrize("count", [21, 22, 35, 100, 333])
def test_what_has_grown_is_cut_to_between_one_size_and_two(conn: Connection, field: str, count: int) -> None:
    add(conn, field, [KINDS[field](number) for number in random.Random(1).sample(range(count), count)])
    cut_all(conn)
    found = sizes(conn, field)
    assert found[0][0] == FIRST[field]
    assert all(SIZE <= size <= 2 * SIZE for _, size in found)
    assert sum(size for _, size in found) == count
    # Each counts whoever is at its bound and below the next one.
    ends = [bound for bound, _ in found[1:]]
    assert ends == [KINDS[field](sum(size for _, size in found[: number + 1])) for number in range(len(ends))]


@pytest.mark.parametrize("field", KINDS)
def test_twice_the_size_is_not_cut_and_one_more_is(conn: Connection, field: str) -> None:
    add(conn, field, [KINDS[field](number) for number in range(2 * SIZE)])
    assert grown_buckets(conn) == []
    assert cut_off(conn, buckets_of(conn, field)[0]) is None
    assert sizes(conn, field) == [(FIRST[field], 2 * SIZE)]
    add(conn, field, [KINDS[field](2 * SIZE)])
    cut_all(conn)
    assert sizes(conn, field) == [(FIRST[field], SIZE), (KINDS[field](SIZE), SIZE + 1)]


@pytest.mark.parametrize("field", KINDS)
def test_one_value_of_many_has_a_bucket_that_is_not_tried_again(conn: Connection, field: str) -> None:
    value, above = KINDS[field](5), KINDS[field](6)
    add(conn, field, [value] * 100)
    cut_all(conn)
    assert sizes(conn, field) == [(FIRST[field], 0), (value, 100)]
    add(conn, field, [value] * 100 + [above] * SIZE)
    assert grown_buckets(conn) == []
    assert cut_off(conn, buckets_of(conn, field)[1]) is None
    add(conn, field, [above])
    cut_all(conn)
    assert sizes(conn, field) == [(FIRST[field], 0), (value, 200), (above, SIZE + 1)]


@pytest.mark.parametrize("field", KINDS)
def test_a_bucket_of_nobody_takes_in_whoever_comes_and_is_joined(conn: Connection, field: str) -> None:
    add(conn, field, [KINDS[field](5)] * 100)
    cut_all(conn)
    add(conn, field, [KINDS[field](4)])
    conn.execute(delete(contacts).where(contacts.c[field] == KINDS[field](5)))
    even(conn)
    assert sizes(conn, field) == [(FIRST[field], 1)]
    assert buckets_of(conn, field)[0].newest == 0.0


def test_who_comes_to_a_bucket_that_was_left_with_nobody_may_be_its_newest(conn: Connection) -> None:
    add(conn, "session_count", [5] * 100)
    cut_all(conn)
    assert buckets_of(conn, "session_count")[0].newest == -9e99
    add(conn, "session_count", [4])
    assert buckets_of(conn, "session_count")[0].newest == 0.0


def test_what_is_cut_off_has_a_newest_of_its_own(conn: Connection) -> None:
    add(conn, "created_at", [float(number) for number in range(21)])
    cut_all(conn)
    assert [bucket.newest for bucket in buckets_of(conn, "created_at")] == [9.0, 20.0]


@pytest.mark.parametrize("field", KINDS)
def test_neighbours_that_dwindle_are_joined_down_to_the_first(conn: Connection, field: str) -> None:
    value = KINDS[field]
    add(conn, field, [value(number) for number in range(96)])
    cut_all(conn)
    bounds = [value(number) for number in (10, 21, 32, 43, 54, 65, 76)]
    assert sizes(conn, field) == list(zip([FIRST[field], *bounds], [10, *[11] * 6, 20], strict=True))
    conn.execute(delete(contacts).where(contacts.c[field] >= value(34), contacts.c[field] < value(65)))
    even(conn)
    # Two of three neighbours' are left. They stay apart from those before and after, who are enough.
    assert sizes(conn, field) == [
        *((bound, size) for bound, size in zip([FIRST[field], *bounds], [10, 11, 11, 2], strict=False)),
        (bounds[5], 11),
        (bounds[6], 20),
    ]
    conn.execute(delete(contacts))
    even(conn)
    assert sizes(conn, field) == [(FIRST[field], 0)]


def test_as_many_together_as_is_small_are_not_joined(conn: Connection) -> None:
    add(conn, "session_count", list(range(30)))
    cut_all(conn)
    assert [bound for bound, _ in sizes(conn, "session_count")] == [-9e99, 10]
    # Three are left in either.
    conn.execute(delete(contacts).where(contacts.c.session_count.not_in((7, 8, 9, 10, 11, 12))))
    even(conn)
    assert sizes(conn, "session_count") == [(-9e99, 3), (10, 3)]
    conn.execute(delete(contacts).where(contacts.c.session_count == 10))
    even(conn)
    assert sizes(conn, "session_count") == [(-9e99, 5)]


@pytest.mark.parametrize("seed", range(30))
def test_what_was_evened_out_is_left_alone_the_next_time(conn: Connection, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(3):
        width = rng.choice((3, 30, 300))
        values = [min(rng.randrange(width), rng.randrange(width)) for _ in range(rng.randrange(1, 400))]
        add(conn, "session_count", values)
        low, high = sorted(rng.choices(range(300), k=2))
        conn.execute(delete(contacts).where(contacts.c.session_count.between(low, high)))
        even(conn)
        after = sizes(conn, "session_count")
        assert grown_buckets(conn) == dwindled_buckets(conn) == wrong_buckets(conn) == []
        even(conn)
        assert sizes(conn, "session_count") == after


def test_a_bucket_that_has_changed_in_between_is_cut_as_it_is_now(conn: Connection) -> None:
    add(conn, "session_count", list(range(40)))
    [grown] = of("session_count", grown_buckets(conn))
    add(conn, "session_count", [3] * 20)
    cut_off(conn, grown)
    assert sizes(conn, "session_count") == [(-9e99, 3), (3, 31), (14, 11), (25, 15)]


def test_a_bucket_that_has_dwindled_or_gone_in_between_is_not_cut(conn: Connection) -> None:
    add(conn, "session_count", list(range(40)))
    [grown] = of("session_count", grown_buckets(conn))
    assert cut_off(conn, replace(grown, bound=7)) is None
    assert cut_off(conn, replace(grown, app_id="u0000000")) is None
    conn.execute(delete(contacts).where(contacts.c.session_count >= 20))
    assert cut_off(conn, grown) is None
    assert sizes(conn, "session_count") == [(-9e99, 20)]


def test_what_has_grown_or_gone_in_between_is_not_joined(conn: Connection) -> None:
    add(conn, "session_count", list(range(52)))
    cut_all(conn)
    conn.execute(delete(contacts))
    dwindled = of("session_count", dwindled_buckets(conn))
    assert [bucket.bound for bucket in dwindled] == [10, 21, 32]
    add(conn, "session_count", [15] * SMALL)
    join_buckets(conn, [replace(dwindled[0], bound=7), *dwindled])
    assert sizes(conn, "session_count") == [(-9e99, 0), (10, SMALL), (21, 0)]
    join_buckets(conn, dwindled)
    assert sizes(conn, "session_count") == [(-9e99, 0), (10, SMALL), (21, 0)]


def test_the_first_bucket_is_joined_to_none(conn: Connection) -> None:
    add(conn, "country", ["Peru"])
    join_buckets(conn, buckets_of(conn, "country"))
    assert sizes(conn, "country") == [("", 1)]


class Watched:
    """A database that notes how many buckets each write made or took away."""

    def __init__(self, real: Database) -> None:
        self._real = real
        self.read = real.read
        self.changes: list[int] = []

    async def write(self, work: Callable[[Connection], T]) -> T:
        def watched(conn: Connection) -> T:
            count = select(func.count()).select_from(histograms)
            before = conn.execute(count).scalar_one()
            answer = work(conn)
            self.changes.append(conn.execute(count).scalar_one() - before)
            return answer

        return await self._real.write(watched)


async def test_a_file_is_evened_out_a_few_buckets_at_a_time(database: Database, database_url: str) -> None:
    watched = Watched(database)

    def fill(conn: Connection) -> None:
        conn.execute(insert(workspaces), [workspace_row(APP)])
        for field, value in KINDS.items():
            add(conn, field, [value(number) for number in range(333)])

    await database.write(fill)
    await even_out(watched)  # type: ignore[arg-type]
    assert max(watched.changes) == TOGETHER
    for field in KINDS:
        assert len(await database.read(lambda conn, field=field: sizes(conn, field))) >= 333 // (2 * SIZE)
    done = len(watched.changes)
    await even_out(watched)  # type: ignore[arg-type]
    assert len(watched.changes) == done
    assert await asyncio.to_thread(faults_of, database_url) == []

    await database.write(lambda conn: conn.execute(delete(contacts)) and None)
    await even_out(watched)  # type: ignore[arg-type]
    assert min(watched.changes) == -TOGETHER
    for field in KINDS:
        assert await database.read(lambda conn, field=field: sizes(conn, field)) == [(FIRST[field], 0)]


async def test_postgresql_has_nothing_to_even_out(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    await even_out(database)
    await database.close()


class Enough(Exception):
    """Ends what would go on for ever."""


async def test_it_goes_on_when_the_database_is_there_again(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = iter((None, StorageUnavailable("The disk is full"), None, Enough()))
    waits: list[float] = []

    class Flaky:
        async def read(self, work: Callable[[Connection], T]) -> list[Bucket]:
            # The first of the two questions of each look.
            if work is grown_buckets and (outcome := next(outcomes)):
                raise outcome
            return []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(bucketing.asyncio, "sleep", sleep)
    with capture_logs() as lines, pytest.raises(Enough):
        await keep_even(Flaky())  # type: ignore[arg-type]
    assert waits == [LOOK_SECONDS] * 3
    assert [(line["event"], line["reason"]) for line in lines] == [
        ("storage.histograms_wait", "The disk is full")
    ]
