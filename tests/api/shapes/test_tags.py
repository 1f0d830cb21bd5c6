"""A tag's JSON."""

from app.api.shapes.tags import tag_shape, tagging_shape
from app.ids import AdminId, AppId, TagId
from app.tags.records import Tag, Tagging

TAG = Tag(AppId("u1a2b3c4"), TagId(80), "Manual tag", 1.0)


def test_a_tag_by_itself() -> None:
    assert tag_shape(TAG) == {"type": "tag", "id": "80", "name": "Manual tag"}


def test_a_tag_on_something_tells_since_when_and_by_whom() -> None:
    by_456 = {"applied_at": 1663597223, "applied_by": {"type": "admin", "id": "456"}}
    assert tagging_shape(Tagging(TAG, 1663597223.9, AdminId(456))) == tag_shape(TAG) | by_456
    assert tagging_shape(Tagging(TAG, 1663597223.9, None))["applied_by"] is None
