"""The lookout: one read answers all who ask, again and again, and a lost database ends nothing."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, text
from structlog.testing import capture_logs

from app.errors import StorageUnavailable
from app.storage import lookout as lookouts
from app.storage.database import Database
from app.storage.lookout import LOOK_SECONDS, RETRY_SECONDS, Lookout

T = TypeVar("T")


class Flaky:
    """A database that fails as often as it is told to, and counts what it is asked."""

    def __init__(self, real: Database) -> None:
        self._real = real
        self.failures = 0
        self.reads = 0

    async def read(self, work: Callable[[Connection], T]) -> T:
        self.reads += 1
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable("The disk is full")
        return await self._real.read(work)


@pytest.fixture
def flaky(database: Database) -> Flaky:
    return Flaky(database)


@pytest.fixture
def lookout(flaky: Flaky) -> Lookout:
    return Lookout(flaky)  # type: ignore[arg-type]


def number(wanted: int) -> Callable[[Connection], int]:
    return lambda conn: int(conn.execute(text(f"SELECT {wanted}")).scalar_one())


async def asking(*questions: Any) -> list["asyncio.Task[Any]"]:
    """Tasks that have asked."""
    tasks = [asyncio.ensure_future(question) for question in questions]
    await asyncio.sleep(0)
    return tasks


async def test_all_who_ask_are_answered_by_one_read(lookout: Lookout, flaky: Flaky) -> None:
    one, two = await asking(lookout.see(number(1)), lookout.see(number(2)))
    await lookout.look()
    assert (await one, await two, flaky.reads) == (1, 2, 1)


async def test_who_asks_once_is_answered_once_and_where_nobody_asks_nothing_is_read(
    lookout: Lookout, flaky: Flaky
) -> None:
    (one,) = await asking(lookout.see(number(1)))
    await lookout.look()
    await lookout.look()
    assert (await one, flaky.reads) == (1, 1)


async def test_who_has_gone_is_left_out(lookout: Lookout) -> None:
    gone, here = await asking(lookout.see(number(1)), lookout.see(number(2)))
    gone.cancel()
    await asyncio.sleep(0)
    await lookout.look()
    assert await here == 2


async def test_who_asks_while_the_database_is_lost_is_told_so(lookout: Lookout, flaky: Flaky) -> None:
    flaky.failures = 1
    asked = await asking(lookout.see(number(1)), lookout.see(number(2)))
    await lookout.look()
    for one in asked:
        with pytest.raises(StorageUnavailable, match="The disk is full"):
            await one
    (again,) = await asking(lookout.see(number(3)))
    await lookout.look()
    assert await again == 3


class Enough(Exception):
    """Ends what would go on for ever."""


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited: not at all, really."""
    slept: list[float] = []
    give_way = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await give_way(0)

    monkeypatch.setattr(lookouts.asyncio, "sleep", sleep)
    return slept


async def test_work_is_done_at_each_look_and_a_lost_database_ends_nothing(
    lookout: Lookout, waits: list[float]
) -> None:
    outcomes = iter((None, StorageUnavailable("The disk is full"), None, Enough()))
    seen: list[int] = []

    async def work(answer: int) -> None:
        seen.append(answer)
        if outcome := next(outcomes):
            raise outcome

    looking = asyncio.create_task(lookout.run())
    with capture_logs() as lines, pytest.raises(Enough):
        async with asyncio.timeout(60):
            await lookout.keep(number(7), work, event="work.waits")
    looking.cancel()

    assert seen == [7] * 4
    assert waits.count(RETRY_SECONDS) == 1
    assert set(waits) == {RETRY_SECONDS, LOOK_SECONDS}
    assert [(line["event"], line["reason"]) for line in lines] == [("work.waits", "The disk is full")]


async def test_it_ends_with_its_task(lookout: Lookout) -> None:
    async def work(answer: int) -> None:
        raise AssertionError(answer)

    (task,) = await asking(lookout.keep(number(1), work, event="work.waits"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
