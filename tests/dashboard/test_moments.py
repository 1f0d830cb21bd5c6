"""Moments in words."""

import pytest

from app.dashboard.moments import Moment, ago, day, exactly, iso, start_of_day

MINUTE, HOUR, DAY = 60, 3_600, 86_400


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (0, "just now"),
        (59.9, "just now"),
        (MINUTE, "1 minute ago"),
        (2 * MINUTE - 0.1, "1 minute ago"),
        (2 * MINUTE, "2 minutes ago"),
        (HOUR - 1, "59 minutes ago"),
        (HOUR, "1 hour ago"),
        (DAY - 1, "23 hours ago"),
        (DAY, "1 day ago"),
        (30 * DAY - 1, "29 days ago"),
        (30 * DAY, "1 month ago"),
        (365 * DAY - 1, "12 months ago"),
        (365 * DAY, "1 year ago"),
        (3 * 365 * DAY, "3 years ago"),
    ],
)
def test_how_long_ago_in_words(seconds: float, words: str) -> None:
    assert ago(seconds) == words


def test_exact_moment_is_told_in_the_time_zone_of_the_workspace() -> None:
    assert exactly(1_700_000_000, "UTC") == "14 Nov 2023, 22:13:20 UTC"
    assert exactly(1_700_000_000, "Europe/Berlin") == "14 Nov 2023, 23:13:20 CET"
    assert exactly(1_700_000_000, "No/Where") == "14 Nov 2023, 22:13:20 UTC"
    assert day(1_700_000_000, "Asia/Tokyo") == "Wed 15 Nov"


def test_moment_for_machines_is_universal_time() -> None:
    assert iso(1_700_000_000.25) == "2023-11-14T22:13:20.250Z"


def test_moment_on_a_page_is_words_and_the_exact_instant() -> None:
    moment = Moment(1_700_000_000, 1_700_000_180, "UTC")
    assert (moment.words, moment.exact) == ("3 minutes ago", "14 Nov 2023, 22:13:20 UTC")
    assert moment.moment == "2023-11-14T22:13:20.000Z"


def test_day_begins_at_the_midnight_of_the_workspace() -> None:
    assert iso(start_of_day(1_700_000_000, "UTC")) == "2023-11-14T00:00:00.000Z"
    assert iso(start_of_day(1_700_000_000, "America/New_York")) == "2023-11-14T05:00:00.000Z"
