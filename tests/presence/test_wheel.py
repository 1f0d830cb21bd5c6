"""The timing wheel: nothing early, nothing lost, nothing later than a tick."""

import gc

from hypothesis import given
from hypothesis import strategies as st

from app.presence.wheel import TICK_SECONDS, Wheel

moments = st.floats(min_value=0, max_value=10_000, allow_nan=False)


class Item:
    def __init__(self, number: int, due_at: float) -> None:
        self.number = number
        self.due_at = due_at
        self.next_due: Item | None = None


def filled(due_moments: list[float]) -> Wheel[Item]:
    wheel: Wheel[Item] = Wheel()
    for number, due_at in enumerate(due_moments):
        wheel.add(Item(number, due_at), due_at)
    return wheel


@given(st.lists(moments, max_size=50), moments)
def test_items_come_out_when_due_and_at_most_a_tick_late(due_moments: list[float], now: float) -> None:
    wheel = filled(due_moments)

    taken = wheel.take(now, most=1000)
    left = wheel.take(20_000.0, most=1000)

    assert all(item.due_at <= now for item in taken)
    assert all(item.due_at > now - TICK_SECONDS for item in left)
    assert sorted(item.number for item in taken + left) == list(range(len(due_moments)))


@given(st.lists(moments, max_size=60), st.integers(min_value=1, max_value=20))
def test_items_taken_a_few_at_a_time_are_all_taken_once(due_moments: list[float], most: int) -> None:
    wheel = filled(due_moments)

    taken: list[Item] = []
    while batch := wheel.take(20_000.0, most):
        assert len(batch) <= most
        taken += batch

    assert sorted(item.number for item in taken) == list(range(len(due_moments)))
    ticks = [int(item.due_at / TICK_SECONDS) for item in taken]
    assert ticks == sorted(ticks)


@given(st.lists(moments, max_size=20), st.lists(moments, max_size=20), moments)
def test_items_may_be_put_back_while_others_wait(first: list[float], later: list[float], now: float) -> None:
    wheel = filled(first)
    again = wheel.take(now, most=5)
    for item, due_at in zip(again, later, strict=False):
        item.due_at = due_at
        wheel.add(item, due_at)

    left = wheel.take(20_000.0, most=1000)

    kept_out = again[len(later) :]
    assert sorted(item.number for item in left + kept_out) == list(range(len(first)))


def test_the_collector_finds_no_list_of_all_that_wait() -> None:
    wheel = filled([float(second % 8) for second in range(10_000)])
    widest = max(len(gc.get_referents(part)) for part in gc.get_referents(wheel))
    assert widest < 100
