"""Which dashboard should see which dot turn, and what becomes of it."""

import pytest

from scripts.loadgen.dots import Dots


def test_each_dashboard_that_watches_sees_the_turn_once() -> None:
    dots = Dots()
    dots.watch(["ada", "bo"])
    dots.watch(["ada"])
    dots.expect("ada", online=False, at=10.0)
    dots.seen("ada", online=False, at=10.1)
    assert dots.outstanding == 1
    dots.seen("ada", online=False, at=10.25)
    assert (dots.expected, dots.outstanding, dots.flickers) == (2, 0, 0)
    assert dots.off_seconds == pytest.approx([0.1, 0.25])
    assert dots.on_seconds == []


def test_a_turn_that_nobody_watches_is_not_expected() -> None:
    dots = Dots()
    dots.watch(["ada"])
    dots.expect("bo", online=True, at=1.0)
    assert dots.expected == 0


def test_a_turn_that_nobody_called_for_is_a_flicker() -> None:
    dots = Dots()
    dots.watch(["ada"])
    dots.seen("ada", online=False, at=1.0)
    dots.expect("ada", online=True, at=2.0)
    dots.seen("ada", online=False, at=2.1)
    dots.seen("ada", online=True, at=2.2)
    dots.seen("ada", online=True, at=2.3)
    assert dots.flickers == 3
    assert dots.on_seconds == pytest.approx([0.2])


def test_what_was_not_seen_before_the_next_turn_is_missed() -> None:
    dots = Dots()
    dots.watch(["ada"])
    dots.watch(["ada"])
    dots.expect("ada", online=False, at=1.0)
    dots.seen("ada", online=False, at=1.1)
    dots.expect("ada", online=True, at=4.0)
    assert dots.missed == 1
    dots.close()
    assert dots.missed == 3


def test_a_dashboard_that_has_gone_sees_nothing_more_and_is_not_waited_for() -> None:
    dots = Dots()
    dots.watch(["ada"])
    dots.expect("ada", online=False, at=1.0)
    dots.unwatch(["ada"])
    dots.expect("ada", online=True, at=2.0)
    dots.close()
    assert (dots.expected, dots.missed, dots.watched()) == (0, 0, [])
