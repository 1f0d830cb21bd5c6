"""Conversations between contacts and teammates."""

from typing import Final

from app.openapi.parts import (
    MOMENT,
    NUMBER_ID,
    PER_PAGE,
    STARTING_AFTER,
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

TAG: Final = "Conversations"
_UNKNOWN: Final = {404: "The conversation, or somebody or something that the body names, is not here."}
_ID: Final[Schema] = {"anyOf": [TEXT, WHOLE]}
_PLAINTEXT: Final = query("display_as", one_of("plaintext", "html"), "`plaintext` leaves the HTML out.")
_WHOM: Final[dict[str, Schema]] = {"intercom_user_id": TEXT, "user_id": TEXT, "email": TEXT}
_BY_TEAMMATE: Final = record({"admin_id": _ID}, required=["admin_id"])

SCHEMAS: Final[dict[str, Schema]] = {
    "conversation": record(
        {
            "type": always("conversation"),
            "id": NUMBER_ID,
            "title": may_be_null(TEXT),
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "waiting_since": may_be_null(MOMENT),
            "snoozed_until": may_be_null(MOMENT),
            "open": SWITCH,
            "state": one_of("open", "closed", "snoozed"),
            "read": SWITCH,
            "priority": one_of("priority", "not_priority"),
            "admin_assignee_id": may_be_null(WHOLE),
            "team_assignee_id": may_be_null(WHOLE),
            "source": record(
                {
                    "type": TEXT,
                    "id": TEXT,
                    "subject": TEXT,
                    "body": may_be_null(TEXT),
                    "author": ref("author"),
                }
            ),
            "contacts": record({"type": TEXT, "contacts": many(ref("contact_reference"))}),
            "tags": record({"type": TEXT, "tags": many(ref("applied_tag"))}),
            "conversation_rating": may_be_null(
                record({"rating": WHOLE, "remark": may_be_null(TEXT), "created_at": MOMENT})
            ),
            "statistics": record({"type": TEXT}, description="Durations in seconds, counts, moments."),
            "custom_attributes": keyed({}),
            "conversation_parts": record(
                {
                    "type": always("conversation_part.list"),
                    "conversation_parts": many(ref("conversation_part")),
                    "total_count": WHOLE,
                }
            ),
        },
        required=["type", "id", "state", "open", "source", "contacts", "created_at", "updated_at"],
        description="Its parts stand in it where one conversation is asked for, not in lists.",
    ),
    "conversation_part": record(
        {
            "type": always("conversation_part"),
            "id": TEXT,
            "part_type": TEXT,
            "body": may_be_null(TEXT),
            "created_at": MOMENT,
            "author": ref("author"),
            "redacted": SWITCH,
        },
        required=["type", "id", "part_type", "author"],
        description="Something said or done in a conversation.",
    ),
    "author": record(
        {"type": TEXT, "id": TEXT, "name": may_be_null(TEXT), "email": may_be_null(TEXT)},
        required=["type", "id"],
        description="Whoever said or did it.",
    ),
    "applied_tag": record(
        {
            "type": always("tag"),
            "id": NUMBER_ID,
            "name": TEXT,
            "applied_at": MOMENT,
            "applied_by": may_be_null(record({"type": TEXT, "id": TEXT})),
        },
        required=["type", "id", "name"],
        description="A tag as it was put on something.",
    ),
    "conversation_list": record(
        {
            "type": always("conversation.list"),
            "conversations": many(ref("conversation")),
            "total_count": WHOLE,
            "pages": ref("cursor_pages"),
        },
        required=["type", "conversations", "total_count", "pages"],
        description="One page, what changed last first.",
    ),
}

PATHS: Final[Paths] = {
    "/conversations": {
        "get": operation(
            "Conversations, what changed last first",
            tag=TAG,
            answers=ref("conversation_list"),
            parameters=[PER_PAGE, STARTING_AFTER],
        ),
        "post": operation(
            "Begin a conversation",
            tag=TAG,
            body=record(
                {
                    "from": record(
                        {"type": one_of("user", "lead", "contact"), "id": TEXT, "user_id": TEXT},
                        required=["type"],
                    ),
                    "body": TEXT,
                    "subject": may_be_null(TEXT),
                    "attachment_urls": may_be_null(many(TEXT)),
                    "created_at": may_be_null(WHOLE),
                },
                required=["from", "body"],
            ),
            answers=record(
                {
                    "type": always("user_message"),
                    "id": NUMBER_ID,
                    "conversation_id": NUMBER_ID,
                    "body": TEXT,
                    "created_at": MOMENT,
                },
                required=["type", "id", "conversation_id", "body"],
            ),
            refuses=_UNKNOWN,
            says="A contact's first message. A visitor becomes a lead by it.",
        ),
    },
    "/conversations/search": {
        "post": operation(
            "Search conversations",
            tag=TAG,
            body=ref("search"),
            answers=ref("conversation_list"),
            says="Dates compare whole days in the workspace's time zone.",
        )
    },
    "/conversations/redact": {
        "post": operation(
            "Take words out for good",
            tag=TAG,
            body=record(
                {
                    "type": one_of("conversation_part", "source"),
                    "conversation_id": _ID,
                    "conversation_part_id": _ID,
                    "source_id": _ID,
                },
                required=["type", "conversation_id"],
            ),
            answers=ref("conversation"),
            refuses=_UNKNOWN,
            says="Of a part, or of a contact's first message.",
        )
    },
    "/conversations/{conversation_id}": {
        "get": operation(
            "One conversation, with its parts",
            tag=TAG,
            answers=ref("conversation"),
            parameters=[_PLAINTEXT],
            refuses=_UNKNOWN,
        ),
        "put": operation(
            "Change a conversation",
            tag=TAG,
            body=record(
                {
                    "read": may_be_null(SWITCH),
                    "title": may_be_null(TEXT),
                    "company_id": may_be_null(TEXT),
                    "custom_attributes": may_be_null(keyed({})),
                }
            ),
            answers=ref("conversation"),
            parameters=[_PLAINTEXT],
            refuses=_UNKNOWN,
        ),
        "delete": operation(
            "Delete a conversation for good",
            tag=TAG,
            answers=record({"id": NUMBER_ID, "object": always("conversation"), "deleted": SWITCH}),
            refuses=_UNKNOWN,
        ),
    },
    "/conversations/{conversation_id}/reply": {
        "post": operation(
            "Reply",
            tag=TAG,
            body=record(
                {
                    "type": one_of("admin", "user", "lead", "contact"),
                    "message_type": one_of("comment", "note", "quick_reply"),
                    "body": TEXT,
                    "admin_id": _ID,
                    **_WHOM,
                    "attachment_urls": many(TEXT),
                    "reply_options": many(record({"text": TEXT, "uuid": TEXT}, required=["text", "uuid"])),
                    "created_at": WHOLE,
                },
                required=["type", "message_type"],
            ),
            answers=ref("conversation"),
            refuses=_UNKNOWN,
            says="`last` as the id means the last conversation of the contact that the body names.",
        )
    },
    "/conversations/{conversation_id}/parts": {
        "post": operation(
            "Close, open, snooze or assign",
            tag=TAG,
            body=record(
                {
                    "message_type": one_of("close", "open", "snoozed", "assignment"),
                    "type": one_of("admin", "team"),
                    "admin_id": _ID,
                    "assignee_id": _ID,
                    "snoozed_until": WHOLE,
                    "body": TEXT,
                },
                required=["message_type", "admin_id"],
            ),
            answers=ref("conversation"),
            refuses=_UNKNOWN,
        )
    },
    "/conversations/{conversation_id}/customers": {
        "post": operation(
            "Bring a contact in",
            tag=TAG,
            body=record({"admin_id": _ID, "customer": record(_WHOM)}, required=["admin_id", "customer"]),
            answers=ref("conversation"),
            refuses=_UNKNOWN,
        )
    },
    "/conversations/{conversation_id}/customers/{contact_id}": {
        "delete": operation(
            "Let a contact go",
            tag=TAG,
            body=_BY_TEAMMATE,
            answers=ref("conversation"),
            refuses={**_UNKNOWN, 422: "It is the last contact of the conversation."},
        )
    },
    "/conversations/{conversation_id}/tags": {
        "post": operation(
            "Tag a conversation",
            tag=TAG,
            body=record({"id": _ID, "admin_id": _ID}, required=["id", "admin_id"]),
            answers=ref("applied_tag"),
            refuses=_UNKNOWN,
        )
    },
    "/conversations/{conversation_id}/tags/{tag_id}": {
        "delete": operation(
            "Take a tag off a conversation",
            tag=TAG,
            body=_BY_TEAMMATE,
            answers=ref("applied_tag"),
            refuses=_UNKNOWN,
        )
    },
}
