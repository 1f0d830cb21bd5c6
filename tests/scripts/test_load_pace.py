"""When heartbeats are due, and who leaves when."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.loadgen.pace import LONGEST_TICK_SECONDS, SHORTEST_TICK_SECONDS, Pace, departures


@given(
    st.floats(min_value=0.1, max_value=50_000),
    st.lists(st.floats(min_value=0, max_value=3), min_size=1, max_size=50),
)
def test_pace_gives_out_what_should_have_been_sent_by_now(rate: float, steps: Sequence[float]) -> None:
    pace = Pace(rate, started_at=100.0, seconds=1000)
    now, sent = 100.0, 0
    for step in steps:
        now += step
        sent += pace.due(now)
        assert sent == int((now - 100.0) * rate)


def test_pace_never_gives_out_more_than_the_plan() -> None:
    pace = Pace(10, started_at=0.0, seconds=3)
    assert pace.due(2.0) == 20
    assert pace.due(100.0) == 10
    assert pace.due(200.0) == 0


def test_a_clock_that_stands_gives_nothing_out_twice() -> None:
    pace = Pace(10, started_at=0.0, seconds=3)
    assert [pace.due(1.0), pace.due(1.0), pace.due(0.5)] == [10, 0, 0]


@pytest.mark.parametrize(
    ("rate", "seconds"), [(0.5, LONGEST_TICK_SECONDS), (100, 0.01), (100_000, SHORTEST_TICK_SECONDS)]
)
def test_ticks_are_about_a_heartbeat_long_within_bounds(rate: float, seconds: float) -> None:
    assert Pace(rate, 0.0, 1).tick_seconds == pytest.approx(seconds)


@given(
    st.integers(min_value=0, max_value=200),
    st.floats(min_value=0.5, max_value=600),
    st.floats(min_value=0, max_value=1),
)
def test_the_share_leaves_once_each_and_is_back_in_time(count: int, seconds: float, share: float) -> None:
    plan = departures(range(count), seconds, share=share)
    assert len(plan) == round(share * count)
    assert len({departure.who for departure in plan}) == len(plan)
    assert [departure.leaves_at for departure in plan] == sorted(departure.leaves_at for departure in plan)
    for departure in plan:
        assert 0 <= departure.leaves_at < departure.returns_at <= seconds * 0.9 + 1e-6


def test_those_on_a_dashboard_leave_before_others_do() -> None:
    plan = departures(range(100), 10, first=[3, 5, 8, 900], share=0.03)
    assert {departure.who for departure in plan} == {3, 5, 8}


def test_half_come_back_by_a_ping() -> None:
    plan = departures(range(100), 10, share=0.5)
    assert sum(departure.pings for departure in plan) == 25
