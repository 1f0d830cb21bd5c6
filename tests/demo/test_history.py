"""The demo's past is believable: in order, apart, and over."""

from itertools import pairwise
from random import Random

import pytest

from app.demo.history import DAYS, EARLIEST_SECONDS, LATEST_SECONDS, Stay, counts, last_seen, stays

NOW = 1_700_000_000.0  # 20 seconds after a full minute
MINUTE_OF_NOW = NOW - 20


def test_people_were_last_seen_from_minutes_ago_to_weeks_ago() -> None:
    ago = [NOW - at for at in last_seen(60, NOW, Random(1))]
    assert LATEST_SECONDS <= ago[0] < 300
    assert 28 * 86_400 < ago[-1] < EARLIEST_SECONDS * 1.1
    assert sum(seconds < 86_400 for seconds in ago) > 20


def test_one_person_alone_was_just_here() -> None:
    assert NOW - last_seen(1, NOW, Random(1))[0] < 300


@pytest.mark.parametrize("seed", range(20))
def test_stays_are_in_order_apart_and_over(seed: int) -> None:
    seen_at = NOW - 1_000
    found = stays("Asia/Tokyo", seen_at, NOW, Random(seed))
    for earlier, later in pairwise(found):
        assert earlier.began_at < earlier.ended_at < later.began_at
    assert found[-1].ended_at == seen_at + 120 < NOW
    assert found[0].began_at > NOW - (DAYS + 1) * 86_400


def test_somebody_seen_weeks_ago_has_that_one_stay() -> None:
    seen_at = NOW - 20 * 86_400
    assert [stay.ended_at for stay in stays("Europe/Paris", seen_at, NOW, Random(1))] == [seen_at + 120]


def test_most_stays_begin_by_day_where_the_person_is() -> None:
    begins = [
        stay.began_at for seed in range(30) for stay in stays("Asia/Tokyo", NOW - 300, NOW, Random(seed))[:-1]
    ]
    hours = [(begin / 3_600 + 9) % 24 for begin in begins]
    assert all(7 <= hour <= 23 for hour in hours)


def test_counts_cover_the_last_day_minute_by_minute() -> None:
    points = counts([], NOW)
    assert [at for at, _ in points] == [MINUTE_OF_NOW - 60 * ago for ago in reversed(range(1_440))]
    assert {online for _, online in points} == {0}


@pytest.mark.parametrize(
    ("stay", "counted"),
    [
        (Stay(MINUTE_OF_NOW - 120, MINUTE_OF_NOW), [2, 1]),  # from the first instant to just before the last
        (Stay(MINUTE_OF_NOW - 121, MINUTE_OF_NOW + 1), [2, 1, 0]),
        (Stay(MINUTE_OF_NOW - 119, MINUTE_OF_NOW - 61), []),  # between two minutes
        (Stay(MINUTE_OF_NOW - 200_000, MINUTE_OF_NOW - 100_000), []),  # another day
        (Stay(MINUTE_OF_NOW - 100_000, MINUTE_OF_NOW - 1_438 * 60), [1_439]),
    ],
)
def test_a_minute_counts_who_was_online_at_its_beginning(stay: Stay, counted: list[int]) -> None:
    online = [round((MINUTE_OF_NOW - at) / 60) for at, number in counts([stay], NOW) if number]
    assert online == counted


def test_two_at_once_are_two() -> None:
    both = [Stay(NOW - 600, NOW - 10), Stay(NOW - 600, NOW - 10)]
    assert max(online for _, online in counts(both, NOW)) == 2
