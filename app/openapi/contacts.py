"""Contacts: visitors, leads and users."""

from typing import Final

from app.openapi.parts import (
    MOMENT,
    NO_CONTACT,
    NUMBER_ID,
    PER_PAGE,
    RECORD_ID,
    STARTING_AFTER,
    SWITCH,
    TEXT,
    WHOLE,
    Paths,
    Schema,
    always,
    keyed,
    listing,
    many,
    may_be_null,
    one_of,
    operation,
    record,
    ref,
)

TAG: Final = "Contacts"
TAKEN: Final = {409: "Another user has this `external_id` or email; the message names its id."}

_TEXTS: Final = [
    "external_id",
    "email",
    "email_domain",
    "phone",
    "name",
    "first_name",
    "last_name",
    "pseudonym",
    "language_override",
    "browser",
    "browser_version",
    "os",
    "referrer",
]
_MOMENTS: Final = [
    "created_at",
    "updated_at",
    "signed_up_at",
    "last_seen_at",
    "last_replied_at",
    "last_contacted_at",
    "android_last_seen_at",
    "ios_last_seen_at",
]

SCHEMAS: Final[dict[str, Schema]] = {
    "contact": record(
        {
            "type": always("contact"),
            "id": RECORD_ID,
            "workspace_id": TEXT,
            "role": one_of("user", "lead", "visitor"),
            **{name: may_be_null(TEXT) for name in _TEXTS},
            "avatar": may_be_null(ref("avatar")),
            "owner_id": may_be_null(WHOLE),
            "unsubscribed_from_emails": SWITCH,
            "archived": SWITCH,
            **{name: may_be_null(MOMENT) for name in _MOMENTS},
            "location": record(
                {name: may_be_null(TEXT) for name in ("country", "region", "city", "country_code")}
            ),
            "custom_attributes": keyed({}),
            "presence": ref("presence"),
            "session_count": WHOLE,
            "ios_session_count": WHOLE,
            "android_session_count": WHOLE,
            "tags": ref("marks"),
            "notes": ref("marks"),
            "companies": ref("marks"),
        },
        required=["type", "id", "role", "presence", "custom_attributes", "created_at"],
        description="A person. Fields that this server never knows of stand as null, as in Intercom's contact.",
    ),
    "avatar": record({"type": always("avatar"), "image_url": TEXT}, required=["type", "image_url"]),
    "marks": record(
        {
            "type": always("list"),
            "data": many(record({"type": TEXT, "id": TEXT, "url": TEXT}, required=["type", "id", "url"])),
            "url": TEXT,
            "total_count": WHOLE,
            "has_more": SWITCH,
        },
        required=["type", "data", "url", "total_count", "has_more"],
        description="The first ten of something that a contact has; `url` lists all of them.",
    ),
    "contact_reference": record(
        {
            "type": always("contact"),
            "id": RECORD_ID,
            "external_id": may_be_null(TEXT),
            "archived": SWITCH,
            "blocked": SWITCH,
            "deleted": SWITCH,
        },
        required=["type", "id"],
        description="Whom something was done to, and what.",
    ),
    "contact_list": listing(ref("contact"), total_count=WHOLE, pages=ref("cursor_pages")),
    "contact_page": listing(ref("contact"), total_count=WHOLE, pages=ref("offset_pages")),
    "contact_draft": record(
        {
            "role": one_of("user", "lead"),
            "external_id": may_be_null(TEXT),
            "email": may_be_null(TEXT),
            "phone": may_be_null(TEXT),
            "name": may_be_null(TEXT),
            "avatar": {
                "anyOf": [TEXT, record({"type": TEXT, "image_url": may_be_null(TEXT)}), {"type": "null"}],
                "description": "An http or https address, alone or in an object.",
            },
            "signed_up_at": may_be_null(WHOLE),
            "last_seen_at": may_be_null(WHOLE),
            "owner_id": may_be_null({"anyOf": [WHOLE, NUMBER_ID]}),
            "unsubscribed_from_emails": may_be_null(SWITCH),
            "language_override": may_be_null(TEXT),
            "custom_attributes": may_be_null(keyed({})),
        },
        description="What is written. Null clears, what is left out stays, and other keys are ignored.",
    ),
}

PATHS: Final[Paths] = {
    "/contacts": {
        "get": operation(
            "Leads and users",
            tag=TAG,
            answers=ref("contact_list"),
            parameters=[PER_PAGE, STARTING_AFTER],
            says="The newest first. Archived and deleted ones are not listed.",
        ),
        "post": operation(
            "Make a lead or a user",
            tag=TAG,
            body=ref("contact_draft"),
            answers=ref("contact"),
            refuses=TAKEN,
            says="A user needs an `external_id` or an `email`. Custom attributes must exist.",
        ),
    },
    "/contacts/search": {
        "post": operation(
            "Search contacts",
            tag=TAG,
            body=ref("search"),
            answers=ref("contact_list"),
            says="Leads and users; visitors where `role` is asked for. Dates compare whole days.",
        )
    },
    "/contacts/merge": {
        "post": operation(
            "Merge a lead into a user",
            tag=TAG,
            body=record({"from": RECORD_ID, "into": RECORD_ID}, required=["from", "into"]),
            answers=ref("contact"),
            refuses=NO_CONTACT,
            says="The user's values win, the lead's fill the gaps. The lead's id answers 404 from then on.",
        )
    },
    "/contacts/find_by_external_id/{external_id}": {
        "get": operation(
            "A user by your own id",
            tag=TAG,
            answers=ref("contact"),
            refuses=NO_CONTACT,
            says="The id may hold any character, slashes too; percent-encode it.",
        )
    },
    "/contacts/{id}": {
        "get": operation(
            "One contact",
            tag=TAG,
            answers=ref("contact"),
            refuses=NO_CONTACT,
            says="Archived ones and visitors are answered too.",
        ),
        "put": operation(
            "Change a contact",
            tag=TAG,
            body=ref("contact_draft"),
            answers=ref("contact"),
            refuses={**NO_CONTACT, **TAKEN},
            says="All of it or nothing: one value that does not fit refuses the whole.",
        ),
        "delete": operation(
            "Delete a contact",
            tag=TAG,
            answers=ref("contact_reference"),
            refuses=NO_CONTACT,
            says=(
                "It is gone from everything at once, and can be restored for 7 days; then it is destroyed. Deleting"
                " it again answers the same."
            ),
        ),
    },
    "/contacts/{id}/restore": {
        "post": operation(
            "Bring a deleted contact back",
            tag=TAG,
            answers=ref("contact"),
            refuses={**NO_CONTACT, **TAKEN},
            says="Whole, conversations included, within 7 days.",
        )
    },
    "/contacts/{id}/archive": {
        "post": operation(
            "Take a contact off the lists", tag=TAG, answers=ref("contact_reference"), refuses=NO_CONTACT
        )
    },
    "/contacts/{id}/unarchive": {
        "post": operation(
            "Put a contact back on the lists", tag=TAG, answers=ref("contact_reference"), refuses=NO_CONTACT
        )
    },
    "/contacts/{id}/block": {
        "post": operation(
            "Archive a contact, and refuse its pings",
            tag=TAG,
            answers=ref("contact_reference"),
            refuses=NO_CONTACT,
            says="Unarchiving ends it.",
        )
    },
}
