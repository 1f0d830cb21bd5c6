"""Moments, as REST answers them."""

from app.api.shapes.moments import unix


def test_a_moment_is_whole_seconds_and_what_never_was_is_null() -> None:
    assert unix(1_700_000_000.9) == 1_700_000_000
    assert unix(None) is None
