"""Work that goes on: again and again, and through times without a database."""

import asyncio

import pytest
from structlog.testing import capture_logs

from app.errors import StorageUnavailable
from app.storage import keeping
from app.storage.keeping import keep_doing


class Enough(Exception):
    """Ends what would go on for ever."""


async def test_work_is_done_again_and_a_lost_database_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(keeping.asyncio, "sleep", wait)
    outcomes = iter((None, StorageUnavailable("The disk is full"), None, Enough()))

    async def work() -> None:
        if outcome := next(outcomes):
            raise outcome

    with capture_logs() as lines, pytest.raises(Enough):
        await keep_doing(work, every=0.5, event="work.waits")

    assert waits == [0.5, keeping.RETRY_SECONDS, 0.5, 0.5]
    assert [(line["event"], line["reason"]) for line in lines] == [("work.waits", "The disk is full")]


async def test_it_ends_with_its_task() -> None:
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()

    task = asyncio.create_task(keep_doing(work, every=3_600, event="work.waits"))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
