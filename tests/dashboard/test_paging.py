"""Page links under a list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dashboard.paging import pages_around


@pytest.mark.parametrize(
    ("current", "has_next", "total", "pages"),
    [
        (1, False, 0, []),
        (1, False, 50, []),
        (1, True, 51, [1, 2]),
        (2, False, 51, [1, 2]),
        (1, True, 500, [1, 2, None, 10]),
        (3, True, 500, [1, 2, 3, 4, None, 10]),
        (4, True, 500, [1, 2, 3, 4, 5, None, 10]),
        (5, True, 500, [1, None, 4, 5, 6, None, 10]),
        (10, False, 500, [1, None, 9, 10]),
        (1, True, None, [1, 2]),
        (7, True, None, [1, None, 6, 7, 8]),
        (7, False, None, [1, None, 6, 7]),
        (99, False, 51, [1, 2, None, 98, 99]),
    ],
)
def test_pages_linked(current: int, has_next: bool, total: int | None, pages: list[int | None]) -> None:
    assert pages_around(current, has_next, total) == pages


@given(st.integers(1, 30_000), st.booleans(), st.one_of(st.none(), st.integers(0, 1_500_000)))
def test_links_run_upwards_and_hold_first_and_current(
    current: int, has_next: bool, total: int | None
) -> None:
    pages = pages_around(current, has_next, total)
    numbers = [number for number in pages if number is not None]
    assert numbers == sorted(set(numbers))
    assert not pages or (numbers[0] == 1 and current in numbers)
    assert len(pages) <= 9
