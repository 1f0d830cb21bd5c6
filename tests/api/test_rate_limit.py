"""Windows of ten seconds, a count for each key."""

import pytest

from app.api.rate_limit import RateLimiter

# A moment at which a window begins.
START = 1_000.0


def limiter_of(limit: int) -> RateLimiter:
    return RateLimiter("This token", limit)


def test_each_request_takes_one_from_the_window() -> None:
    limiter = limiter_of(3)
    assert [limiter.take("a", START).remaining for _ in range(4)] == [2, 1, 0, -1]


def test_the_limit_itself_is_allowed_and_the_next_one_is_not() -> None:
    limiter = limiter_of(2)
    assert [limiter.take("a", START).is_exceeded for _ in range(3)] == [False, False, True]


def test_keys_are_counted_apart() -> None:
    limiter = limiter_of(1)
    limiter.take("a", START)
    assert not limiter.take("b", START).is_exceeded


@pytest.mark.parametrize(("later", "exceeded"), [(9.999, True), (10.0, False)])
def test_a_window_ends_after_ten_seconds(later: float, exceeded: bool) -> None:
    limiter = limiter_of(1)
    limiter.take("a", START)
    assert limiter.take("a", START + later).is_exceeded is exceeded


def test_headers_name_limit_remaining_and_the_unix_second_of_the_reset() -> None:
    limiter = limiter_of(5)
    assert limiter.take("a", START + 2.5).headers(now=1_700_000_000.25) == {
        "x-ratelimit-limit": "5",
        "x-ratelimit-remaining": "4",
        "x-ratelimit-reset": "1700000008",
    }


def test_remaining_never_reads_below_zero() -> None:
    limiter = limiter_of(0)
    assert limiter.take("a", START).headers(now=0.0)["x-ratelimit-remaining"] == "0"
