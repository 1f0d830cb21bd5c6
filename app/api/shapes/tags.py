"""Tags, as REST answers them."""

from typing import Any

from app.api.shapes.moments import unix
from app.tags.records import Tag, Tagging


def tag_shape(tag: Tag) -> dict[str, Any]:
    """A tag by itself."""
    return {"type": "tag", "id": str(tag.id), "name": tag.name}


def tagging_shape(tagging: Tagging) -> dict[str, Any]:
    """A tag on something: since when, and by which teammate, null where a script or a ping put it there."""
    by = tagging.applied_by
    return {
        **tag_shape(tagging.tag),
        "applied_at": unix(tagging.applied_at),
        "applied_by": None if by is None else {"type": "admin", "id": str(by)},
    }
