"""What all tests may ask for, and what begins anew with each."""

import pytest
from hypothesis import HealthCheck, settings

from app import refusals

pytest_plugins = ["support.database", "support.postgres"]

# No example is timed: on a machine that others share it may take as long as it likes.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

_SEARCHES = ("app.api.search", "app.api.segments", "app.api.conversation_search", "app.dashboard.people")


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches end after a second of real time, which a busy machine may need for any of them."""
    for module in _SEARCHES:
        monkeypatch.setattr(f"{module}.SEARCH_SECONDS", 60.0)


@pytest.fixture(autouse=True)
def _no_refusals_before() -> None:
    refusals._windows.clear()
