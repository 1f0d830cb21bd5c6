"""Imports and exports, and users whom the messenger has never seen."""

from typing import Final

from app.openapi.parts import (
    MOMENT,
    PER_PAGE,
    RECORD_ID,
    STARTING_AFTER,
    SWITCH,
    TEXT,
    WHOLE,
    Paths,
    Schema,
    always,
    many,
    may_be_null,
    one_of,
    operation,
    query,
    record,
    ref,
)

TAG: Final = "Imports and exports"
_UNKNOWN: Final = {404: "There is no such job: `Job Not Found`."}

SCHEMAS: Final[dict[str, Schema]] = {
    "job": record(
        {
            "type": always("job"),
            "id": RECORD_ID,
            "kind": TEXT,
            "state": one_of("pending", "running", "completed", "failed", "canceled"),
            "rows_total": WHOLE,
            "rows_done": WHOLE,
            "rows_failed": WHOLE,
            "problems": many(
                record({"line": may_be_null(WHOLE), "reason": TEXT}, required=["line", "reason"])
            ),
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "finished_at": may_be_null(MOMENT),
        },
        required=["type", "id", "state", "rows_total", "rows_done", "rows_failed", "problems"],
        description="Work that takes a while. `problems` are the first lines that were left out, with the reason; "
        "one without a line tells why the whole job failed.",
    )
}

PATHS: Final[Paths] = {
    "/imports": {
        "post": operation(
            "Import a CSV file",
            tag=TAG,
            status=202,
            body=TEXT,
            body_type="text/csv",
            answers=ref("job"),
            parameters=[
                query(
                    "mapping",
                    TEXT,
                    "A JSON object: a column's name to a field's, or to nothing to leave it out.",
                ),
                query("preview", SWITCH, "Writes nothing, and answers what would be written, with 200."),
            ],
            says="Good lines are written, a bad one is left out whole.",
        )
    },
    "/imports/{id}": {
        "get": operation("How an import goes", tag=TAG, answers=ref("job"), refuses=_UNKNOWN),
        "delete": operation(
            "Stop an import",
            tag=TAG,
            answers=ref("job"),
            refuses=_UNKNOWN,
            says="What has been written stays.",
        ),
    },
    "/exports/contacts": {
        "get": operation(
            "All leads and users as CSV",
            tag=TAG,
            answers=TEXT,
            media_type="text/csv",
            says="Text that a spreadsheet could take for a formula is led by an apostrophe.",
        )
    },
    "/missing_users": {
        "get": operation(
            "Users whom the messenger has never seen",
            tag=TAG,
            answers=record(
                {
                    "type": always("list"),
                    "data": many(ref("contact")),
                    "total_count": WHOLE,
                    "synced_count": WHOLE,
                    "pages": ref("cursor_pages"),
                },
                required=["type", "data", "total_count", "synced_count", "pages"],
            ),
            parameters=[PER_PAGE, STARTING_AFTER],
            says="Of those that REST or an import wrote.",
        )
    },
}
PATHS["/imports"]["post"]["responses"]["200"] = {
    "description": "What would be written.",
    "content": {
        "application/json": {
            "schema": record({"type": always("import.preview"), "rows_total": WHOLE}, required=["type"])
        }
    },
}
