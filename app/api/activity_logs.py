"""``GET /admins/activity_logs``: what teammates did, out of the audit log."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.calls import call_of
from app.api.pages import offset_pages, offset_query
from app.auth.tokens import TokenGrant
from app.errors import ParameterInvalid, ParameterNotFound
from app.trail.activities import activities_between, count_activities
from app.trail.listing import Entry, names_of
from app.trail.records import Actor, Deed

PER_PAGE: Final = 20
_LONGEST_MOMENT: Final = 12  # digits: to the year 9999


async def list_activity_logs(request: Request, grant: TokenGrant) -> Response:
    """The newest first, page by page."""
    call, query = call_of(request, grant), offset_query(request, PER_PAGE)
    after = read_moment(request.query_params, "created_at_after")
    if after is None:
        raise ParameterNotFound("created_at_after is missing: give the start in Unix seconds")
    before = read_moment(request.query_params, "created_at_before")
    before = int(call.now) if before is None else before

    def work(conn: Connection) -> tuple[list[Entry], Mapping[Actor, str], int]:
        entries = activities_between(
            conn, call.app_id, after, before, most=query.per_page, offset=query.offset
        )
        emails = names_of(conn, call.app_id, {entry.actor for entry in entries})
        return entries, emails, count_activities(conn, call.app_id, after, before)

    entries, emails, total = await call.view(
        work, lambda seen: Deed("audit_log.viewed", "audit_log", None, {"count": len(seen[0])})
    )
    return Json(
        {
            "type": "activity_log.list",
            "pages": offset_pages(request, query, total),
            "activity_logs": [activity_shape(entry, emails.get(entry.actor)) for entry in entries],
        }
    )


def activity_shape(entry: Entry, email: str | None) -> dict[str, Any]:
    """One deed. Its type is the audit log's word for it; from where it was done is not kept."""
    subject = f"{entry.subject_type} {entry.subject_id or ''}".strip().replace("_", " ")
    return {
        "id": str(entry.id),
        "performed_by": {"type": "admin", "id": entry.actor.id, "email": email, "ip": None},
        "metadata": dict(entry.detail),
        "created_at": int(entry.at),
        "activity_type": entry.action.replace(".", "_"),
        "activity_description": f"{email or 'A teammate'}: {entry.action} ({subject}).",
    }


def read_moment(given: Mapping[str, str], name: str) -> int | None:
    """A moment in Unix seconds; raises ParameterInvalid."""
    text = given.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_MOMENT):
        raise ParameterInvalid(f"{name} must be a moment in whole Unix seconds")
    return int(text)
