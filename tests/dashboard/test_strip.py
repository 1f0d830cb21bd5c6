"""The strip of the last days on a profile."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dashboard.moments import start_of_day
from app.dashboard.strip import DAYS, Spell, duration, strip_begins, strip_of

NOW = 1_700_000_000.0  # 14 November 2023, 22:13:20 UTC
MIDNIGHT = start_of_day(NOW, "UTC")
DAY = 86_400.0


def test_strip_ends_with_today() -> None:
    bars = strip_of([], NOW, "UTC")
    assert len(bars) == DAYS
    assert bars[-1].name == "Tue 14 Nov"
    assert bars[-1].label == "Tue 14"
    assert bars[0].name == "Wed 8 Nov"
    assert all(bar.spells == () and bar.online_seconds == 0 for bar in bars)
    assert strip_begins(NOW, "UTC") == MIDNIGHT - (DAYS - 1) * DAY


def test_spell_lies_where_it_was_in_its_day() -> None:
    bar = strip_of([(MIDNIGHT + 6 * 3_600, MIDNIGHT + 12 * 3_600)], NOW, "UTC")[-1]
    assert bar.spells == (Spell(0.25, 0.25),)
    assert bar.in_words == "Tue 14 Nov: 6 h online"
    assert bar.short_words == "6 h"


def test_spell_over_midnight_belongs_to_both_days() -> None:
    bars = strip_of([(MIDNIGHT - 1_800, MIDNIGHT + 3_600)], NOW, "UTC")
    assert [bar.online_seconds for bar in bars[-2:]] == [1_800, 3_600]


def test_spell_that_began_before_the_strip_is_cut_at_its_edge() -> None:
    begins = strip_begins(NOW, "UTC")
    bars = strip_of([(begins - 5 * DAY, begins + 60)], NOW, "UTC")
    assert [bar.online_seconds for bar in bars] == [60] + [0] * (DAYS - 1)


def test_moment_is_wide_enough_to_be_seen() -> None:
    [spell] = strip_of([(MIDNIGHT + 10, MIDNIGHT + 11)], NOW, "UTC")[-1].spells
    assert spell.width == 0.004


def test_moment_before_midnight_is_seen_before_midnight() -> None:
    day_before, day_after = strip_of([(MIDNIGHT - 1, MIDNIGHT + 119)], NOW, "UTC")[-2:]
    assert day_before.spells == (Spell(0.996, 0.004),)
    assert day_after.spells == (Spell(0.0, 0.004),)


@pytest.mark.parametrize(
    ("timezone", "now", "hours"),
    [("Europe/Berlin", 1_711_886_400.0, 23), ("Europe/Berlin", 1_698_580_800.0, 25)],
)
def test_day_on_which_the_clocks_change_fills_its_bar(timezone: str, now: float, hours: int) -> None:
    [bar] = strip_of([(now - 9 * DAY, now + 9 * DAY)], now, timezone)[-1:]
    assert bar.online_seconds == hours * 3_600
    assert bar.spells == (Spell(0.0, 1.0),)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "not online"),
        (1, "under 1 min online"),
        (60, "1 min online"),
        (3_600, "1 h online"),
        (7_500, "2 h 5 min online"),
    ],
)
def test_duration_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def covered(spans: list[tuple[float, float]]) -> float:
    """How long at least one of these lasts."""
    edges = sorted({edge for span in spans for edge in span})
    return sum(
        end - start
        for start, end in pairwise(edges)
        if any(span[0] <= start and end <= span[1] for span in spans)
    )


@given(
    st.lists(
        st.tuples(st.floats(NOW - 20 * DAY, NOW), st.floats(0, 3 * DAY)).map(lambda s: (s[0], s[0] + s[1])),
        max_size=20,
    ),
    st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Chatham", "Australia/Lord_Howe"]),
)
def test_bars_hold_exactly_what_fell_into_the_days_shown(
    intervals: list[tuple[float, float]], timezone: str
) -> None:
    bars = strip_of(intervals, NOW, timezone)
    begins, ends = (
        strip_begins(NOW, timezone),
        start_of_day(start_of_day(NOW, timezone) + 1.5 * DAY, timezone),
    )
    inside = covered([(max(start, begins), min(until, ends)) for start, until in intervals])
    assert len(bars) == DAYS
    assert sum(bar.online_seconds for bar in bars) == pytest.approx(inside, abs=1e-3)
    spells = [spell for bar in bars for spell in bar.spells]
    assert all(spell.start >= 0 and spell.width > 0 for spell in spells)
    assert all(spell.start + spell.width <= 1.0001 for spell in spells)


def test_overlapping_spells_count_once() -> None:
    [*_, today] = strip_of(
        [(NOW - 600, NOW - 300), (NOW - 400, NOW - 200), (NOW - 350, NOW - 340)], NOW, "UTC"
    )
    assert today.online_seconds == 400
    assert len(today.spells) == 1
