"""Visitors: browsers of whom nobody knows who it is."""

from typing import Final

from app.openapi.parts import (
    MOMENT,
    RECORD_ID,
    SWITCH,
    TEXT,
    WHOLE,
    Paths,
    Schema,
    always,
    keyed,
    may_be_null,
    one_of,
    operation,
    query,
    record,
    ref,
)

TAG: Final = "Visitors"
_UNKNOWN: Final = {404: "There is no such visitor: `Visitor Not Found`."}

SCHEMAS: Final[dict[str, Schema]] = {
    "visitor": record(
        {
            "type": always("visitor"),
            "id": RECORD_ID,
            "user_id": may_be_null(TEXT),
            "anonymous": SWITCH,
            "name": may_be_null(TEXT),
            "pseudonym": TEXT,
            "email": may_be_null(TEXT),
            "phone": may_be_null(TEXT),
            "app_id": TEXT,
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "last_request_at": may_be_null(MOMENT),
            "session_count": WHOLE,
            "custom_attributes": keyed({}),
            "presence": ref("presence"),
        },
        required=["type", "id", "user_id", "pseudonym", "created_at"],
        description="`user_id` is what the browser is known by: the messenger's `anonymous_id`.",
    )
}

PATHS: Final[Paths] = {
    "/visitors": {
        "get": operation(
            "One visitor",
            tag=TAG,
            answers=ref("visitor"),
            parameters=[query("user_id", TEXT, "What its browser is known by."), query("id", TEXT)],
            refuses=_UNKNOWN,
        ),
        "put": operation(
            "Change a visitor",
            tag=TAG,
            body=record(
                {
                    "id": TEXT,
                    "user_id": TEXT,
                    "name": may_be_null(TEXT),
                    "custom_attributes": may_be_null(keyed({})),
                }
            ),
            answers=ref("visitor"),
            refuses=_UNKNOWN,
        ),
    },
    "/visitors/convert": {
        "post": operation(
            "Make a visitor a lead or a user",
            tag=TAG,
            body=record(
                {
                    "visitor": record({"id": TEXT, "user_id": TEXT, "email": TEXT}),
                    "user": record({"id": TEXT, "user_id": TEXT, "email": TEXT}),
                    "type": one_of("user", "lead"),
                },
                required=["visitor", "type"],
            ),
            answers=ref("contact"),
            refuses={
                404: "The visitor, or the contact that it is to become, is not here.",
                409: "Another user has that `user_id` or email.",
            },
            says="Where that contact is there already, the visitor goes up in it.",
        )
    },
}
