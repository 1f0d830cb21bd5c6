"""How often a messenger may ask."""

import pytest

from app.errors import RateLimited
from app.limits import WINDOW_SECONDS
from app.messenger.limits import PINGS_OF_ADDRESS, PINGS_OF_ONE, PINGS_OF_WORKSPACE, Limits


def test_an_address_may_have_many_people_behind_it() -> None:
    limits = Limits.fresh()
    for _ in range(PINGS_OF_ADDRESS):
        limits.take_address("203.0.113.9")
    with pytest.raises(RateLimited):
        limits.take_address("203.0.113.9")
    for _ in range(PINGS_OF_ADDRESS + 1):
        limits.take_address("127.0.0.1")


def test_load_test_may_send_a_thousand_pings_a_second_as_a_dozen_people() -> None:
    assert 12 * PINGS_OF_ONE / WINDOW_SECONDS >= 1_000
    assert PINGS_OF_WORKSPACE / WINDOW_SECONDS >= 4 * 1_000


def test_ten_tabs_of_a_browser_stay_below_the_limit() -> None:
    assert PINGS_OF_ONE >= 10 * WINDOW_SECONDS
