"""How many people each tab has."""

from typing import Any

import pytest

from app.contacts.bulk import NewContact, insert_contacts
from app.dashboard import tallies
from app.dashboard.tallies import EXACT_UP_TO, Tallies, Tally, quick_counts
from app.errors import StorageUnavailable
from app.ids import AppId
from app.storage.database import Database
from app.workspaces.operations import create_workspace

APP = AppId("uaaaaaaa")
NOW = 1_700_000_000.0
FEW: dict[Any, int] = {None: 12, "user": 9, "lead": 0}
MANY: dict[Any, int] = {None: EXACT_UP_TO + 1, "user": EXACT_UP_TO + 1, "lead": 3}


async def workspace_with(database: Database, users: int, leads: int) -> AppId:
    def work(conn: Any) -> AppId:
        app_id = create_workspace(conn, "Acme", NOW).app_id
        people = [NewContact("user", NOW, external_id=str(n)) for n in range(users)]
        people += [NewContact("lead", NOW) for _ in range(leads)]
        insert_contacts(conn, app_id, people, NOW)
        return app_id

    return await database.write(work)


def test_few_are_counted_exactly() -> None:
    known = Tallies().known(APP, FEW)
    assert known == {None: Tally(12), "user": Tally(9), "lead": Tally(0)}
    assert not Tallies().is_stale(APP, FEW, NOW)


def test_many_are_told_as_at_least_until_somebody_counted() -> None:
    known = Tallies().known(APP, MANY)
    assert known[None] == Tally(EXACT_UP_TO, at_least=True)
    assert str(known[None]) == "10,000+"
    assert known["lead"] == Tally(3)
    assert Tallies().is_stale(APP, MANY, NOW)


async def test_full_count_is_kept_for_a_minute(database: Database, monkeypatch: Any) -> None:
    monkeypatch.setattr(tallies, "EXACT_UP_TO", 2)
    app_id = await workspace_with(database, users=5, leads=1)
    kept = Tallies()
    quick = await database.read(lambda conn: quick_counts(conn, app_id))
    assert quick == {None: 3, "user": 3, "lead": 1}
    assert kept.is_stale(app_id, quick, NOW)
    await kept.count(app_id, database, NOW)
    assert kept.known(app_id, quick) == {None: Tally(6), "user": Tally(5), "lead": Tally(1)}
    assert not kept.is_stale(app_id, quick, NOW + 59)
    assert kept.is_stale(app_id, quick, NOW + 60)


async def test_count_that_failed_is_made_again(database: Database) -> None:
    kept = Tallies()
    await database.close()
    with pytest.raises(StorageUnavailable):
        await kept.count(APP, database, NOW)
    assert kept.is_stale(APP, MANY, NOW)
