"""Presence: who is online now."""

from typing import Final

from app.openapi.parts import (
    MOMENT,
    SWITCH,
    TEXT,
    WHOLE,
    Paths,
    Schema,
    keyed,
    many,
    may_be_null,
    operation,
    record,
    ref,
)

TAG: Final = "Presence"

SCHEMAS: Final[dict[str, Schema]] = {
    "presence": record(
        {"online": SWITCH, "since": may_be_null(MOMENT), "last_seen_at": may_be_null(MOMENT)},
        required=["online", "since", "last_seen_at"],
        description="Where somebody stands. `since` is when they came online, null while they are not.",
    )
}

PATHS: Final[Paths] = {
    "/presence": {
        "get": operation(
            "How many are online",
            tag=TAG,
            answers=record({"online": WHOLE, "total": WHOLE}, required=["online", "total"]),
            says="Of all contacts of the workspace, visitors included.",
        )
    },
    "/presence/query": {
        "post": operation(
            "Where some contacts stand",
            tag=TAG,
            body=record({"ids": {**many(TEXT), "maxItems": 500}}, required=["ids"]),
            answers=record({"contacts": keyed(ref("presence"))}, required=["contacts"]),
            says="Ids that are nobody's are left out of the answer.",
        )
    },
    "/presence/stream": {
        "get": operation(
            "Every change as it comes",
            tag=TAG,
            answers=TEXT,
            media_type="text/event-stream",
            says=(
                "Server-sent events, `event: presence`, each with `id`, `online` and `last_seen_at` as JSON. A token"
                " holds at most 50 of these open."
            ),
        )
    },
}
