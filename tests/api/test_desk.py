"""What the requests of one process share."""

import pytest

from app.api.desk import Desk
from app.api.rate_limit import RateLimiter
from app.auth.tokens import TokenGrant
from app.errors import RateLimited
from app.ids import AppId

APP = AppId("uaaaaaaa")


def token(number: int, app_id: AppId = APP) -> TokenGrant:
    return TokenGrant(number, app_id, f"token {number}")


def test_the_allowance_of_a_token_is_told_while_it_is_not_the_larger_one() -> None:
    desk = Desk()
    desk.requests_of_token = RateLimiter("Token", 2)
    desk.requests_of_workspace = RateLimiter("Workspace", 3)
    told = [desk.take_request(token(number), 0.0) for number in (1, 2, 1, 2)]
    assert [(one.whose, one.limit, one.remaining) for one in told] == [
        ("Token", 2, 1),
        ("Token", 2, 1),
        ("Token", 2, 0),
        ("Workspace", 3, -1),
    ]
    # Another token of the workspace has asked for nothing yet, and is refused; another workspace's is not.
    assert desk.take_request(token(3), 9.9).whose == "Workspace"
    assert not desk.take_request(token(4, AppId("ubbbbbbb")), 9.9).is_exceeded
    assert not desk.take_request(token(3), 10.0).is_exceeded


def test_the_allowance_of_a_workspace_is_told_where_it_is_the_smaller_one() -> None:
    desk = Desk()
    desk.requests_of_token = RateLimiter("Token", 5)
    desk.requests_of_workspace = RateLimiter("Workspace", 6)
    told = [desk.take_request(token(number), 0.0) for number in (1, 1, 2)]
    assert [(one.whose, one.remaining) for one in told] == [("Token", 4), ("Token", 3), ("Workspace", 3)]


def test_what_is_beyond_a_tokens_own_limit_takes_nothing_from_its_workspace() -> None:
    desk = Desk()
    desk.requests_of_token = RateLimiter("Token", 1)
    desk.requests_of_workspace = RateLimiter("Workspace", 2)
    assert [desk.take_request(token(1), 0.0).is_exceeded for _ in range(5)] == [False, True, True, True, True]
    assert not desk.take_request(token(2), 0.0).is_exceeded


def test_a_workspace_may_ask_as_often_as_two_and_a_half_tokens() -> None:
    desk = Desk()
    asked = [desk.take_request(token(number), 0.0) for number in (1, 2, 3) for _ in range(1_000)]
    assert [one.is_exceeded for one in asked] == [False] * 2_500 + [True] * 500


def test_streams_are_limited_for_each_token_and_free_when_closed() -> None:
    desk = Desk()
    for _ in range(50):
        desk.open_stream(1)
    with pytest.raises(RateLimited, match="50 streams"):
        desk.open_stream(1)
    desk.open_stream(2)
    desk.close_stream(1)
    desk.open_stream(1)
