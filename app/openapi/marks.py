"""Tags and notes: what teammates and scripts put on contacts."""

from typing import Final

from app.openapi.parts import (
    MOMENT,
    NO_CONTACT,
    NUMBER_ID,
    PAGE,
    PER_PAGE,
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
    record,
    ref,
)

TAG: Final = "Tags and notes"
_NO_TAG: Final = {404: "The workspace has no such tag."}
_EITHER: Final = {404: "The contact or the tag is not here."}
_ID: Final[Schema] = {"anyOf": [TEXT, WHOLE]}

SCHEMAS: Final[dict[str, Schema]] = {
    "tag": record(
        {"type": always("tag"), "id": NUMBER_ID, "name": TEXT},
        required=["type", "id", "name"],
        description="A word on contacts, companies and conversations.",
    ),
    "note": record(
        {
            "type": always("note"),
            "id": NUMBER_ID,
            "body": TEXT,
            "created_at": MOMENT,
            "contact": record({"type": TEXT, "id": TEXT}),
            "author": {"anyOf": [ref("admin"), {"type": "null"}]},
        },
        required=["type", "id", "body", "created_at"],
        description="What a teammate wrote about a contact.",
    ),
}

PATHS: Final[Paths] = {
    "/tags": {
        "get": operation("All tags", tag=TAG, answers=listing(ref("tag"))),
        "post": operation(
            "Make, rename or find a tag, and put it on things",
            tag=TAG,
            body=record(
                {
                    "id": _ID,
                    "name": TEXT,
                    "companies": many(record({"id": TEXT, "company_id": TEXT, "untag": SWITCH})),
                    "users": many(record({"id": TEXT, "user_id": TEXT})),
                }
            ),
            answers=ref("tag"),
            refuses={404: "The tag, or something that it is to be put on, is not here."},
            says="With `id` and `name` it is renamed. All of it is done, or nothing.",
        ),
    },
    "/tags/{id}": {
        "get": operation("One tag", tag=TAG, answers=ref("tag"), refuses=_NO_TAG),
        "delete": operation(
            "Delete a tag", tag=TAG, answers=None, refuses=_NO_TAG, says="Nothing bears it from then on."
        ),
    },
    "/contacts/{id}/tags": {
        "get": operation(
            "The tags of a contact", tag=TAG, answers=listing(ref("applied_tag")), refuses=NO_CONTACT
        ),
        "post": operation(
            "Tag a contact",
            tag=TAG,
            body=record({"id": _ID}),
            answers=ref("applied_tag"),
            refuses=_EITHER,
            needs_body=False,
        ),
    },
    "/contacts/{id}/tags/{tag_id}": {
        "delete": operation("Take a tag off a contact", tag=TAG, answers=ref("applied_tag"), refuses=_EITHER)
    },
    "/contacts/{id}/notes": {
        "get": operation(
            "The notes of a contact, the newest first",
            tag=TAG,
            answers=listing(ref("note"), total_count=WHOLE, pages=ref("offset_pages")),
            parameters=[PAGE, PER_PAGE],
            refuses=NO_CONTACT,
        ),
        "post": operation(
            "Write a note",
            tag=TAG,
            body=record({"body": TEXT, "admin_id": may_be_null(_ID)}, required=["body"]),
            answers=ref("note"),
            refuses={404: "The contact or the teammate is not here."},
        ),
    },
    "/notes/{id}": {
        "get": operation("One note", tag=TAG, answers=ref("note"), refuses={404: "There is no such note."})
    },
}
