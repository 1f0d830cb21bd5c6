"""The rules of presence in time, at both sides of each boundary."""

import pytest

from app.presence.timing import has_gone, is_inactive, stream_is_live

NOW = 1_700_000_000.0


@pytest.mark.parametrize(("silence", "gone"), [(0, False), (119.9, False), (120, False), (120.001, True)])
def test_R2_contact_is_online_at_120_seconds_and_offline_after(silence: float, gone: bool) -> None:
    assert has_gone(NOW - silence, NOW, 120.0) is gone


@pytest.mark.parametrize(("idle", "inactive"), [(0, False), (1800, False), (1800.001, True)])
def test_R10_exactly_half_an_hour_is_not_more_than_that(idle: float, inactive: bool) -> None:
    assert is_inactive(NOW - idle, NOW) is inactive


@pytest.mark.parametrize(("silence", "live"), [(0, True), (60, True), (60.001, False)])
def test_R7_http_stream_is_live_for_60_seconds(silence: float, live: bool) -> None:
    assert stream_is_live(NOW - silence, NOW) is live
