"""The timing wheel: nothing early, nothing lost, nothing later than a tick."""

from hypothesis import given
from hypothesis import strategies as st

from app.presence.wheel import TICK_SECONDS, Wheel

moments = st.floats(min_value=0, max_value=10_000, allow_nan=False)


@given(st.lists(moments, max_size=50), moments)
def test_items_come_out_when_due_and_at_most_a_tick_late(due_moments: list[float], now: float) -> None:
    wheel: Wheel[float] = Wheel()
    for due_at in due_moments:
        wheel.add(due_at, due_at)

    taken = wheel.take(now, most=1000)

    assert all(due_at <= now for due_at in taken)
    left = sorted(set(due_moments) - set(taken))
    assert all(due_at > now - TICK_SECONDS for due_at in left)
    assert len(wheel) == len(due_moments) - len(taken)


@given(st.lists(moments, max_size=60), st.integers(min_value=1, max_value=20))
def test_items_taken_a_few_at_a_time_are_all_taken_once(due_moments: list[float], most: int) -> None:
    wheel: Wheel[int] = Wheel()
    for number, due_at in enumerate(due_moments):
        wheel.add(number, due_at)

    taken: list[int] = []
    while batch := wheel.take(20_000.0, most):
        assert len(batch) <= most
        taken += batch

    assert sorted(taken) == list(range(len(due_moments)))
