"""The report of missing users over REST: ours, beyond the public description. Rule R54."""

from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.calls import call_of
from app.api.contacts import all_with_marks, shape_of, whose
from app.api.pages import OF_ANOTHER_LIST, Cursor, cursor_pages, cursor_query
from app.auth.tokens import TokenGrant
from app.contacts.marks import Marks
from app.contacts.missing import count_missing, missing_users
from app.contacts.records import Contact
from app.errors import ParameterInvalid
from app.ids import ContactId, is_contact_id
from app.trail.records import Deed


async def list_missing_users(request: Request, grant: TokenGrant) -> Response:
    """``GET /missing_users``: users that were synced and never seen, the oldest first; of how many that were synced."""
    query = cursor_query(request.query_params)
    last_id = _last_id(query.cursor)
    call = call_of(request, grant)

    def work(conn: Connection) -> tuple[Sequence[tuple[Contact, Marks]], int, int]:
        found = missing_users(conn, call.app_id, last_id, query.per_page + 1)
        return all_with_marks(conn, call.app_id, found), *count_missing(conn, call.app_id)

    found, missing, synced = await call.view(
        work,
        lambda seen: Deed("contact.listed", "contact", None, whose(seen[0][: query.per_page])),
    )
    page = found[: query.per_page]
    last_key = (page[-1][0].id,) if len(found) > len(page) else None
    return Json(
        {
            "type": "list",
            "data": [shape_of(call, contact, marks) for contact, marks in page],
            "total_count": missing,
            "synced_count": synced,
            "pages": cursor_pages(query, missing, last_key),
        }
    )


def _last_id(cursor: Cursor | None) -> ContactId | None:
    if cursor is None:
        return None
    match cursor.key:
        case (str() as contact_id,) if is_contact_id(contact_id):
            return ContactId(contact_id)
    raise ParameterInvalid(OF_ANOTHER_LIST)
