"""A contact's presence, as REST answers it."""

import pytest

from app.api.shapes.presence import presence_shape
from app.ids import AppId, ContactId
from app.presence.last_seen import Ledger
from app.presence.lease_file import LeaseFile
from app.presence.tracker import Tracker

APP, ADA = AppId("u1a2b3c4"), ContactId("a" * 24)


@pytest.fixture
def tracker() -> Tracker:
    return Tracker(offline_seconds=120, publish=lambda _: None, ledger=Ledger(), leases=LeaseFile(None))


def test_whoever_is_not_known_in_memory_is_offline_since_the_database_saw_them(tracker: Tracker) -> None:
    assert presence_shape(tracker, APP, ADA, 100.5) == {"online": False, "since": None, "last_seen_at": 100}
    assert presence_shape(tracker, APP, ADA, None) == {"online": False, "since": None, "last_seen_at": None}


def test_memory_knows_more_than_the_database(tracker: Tracker) -> None:
    tracker.ping(APP, ADA, 200.5)
    tracker.ping(APP, ADA, 210.5)
    assert presence_shape(tracker, APP, ADA, 100.0) == {"online": True, "since": 200, "last_seen_at": 210}
