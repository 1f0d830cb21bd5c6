"""Days of the calendar, where clocks change too."""

from datetime import date

import pytest

from app.search.days import day_around

# In New York clocks went forward on 12 Mar 2023 and back on 5 Nov 2023; in Gaza they do at midnight.


@pytest.mark.parametrize(
    ("day", "timezone", "begins", "hours"),
    [
        (date(2023, 11, 14), "UTC", 1_699_920_000, 24),
        (date(2023, 11, 14), "America/New_York", 1_699_938_000, 24),
        (date(2023, 3, 12), "America/New_York", 1_678_597_200, 23),
        (date(2023, 11, 5), "America/New_York", 1_699_156_800, 25),
        (date(2020, 1, 1), "Nowhere/At_All", 1_577_836_800, 24),
    ],
)
def test_a_day_lasts_from_midnight_to_midnight(day: date, timezone: str, begins: float, hours: int) -> None:
    assert day_around(day, timezone) == (begins, begins + hours * 3_600)
    for moment in (begins, begins + 1, begins + hours * 3_600 - 1):
        assert day_around(float(moment), timezone) == (begins, begins + hours * 3_600)


def test_days_without_a_midnight_begin_when_they_begin() -> None:
    # Havana's clocks went from 00:00 to 01:00 on 12 Mar 2023.
    before, begins = day_around(date(2023, 3, 11), "America/Havana")
    assert day_around(date(2023, 3, 12), "America/Havana")[0] == begins
    assert begins - before == 24 * 3_600
    assert day_around(begins, "America/Havana")[0] == begins


@pytest.mark.parametrize("moment", [-62_000_000_000.0, 253_000_000_000.0])
def test_the_first_and_last_moments_have_days(moment: float) -> None:
    begins, ends = day_around(moment, "Pacific/Kiritimati")
    assert begins <= moment < ends
