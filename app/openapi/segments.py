"""Segments: filters that were saved under a name."""

from typing import Final

from app.openapi.parts import (
    MOMENT,
    NO_COMPANY,
    NO_CONTACT,
    RECORD_ID,
    SWITCH,
    TEXT,
    WHOLE,
    Paths,
    Schema,
    always,
    listing,
    many,
    may_be_null,
    operation,
    query,
    record,
    ref,
)

TAG: Final = "Segments"
_UNKNOWN: Final = {404: "The workspace has no such segment."}
_TAKEN: Final = {409: "Another segment bears that name."}
_COUNT: Final = query("include_count", SWITCH, "How many belong to it, where that can be counted in time.")
_DRAFT: Final = record(
    {
        "name": TEXT,
        "filter": record({"field": TEXT, "operator": TEXT, "value": {}}),
    }
)

SCHEMAS: Final[dict[str, Schema]] = {
    "segment": record(
        {
            "type": always("segment"),
            "id": RECORD_ID,
            "name": TEXT,
            "person_type": TEXT,
            "filter": {"type": "object"},
            "count": may_be_null(WHOLE),
            "created_at": MOMENT,
            "updated_at": MOMENT,
        },
        required=["type", "id", "name", "person_type", "created_at"],
        description="Who belongs to it is asked anew each time.",
    )
}

PATHS: Final[Paths] = {
    "/segments": {
        "get": operation(
            "All segments",
            tag=TAG,
            answers=record(
                {"type": always("segment.list"), "segments": many(ref("segment"))},
                required=["type", "segments"],
            ),
            parameters=[_COUNT],
        ),
        "post": operation("Save a filter", tag=TAG, body=_DRAFT, answers=ref("segment"), refuses=_TAKEN),
    },
    "/segments/{id}": {
        "get": operation(
            "One segment", tag=TAG, answers=ref("segment"), parameters=[_COUNT], refuses=_UNKNOWN
        ),
        "put": operation(
            "Change a segment", tag=TAG, body=_DRAFT, answers=ref("segment"), refuses=_UNKNOWN | _TAKEN
        ),
        "delete": operation(
            "Delete a segment",
            tag=TAG,
            answers=record({"type": always("segment"), "id": RECORD_ID, "deleted": SWITCH}),
            refuses=_UNKNOWN,
            says="The people stay.",
        ),
    },
    "/contacts/{id}/segments": {
        "get": operation(
            "The segments that a contact belongs to now",
            tag=TAG,
            answers=listing(ref("segment")),
            refuses=NO_CONTACT,
        )
    },
    "/companies/{id}/segments": {
        "get": operation(
            "The segments of a company: none, for they are of people",
            tag=TAG,
            answers=listing(ref("segment")),
            refuses=NO_COMPANY,
        )
    },
}
