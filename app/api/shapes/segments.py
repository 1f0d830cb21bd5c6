"""Segments, as REST answers them. ``filter`` is ours beside the public description."""

from typing import Any

from app.api.shapes.moments import unix
from app.search.store import Segment


def segment_shape(segment: Segment, **count: int | None) -> dict[str, Any]:
    """``count`` where it was asked for: none where it could not be counted in time."""
    return {
        "type": "segment",
        "id": segment.id,
        "name": segment.name,
        "created_at": unix(segment.created_at),
        "updated_at": unix(segment.updated_at),
        "person_type": segment.person_type,
        "filter": segment.filter,
        **count,
    }
