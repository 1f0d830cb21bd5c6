"""What the requests of one process share."""

import asyncio

import pytest

from app.api.desk import Desk, Totals
from app.errors import RateLimited
from app.ids import AppId
from app.storage.database import Database

APP = AppId("uaaaaaaa")


class Counted:
    """Stands in for counting a workspace: answers what it is told, and counts how often it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.total = 0
        self.asked = 0
        self.at = 100.0
        monkeypatch.setattr("app.api.desk.count_all", self._count)
        monkeypatch.setattr("app.api.desk.monotonic", lambda: self.at)

    def _count(self, *_: object) -> int:
        self.asked += 1
        return self.total


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


async def test_few_contacts_are_counted_every_time(database: Database, counted: Counted) -> None:
    totals = Totals()
    for counted.total in (10_000, 9_999):
        assert await totals.of(APP, database) == counted.total


@pytest.mark.parametrize(("later", "asked"), [(9.9, 1), (10.0, 2)])
async def test_a_big_number_is_kept_for_ten_seconds(
    database: Database, counted: Counted, later: float, asked: int
) -> None:
    totals = Totals()
    counted.total = 10_001
    await totals.of(APP, database)
    counted.at += later
    await totals.of(APP, database)
    assert counted.asked == asked


async def test_many_who_ask_at_once_cost_one_count(database: Database, counted: Counted) -> None:
    totals = Totals()
    counted.total = 1_000_000
    answers = await asyncio.gather(*(totals.of(APP, database) for _ in range(10)))
    assert (set(answers), counted.asked) == ({1_000_000}, 1)


async def test_each_workspace_has_its_own_total(database: Database, counted: Counted) -> None:
    totals = Totals()
    counted.total = 20_000
    await totals.of(APP, database)
    counted.total = 30_000
    assert await totals.of(AppId("ubbbbbbb"), database) == 30_000


def test_streams_are_limited_for_each_token_and_free_when_closed() -> None:
    desk = Desk()
    for _ in range(50):
        desk.open_stream(1)
    with pytest.raises(RateLimited, match="50 streams"):
        desk.open_stream(1)
    desk.open_stream(2)
    desk.close_stream(1)
    desk.open_stream(1)
