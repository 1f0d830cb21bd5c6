"""Webhooks, and the log of what each was told."""

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
    listing,
    many,
    may_be_null,
    one_of,
    operation,
    record,
    ref,
)

TAG: Final = "Webhooks"
_UNKNOWN: Final = {404: "The workspace has no such webhook."}

SCHEMAS: Final[dict[str, Schema]] = {
    "webhook": record(
        {
            "type": always("webhook"),
            "id": NUMBER_ID,
            "url": TEXT,
            "topics": many(TEXT),
            "created_at": MOMENT,
            "disabled_at": may_be_null(MOMENT),
            "failing_since": may_be_null(MOMENT),
            "signing_secret": TEXT,
        },
        required=["type", "id", "url", "topics", "created_at", "disabled_at", "failing_since"],
        description="Where changes are told. Only the answer to its making shows `signing_secret`.",
    ),
    "webhook_delivery": record(
        {
            "type": always("webhook_delivery"),
            "id": NUMBER_ID,
            "notification_id": TEXT,
            "topic": TEXT,
            "subject": record({"type": TEXT, "id": TEXT}, required=["type", "id"]),
            "state": one_of("waiting", "delivered", "given_up"),
            "attempts": WHOLE,
            "status": may_be_null(WHOLE),
            "error": may_be_null(TEXT),
            "created_at": MOMENT,
            "next_attempt_at": may_be_null(MOMENT),
            "delivered_at": may_be_null(MOMENT),
        },
        required=["type", "id", "notification_id", "topic", "state", "attempts"],
        description="One piece of news for one webhook. `status` and `error` are those of the last attempt.",
    ),
}

PATHS: Final[Paths] = {
    "/webhooks": {
        "get": operation("All webhooks", tag=TAG, answers=listing(ref("webhook"))),
        "post": operation(
            "Make a webhook",
            tag=TAG,
            body=record({"url": TEXT, "topics": many(TEXT)}, required=["url", "topics"]),
            answers=ref("webhook"),
            says='`topics` may be `["*"]`. What is sent bears `X-Hub-Signature: sha1=…`, as Intercom\'s does.',
        ),
    },
    "/webhooks/{id}": {
        "delete": operation(
            "Delete a webhook",
            tag=TAG,
            answers=record({"type": always("webhook"), "id": NUMBER_ID, "deleted": SWITCH}),
            refuses=_UNKNOWN,
        )
    },
    "/webhooks/{id}/deliveries": {
        "get": operation(
            "What a webhook was told",
            tag=TAG,
            answers=listing(ref("webhook_delivery"), pages=ref("cursor_pages")),
            parameters=[PER_PAGE, STARTING_AFTER],
            refuses=_UNKNOWN,
            says="The newest first; a delivery is kept for 30 days.",
        )
    },
}
