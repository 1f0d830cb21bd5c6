"""Qualification data, as REST answers it: each value with its source, and the writes that lost to it. Rule R33."""

from collections.abc import Sequence
from typing import Any

from app.api.shapes.moments import unix
from app.contacts.precedence import Lost
from app.contacts.qualification import Qualified


def qualification_shape(qualified: Sequence[Qualified]) -> dict[str, Any]:
    return {"type": "list", "data": [_qualified(one) for one in qualified]}


def _qualified(one: Qualified) -> dict[str, Any]:
    return {
        "type": "qualification",
        "attribute": one.attribute.name,
        "label": one.attribute.label,
        "data_type": "string" if one.attribute.type == "options" else one.attribute.type,
        "value": one.value,
        "source": one.origin.source,
        "by": one.origin.by,
        "at": unix(one.origin.at),
        "locked": one.origin.is_locked,
        "lost": [_lost(loss) for loss in one.origin.lost],
    }


def _lost(loss: Lost) -> dict[str, Any]:
    return {"source": loss.source, "value": loss.value, "by": loss.by, "at": unix(loss.at)}
