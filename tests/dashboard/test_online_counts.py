"""The line of the chart."""

from app.dashboard.online_counts import line_of


def test_points_close_together_are_one_line_that_ends_now() -> None:
    line = line_of([(60, 1), (120, 2), (180, 1)], 200, 4)
    assert line == {"at": [60, 120, 180, 200], "online": [1, 2, 1, 4]}


def test_stretch_after_a_zero_is_zeros() -> None:
    line = line_of([(60, 1), (120, 0), (3_600, 2)], 3_610, 2)
    assert line == {"at": [60, 120, 3_540, 3_600, 3_610], "online": [1, 0, 0, 2, 2]}


def test_stretch_in_which_nobody_counted_is_a_hole() -> None:
    line = line_of([(60, 3), (3_600, 2)], 3_610, 2)
    assert line == {"at": [60, 61, 3_600, 3_610], "online": [3, None, 2, 2]}


def test_last_zero_goes_on_until_somebody_comes() -> None:
    assert line_of([(60, 0)], 900, 0) == {"at": [60, 840, 900], "online": [0, 0, 0]}
    assert line_of([(60, 0)], 900, 3) == {"at": [60, 840, 900], "online": [0, 0, 3]}


def test_first_to_come_is_on_the_line_at_once() -> None:
    assert line_of([], 900, 1) == {"at": [900], "online": [1]}


def test_no_points_and_nobody_now_are_no_line() -> None:
    assert line_of([], 900, 0) == {"at": [], "online": []}
