"""The shape of a segment."""

from app.api.shapes.segments import segment_shape
from app.ids import AppId
from app.search.store import Segment

SEGMENT = Segment(
    AppId("uaaaaaaa"), "a" * 24, "Busy", "user", {"field": "role"}, 1_700_000_000.9, 1_700_000_001.0
)


def test_the_count_is_there_where_it_was_asked_for() -> None:
    assert "count" not in segment_shape(SEGMENT)
    assert segment_shape(SEGMENT, count=3)["count"] == 3
    assert segment_shape(SEGMENT, count=None)["count"] is None
    assert segment_shape(SEGMENT)["created_at"] == 1_700_000_000
