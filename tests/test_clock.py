"""The clock: time only moves forward, by the machine or by hand."""

import pytest

from app import clock as clock_module
from app.clock import Clock


def test_clock_that_is_given_a_moment_stands_still() -> None:
    clock = Clock(at=1000.0)
    assert clock.now() == clock.now() == 1000.0


def test_advance_moves_a_standing_and_a_running_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    standing = Clock(at=1000.0)
    standing.advance(120.5)
    assert standing.now() == 1120.5
    monkeypatch.setattr(clock_module.time, "monotonic", lambda: 50.0)
    running = Clock()
    before = running.now()
    running.advance(120.5)
    assert running.now() == before + 120.5


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_time_moves_forward_only(seconds: float) -> None:
    with pytest.raises(ValueError, match="only moves forward"):
        Clock(at=1.0).advance(seconds)


def test_frozen_clock_runs_on_from_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = 50.0
    monkeypatch.setattr(clock_module.time, "monotonic", lambda: machine)
    clock = Clock()
    start = clock.now()
    clock.freeze()
    clock.freeze()
    machine = 80.0
    assert clock.now() == start
    clock.thaw()
    clock.thaw()
    machine = 85.0
    assert clock.now() == pytest.approx(start + 5)


def test_jump_of_the_wall_clock_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    before = clock.now()
    monkeypatch.setattr(clock_module.time, "time", lambda: 0.0)
    assert 0 <= clock.now() - before < 60
