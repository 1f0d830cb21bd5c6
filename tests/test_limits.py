"""How often a thing may happen: counts in windows, bounded in memory."""

import pytest
from structlog.testing import capture_logs

from app.errors import RateLimited
from app.limits import WINDOW_SECONDS, Limit, address_key


def refused(limit: Limit, key: str, at: float) -> int | None:
    """After how many seconds to come again; none for what is let pass."""
    try:
        limit.take(key, at)
    except RateLimited as refusal:
        return refusal.retry_after_seconds
    return None


def test_so_many_pass_in_a_window_and_no_more() -> None:
    limit = Limit("pings", 3)
    assert [refused(limit, "a", 100.0 + n) for n in range(5)] == [None, None, None, 57, 56]
    assert refused(limit, "b", 105.0) is None


def test_the_next_window_begins_anew() -> None:
    limit = Limit("pings", 1)
    assert [refused(limit, "a", at) for at in (100.0, 159.9, 160.0, 219.9, 220.0)] == [None, 1, None, 1, None]


def test_the_message_names_the_rule() -> None:
    limit = Limit("pings", 1)
    limit.take("a", 0.0)
    with pytest.raises(RateLimited, match="More than 1 pings within 60 seconds: try again in 60 s"):
        limit.take("a", 0.0)


def test_who_may_still_take_is_let_pass_uncounted() -> None:
    limit = Limit("pings", 2)
    for _ in range(5):
        limit.check("a", 100.0)
    assert [refused(limit, "a", 100.0) for _ in range(2)] == [None, None]


def test_who_has_taken_all_is_refused_until_the_window_ends() -> None:
    limit = Limit("pings", 2)
    limit.take("a", 100.0)
    limit.check("a", 100.0)
    limit.take("a", 100.0)
    limit.check("b", 100.0)
    with pytest.raises(RateLimited) as refusal:
        limit.check("a", 130.5)
    assert refusal.value.retry_after_seconds == 30
    for _ in range(3):
        limit.check("a", 160.0)
    assert [refused(limit, "a", 160.0) for _ in range(3)] == [None, None, 60]


def test_a_flood_that_is_only_checked_is_logged_once_too() -> None:
    limit = Limit("pings", 1)
    limit.take("a", 100.0)
    with capture_logs() as lines:
        for _ in range(3):
            with pytest.raises(RateLimited):
                limit.check("a", 101.0)
    assert [line["event"] for line in lines] == ["rate.limited"]


def test_what_is_remembered_is_bounded() -> None:
    limit = Limit("pings", 1, most_keys=100)
    for number in range(1_000):
        limit.take(str(number), 0.0)
    assert len(limit._counts) == 100
    # Whoever was counted before the flood is still counted.
    assert refused(limit, "7", 1.0) is not None


def test_a_flood_is_logged_once_a_window() -> None:
    limit = Limit("pings", 1)
    with capture_logs() as lines:
        for at in (0.0, 1.0, 2.0, 3.0, WINDOW_SECONDS, WINDOW_SECONDS + 1, WINDOW_SECONDS + 2):
            refused(limit, "joe@example.com", at)
    assert [line["event"] for line in lines] == ["rate.limited"] * 2
    assert "joe" not in str(lines)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("10.0.0.1", "10.0.0.1"),
        ("127.0.0.1", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("", None),
        ("testclient", None),
    ],
)
def test_an_address_stands_for_one_sender(address: str, key: str | None) -> None:
    assert address_key(address) == key
