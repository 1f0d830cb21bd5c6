"""What all tests may ask for, and what begins anew with each."""

import pytest
from hypothesis import HealthCheck, settings

from app import refusals

pytest_plugins = ["support.database", "support.postgres"]

# No example is timed: on a machine that others share it may take as long as it likes.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

_IN_REAL_TIME = (
    "app.api.search.SEARCH_SECONDS",
    "app.api.segments.SEARCH_SECONDS",
    "app.api.conversation_search.SEARCH_SECONDS",
    "app.dashboard.people.SEARCH_SECONDS",
    "app.api.counts.LONG_SECONDS",
    "app.api.operations.LOOK_SECONDS",
    "app.delivery.posting.DEADLINE_SECONDS",
    "app.storage.checkpoints.WAIT_SECONDS",
    "app.storage.postgres.POOL_SECONDS",
    "app.storage.turns._PATIENCE_SECONDS",
)


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends, or is taken for slow, after seconds of real time: a busy machine may need those for anything."""
    for name in _IN_REAL_TIME:
        monkeypatch.setattr(name, 60.0)


@pytest.fixture(autouse=True)
def _no_refusals_before() -> None:
    refusals._windows.clear()
