"""Companies, and who belongs to them."""

from typing import Final

from app.openapi.parts import (
    MOMENT,
    NO_COMPANY,
    PAGE,
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

TAG: Final = "Companies"
_EITHER: Final = {404: "The contact or the company is not here."}

_DRAFT: Final[dict[str, Schema]] = {
    "name": may_be_null(TEXT),
    "plan": may_be_null(TEXT),
    "size": may_be_null(WHOLE),
    "website": may_be_null(TEXT),
    "industry": may_be_null(TEXT),
    "monthly_spend": may_be_null({"type": "number"}),
    "remote_created_at": may_be_null(WHOLE),
    "custom_attributes": may_be_null(keyed({})),
}

SCHEMAS: Final[dict[str, Schema]] = {
    "company": record(
        {
            "type": always("company"),
            "id": RECORD_ID,
            "company_id": TEXT,
            "app_id": TEXT,
            "name": TEXT,
            "size": WHOLE,
            "website": TEXT,
            "industry": TEXT,
            "plan": record({"type": TEXT, "id": TEXT, "name": TEXT}),
            "monthly_spend": WHOLE,
            "session_count": WHOLE,
            "user_count": WHOLE,
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "remote_created_at": MOMENT,
            "last_request_at": MOMENT,
            "tags": record({"type": TEXT, "tags": many(ref("tag"))}),
            "custom_attributes": keyed({}),
        },
        required=["type", "id", "company_id", "created_at", "session_count"],
        description="`company_id` is your own id. What a company does not have is left out.",
    ),
    "company_list": record(
        {
            "type": always("list"),
            "data": many(ref("company")),
            "companies": many(ref("company")),
            "total_count": WHOLE,
            "pages": {"anyOf": [ref("offset_pages"), {"type": "null"}]},
        },
        required=["type", "data"],
        description="A page of companies.",
    ),
}

PATHS: Final[Paths] = {
    "/companies": {
        "get": operation(
            "Companies with people, or one of them",
            tag=TAG,
            answers={"anyOf": [ref("company_list"), ref("company")]},
            parameters=[
                PAGE,
                PER_PAGE,
                query("company_id", TEXT, "Your own id."),
                query("name", TEXT),
                query("tag_id", TEXT),
                query("segment_id", TEXT),
            ],
            refuses=NO_COMPANY,
        ),
        "post": operation(
            "Make a company, or change the one of that id",
            tag=TAG,
            body=record({"company_id": TEXT, **_DRAFT}),
            answers=ref("company"),
            needs_body=False,
        ),
    },
    "/companies/list": {
        "post": operation(
            "Companies with people, by their last request",
            tag=TAG,
            answers=ref("company_list"),
            parameters=[PAGE, PER_PAGE, query("order", one_of("desc", "asc"))],
        )
    },
    "/companies/scroll": {
        "get": operation(
            "All companies, a hundred at a time",
            tag=TAG,
            answers=record(
                {"type": always("list"), "data": many(ref("company")), "scroll_param": may_be_null(TEXT)},
                required=["type", "data", "scroll_param"],
            ),
            parameters=[query("scroll_param", TEXT, "From the page before; leave it out to begin.")],
            refuses={404: "This scroll is over, or never was."},
            says="One scroll at a time; one that nobody asks for a minute is over.",
        )
    },
    "/companies/{id}": {
        "get": operation("One company", tag=TAG, answers=ref("company"), refuses=NO_COMPANY),
        "put": operation(
            "Change a company",
            tag=TAG,
            body=record(_DRAFT),
            answers=ref("company"),
            refuses=NO_COMPANY,
            needs_body=False,
        ),
        "delete": operation(
            "Delete a company",
            tag=TAG,
            answers=record({"id": RECORD_ID, "object": always("company"), "deleted": SWITCH}),
            refuses=NO_COMPANY,
            says="Its people stay.",
        ),
    },
    "/companies/{id}/contacts": {
        "get": operation(
            "The people of a company",
            tag=TAG,
            answers=ref("contact_page"),
            parameters=[PAGE, PER_PAGE],
            refuses=NO_COMPANY,
        )
    },
    "/contacts/{id}/companies": {
        "get": operation(
            "The companies of a contact",
            tag=TAG,
            answers=ref("company_list"),
            parameters=[PAGE, PER_PAGE],
            refuses=_EITHER,
        ),
        "post": operation(
            "Attach a contact to a company",
            tag=TAG,
            body=record({"id": TEXT}),
            answers=ref("company"),
            refuses=_EITHER,
            needs_body=False,
        ),
    },
    "/contacts/{id}/companies/{company_id}": {
        "delete": operation(
            "Detach a contact from a company", tag=TAG, answers=ref("company"), refuses=_EITHER
        )
    },
}
