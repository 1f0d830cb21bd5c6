"""Events: what contacts did, as your own server tells."""

from typing import Final

from app.openapi.parts import (
    MOMENT,
    PER_PAGE,
    RECORD_ID,
    SWITCH,
    TEXT,
    WHOLE,
    Paths,
    Schema,
    always,
    keyed,
    many,
    may_be_null,
    one_of,
    operation,
    query,
    record,
    ref,
)

TAG: Final = "Events"
_NOBODY: Final = {404: "Nobody here is meant by that: `User Not Found`."}
_OFTEN: Final[Schema] = {"type": ["integer", "string"]}

_SUM: Final = record({"event_name": TEXT, "count": WHOLE, "first": _OFTEN, "last": _OFTEN})

SCHEMAS: Final[dict[str, Schema]] = {
    "event": record(
        {
            "type": always("event"),
            "id": TEXT,
            "event_name": TEXT,
            "created_at": MOMENT,
            "intercom_user_id": RECORD_ID,
            "user_id": may_be_null(TEXT),
            "email": may_be_null(TEXT),
            "metadata": keyed({}),
        },
        required=["type", "id", "event_name", "created_at"],
        description="Something that a contact did.",
    )
}

PATHS: Final[Paths] = {
    "/events": {
        "get": operation(
            "What a contact did",
            tag=TAG,
            answers=record(
                {
                    "type": one_of("event.list", "event.summary"),
                    "events": many({"anyOf": [ref("event"), record({"name": TEXT, "count": WHOLE})]}),
                }
            ),
            parameters=[
                query("type", one_of("user"), "Always `user`."),
                query("user_id", TEXT),
                query("email", TEXT),
                query("intercom_user_id", TEXT),
                query("summary", SWITCH, "How often it did each thing, instead."),
                query("since", WHOLE, "Unix milliseconds, from the page before."),
                query("before", WHOLE, "Unix milliseconds, from the page before."),
                PER_PAGE,
            ],
            refuses=_NOBODY,
            says="The newest first, of the last 90 days.",
        ),
        "post": operation(
            "Tell of an event",
            tag=TAG,
            status=202,
            body=record(
                {
                    "event_name": TEXT,
                    "created_at": WHOLE,
                    "id": TEXT,
                    "user_id": TEXT,
                    "email": TEXT,
                    "metadata": keyed({}),
                },
                required=["event_name", "created_at"],
            ),
            answers=None,
            refuses=_NOBODY,
            says="One of `id`, `user_id` and `email` names the contact. The first 10 keys of `metadata` are kept.",
        ),
    },
    "/events/summaries": {
        "post": operation(
            "Tell how often something happened before",
            tag=TAG,
            body=record(
                {
                    "id": TEXT,
                    "user_id": TEXT,
                    "email": TEXT,
                    "event_summaries": {"anyOf": [_SUM, many(_SUM)]},
                },
                required=["event_summaries"],
            ),
            answers=None,
            refuses=_NOBODY,
        )
    },
}
