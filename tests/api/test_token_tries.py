"""Wrong tokens, counted by address; right ones, which are remembered."""

import pytest

from app.api.token_tries import TokenTries
from app.errors import RateLimited

HERE = "203.0.113.9"


def is_refused(tries: TokenTries, token: str, address: str = HERE, at: float = 100.0) -> bool:
    try:
        tries.check(token, address, at)
    except RateLimited:
        return True
    return False


def test_a_hundred_wrong_tokens_pass_and_no_more() -> None:
    tries = TokenTries()
    for number in range(99):
        tries.failed(f"wrong {number}", HERE, 100.0)
    assert not is_refused(tries, "new")
    tries.failed("wrong 99", HERE, 100.0)
    assert is_refused(tries, "new")
    assert is_refused(tries, "wrong 99")


def test_a_failure_that_was_on_its_way_meanwhile_is_refused_too() -> None:
    tries = TokenTries(1)
    tries.failed("a", HERE, 100.0)
    with pytest.raises(RateLimited):
        tries.failed("b", HERE, 100.0)


@pytest.mark.parametrize(("at", "refused"), [(159.9, True), (160.0, False)])
def test_the_address_is_let_in_again_after_a_minute(at: float, refused: bool) -> None:
    tries = TokenTries(1)
    tries.failed("a", HERE, 100.0)
    assert is_refused(tries, "b", at=at) is refused


@pytest.mark.parametrize(
    ("sender", "other", "refused"),
    [
        (HERE, "203.0.113.10", False),
        (HERE, f"::ffff:{HERE}", True),
        ("2001:db8:1:2::1", "2001:db8:1:2::2", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("127.0.0.1", "127.0.0.1", False),
        ("::1", "::1", False),
    ],
)
def test_addresses_are_counted_as_senders(sender: str, other: str, refused: bool) -> None:
    tries = TokenTries(1)
    tries.failed("a", sender, 100.0)
    assert is_refused(tries, "b", other) is refused


def test_a_token_that_was_right_goes_on_until_it_is_wrong() -> None:
    tries = TokenTries(1)
    tries.succeeded("right")
    tries.failed("wrong", HERE, 100.0)
    assert not is_refused(tries, "right")
    with pytest.raises(RateLimited):
        tries.failed("right", HERE, 100.0)
    assert is_refused(tries, "right")


def test_the_tokens_that_are_remembered_are_those_last_seen() -> None:
    tries = TokenTries(1, most_known=2)
    for token in ("a", "b", "a", "c"):
        tries.succeeded(token)
    tries.failed("wrong", HERE, 100.0)
    assert [is_refused(tries, token) for token in ("a", "b", "c")] == [False, True, False]
