"""Many cut in two: where the halves are most alike, and not where nothing is gained by it."""

import pytest
from sqlalchemy import and_

from app.search.halves import halves_at, halves_of
from app.storage.tables import contacts


@pytest.mark.parametrize(
    ("counts", "cut"),
    [(range(4, 24), 14), ([4] * 19 + [5], 5), ([4] + [5] * 19, 5), ([4, 5, 5, 5, 5, 6, 6, 6, 7, 8] * 2, 6)],
)
def test_a_range_is_cut_where_its_halves_are_most_alike(counts: list[int], cut: int) -> None:
    halves = halves_of(contacts.c.session_count > 3, counts)
    assert halves is not None
    assert halves[1].compare(contacts.c.session_count >= cut)


def test_a_range_of_few_or_with_two_ends_is_not_halved() -> None:
    column = contacts.c.session_count
    assert halves_of(column > 3, [1, 2, 3, *range(4, 23)]) is None
    assert halves_of(column > 3, [1, 2, 3, *range(4, 24)]) is not None
    assert halves_of(column > 3, [4] * 100) is None
    assert halves_of(column == 3, [3] * 100) is None
    assert halves_of(and_(column > 3, column < 90), range(100)) is None
    assert halves_of(contacts.c.country < "x", ["a"] * 100) is None


def test_everybody_of_whom_a_column_is_known_is_cut() -> None:
    halves = halves_at(contacts.c.name, [None, *"abcdefghijklmnopqrst", None])
    assert halves is not None
    assert halves[0].compare(contacts.c.name < "k")
    assert halves[1].compare(contacts.c.name >= "k")
    assert halves_at(contacts.c.name, "abcdefghijklmnopqrs") is None
