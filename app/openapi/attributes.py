"""Data attributes: what a workspace knows of contacts and companies, and where each value comes from."""

from typing import Final

from app.openapi.parts import (
    MOMENT,
    NO_CONTACT,
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
    query,
    record,
    ref,
)

TAG: Final = "Data attributes"
_UNKNOWN: Final = {404: "The workspace has no such attribute."}
_OPTION: Final[Schema] = {"anyOf": [TEXT, record({"value": TEXT}, required=["value"])]}

SCHEMAS: Final[dict[str, Schema]] = {
    "data_attribute": record(
        {
            "type": always("data_attribute"),
            "id": WHOLE,
            "name": TEXT,
            "full_name": TEXT,
            "label": TEXT,
            "description": TEXT,
            "data_type": one_of("string", "integer", "float", "boolean", "date"),
            "options": many(TEXT),
            "model": one_of("contact", "company"),
            "api_writable": SWITCH,
            "messenger_writable": SWITCH,
            "ui_writable": SWITCH,
            "custom": SWITCH,
            "archived": SWITCH,
            "created_at": MOMENT,
            "updated_at": MOMENT,
        },
        required=["type", "name", "full_name", "label", "data_type", "model", "custom", "archived"],
        description="Those that everybody has bear no `id`. A list is a text with `options`.",
    ),
    "qualification": record(
        {
            "type": always("qualification"),
            "attribute": TEXT,
            "label": TEXT,
            "data_type": TEXT,
            "value": {},
            "source": one_of("empty", "operator", "ping", "rest", "csv", "manual"),
            "by": may_be_null(TEXT),
            "at": may_be_null(MOMENT),
            "locked": SWITCH,
            "lost": many(
                record(
                    {"source": TEXT, "value": {}, "by": TEXT, "at": may_be_null(MOMENT)}, required=["source"]
                )
            ),
        },
        required=["type", "attribute", "value", "source", "locked", "lost"],
        description="One value of a contact, who wrote it, and the writes that lost to it.",
    ),
}

PATHS: Final[Paths] = {
    "/data_attributes": {
        "get": operation(
            "All attributes",
            tag=TAG,
            answers=listing(ref("data_attribute")),
            parameters=[
                query("model", one_of("contact", "company", "conversation")),
                query("include_archived", SWITCH),
            ],
        ),
        "post": operation(
            "Make an attribute",
            tag=TAG,
            body=record(
                {
                    "name": TEXT,
                    "model": one_of("contact", "company"),
                    "data_type": one_of(
                        "string", "integer", "float", "boolean", "date", "datetime", "options"
                    ),
                    "description": may_be_null(TEXT),
                    "options": may_be_null(many(_OPTION)),
                    "messenger_writable": may_be_null(SWITCH),
                },
                required=["name", "model", "data_type"],
            ),
            answers=ref("data_attribute"),
        ),
    },
    "/data_attributes/{id}": {
        "put": operation(
            "Change or archive an attribute",
            tag=TAG,
            body=record(
                {
                    "label": may_be_null(TEXT),
                    "description": may_be_null(TEXT),
                    "options": may_be_null(many(_OPTION)),
                    "messenger_writable": may_be_null(SWITCH),
                    "archived": may_be_null(SWITCH),
                }
            ),
            answers=ref("data_attribute"),
            refuses={**_UNKNOWN, 422: "Something else, such as a segment, can't do without it."},
            says="The type stays as it is.",
        )
    },
    "/contacts/{id}/qualification": {
        "get": operation(
            "Where a contact's values come from",
            tag=TAG,
            answers=listing(ref("qualification")),
            refuses=NO_CONTACT,
        )
    },
    "/contacts/{id}/qualification/{name}/resync": {
        "post": operation(
            "Clear a value that was set by hand, and its lock",
            tag=TAG,
            answers=listing(ref("qualification")),
            refuses={404: "The contact or the attribute is not here."},
            says="The next ping or workflow may fill it again.",
        )
    },
}
