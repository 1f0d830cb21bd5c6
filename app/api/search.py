"""``POST /contacts/search``: whom a tree of filters finds, page by page."""

from collections.abc import Mapping
from math import ceil
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object
from app.api.calls import call_of
from app.api.contacts import all_with_marks, shape_of, whose
from app.api.counts import Counts
from app.api.desk import desk_of
from app.api.pages import cursor_query
from app.auth.tokens import TokenGrant
from app.contacts.marks import Marks
from app.contacts.reading import contacts_of_ids
from app.contacts.records import Contact
from app.contacts.searching import Here, search_of
from app.errors import InvalidField, ParameterInvalid, ParameterNotFound
from app.ids import ContactId
from app.search.asking import Ask, Order
from app.search.counting import told_count
from app.search.cursor import Cursor, Cursors, Place
from app.search.fields import SORTABLE
from app.search.finding import all_of_few, few_of, places_of
from app.storage.abreast import abreast
from app.trail.records import Deed

SEARCH_SECONDS: Final = 1.0
_DIRECTIONS: Final = {"ascending": False, "asc": False, "descending": True, "desc": True}


async def post_contact_search(request: Request, grant: TokenGrant) -> Response:
    """``POST /contacts/search``: ``query``, and perhaps ``pagination`` and ``sort``. Rules R42, R43."""
    body = await read_object(request)
    if "query" not in body:
        raise ParameterNotFound("query is missing: it says whom to search for")
    order, (per_page, starting_after) = read_sort(body.get("sort")), read_pagination(body.get("pagination"))
    call = call_of(request, grant)
    here = Here(call.app_id, call.now, call.state.tracker.online_ids(call.app_id))
    cursors, counts = Cursors(call.state.settings.secret_key), desk_of(request).counts

    def work(conn: Connection) -> tuple[list[tuple[Contact, Marks]], dict[str, Any], int]:
        ask = search_of(conn, here, body["query"], order)
        # What the answer is about; a cursor holds for nothing else.
        search = f"{call.app_id} {ask.order!r} {ask.tree!r}"
        cursor = None if starting_after is None else cursors.read(starting_after, search)
        total, places, found = _searched(conn, ask, counts, per_page, cursor.place if cursor else None)
        number = cursor.page if cursor else 1
        pages: dict[str, Any] = {"type": "pages", "page": number}
        if len(places) > per_page:
            following = Cursor(places[per_page - 1], number + 1)
            pages["next"] = {"per_page": per_page, "starting_after": cursors.write(following, search)}
        pages |= {"per_page": per_page, "total_pages": ceil(total / per_page)}
        return found, pages, total

    found, pages, total = await call.view(
        work,
        lambda seen: Deed("contact.searched", "contact", None, whose(seen[0])),
        seconds=SEARCH_SECONDS,
    )
    data = [shape_of(call, contact, marks) for contact, marks in found]
    return Json({"type": "list", "data": data, "total_count": total, "pages": pages})


def read_sort(given: object) -> Order:
    """The order that ``sort`` names, the newest first where there is none; raises InvalidField, ParameterInvalid."""
    if given is None:
        return Order()
    if not isinstance(given, dict):
        raise ParameterInvalid("sort must be an object with a field and an order")
    field, direction = given.get("field", "created_at"), given.get("order", "descending")
    column = SORTABLE.get(field) if isinstance(field, str) else None
    if column is None:
        raise InvalidField(f"sort.field is none of those that can be sorted by: {', '.join(SORTABLE)}")
    if not isinstance(direction, str) or direction not in _DIRECTIONS:
        raise ParameterInvalid("sort.order must be ascending or descending")
    return Order(column, _DIRECTIONS[direction])


def read_pagination(given: object) -> tuple[int, str | None]:
    """How many a page holds, and the cursor of the page where it is not the first; raises ParameterInvalid."""
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        raise ParameterInvalid("pagination must be an object with per_page and starting_after")
    per_page = cursor_query({"per_page": given.get("per_page")}).per_page
    starting_after = given.get("starting_after")
    if starting_after is not None and not isinstance(starting_after, str):
        raise ParameterInvalid("pagination.starting_after must be a cursor, as pages.next has it")
    return per_page, starting_after or None


def _searched(
    conn: Connection, ask: Ask, counts: Counts, per_page: int, after: Place | None
) -> tuple[int, list[Place], list[tuple[Contact, Marks]]]:
    """How many fit, the places of a page of them and of whoever follows, and the page."""
    few = few_of(conn, ask)
    if few is not None and after is None:
        everybody = all_of_few(conn, ask, few)
        return len(everybody), everybody[: per_page + 1], _found(conn, ask, everybody[:per_page])

    def find(conn: Connection) -> tuple[list[Place], list[tuple[Contact, Marks]]]:
        places = places_of(conn, ask, few, per_page + 1, after=after)
        return places, _found(conn, ask, places[:per_page])

    if few is not None:
        return counts.of(conn, ask, few), *find(conn)
    told = told_count(conn, ask)
    if told is not None:
        return told, *find(conn)
    # To count many takes longer than to find a page of them.
    total, page = abreast(conn, lambda conn: counts.of(conn, ask, None), find)
    return total, *page


def _found(conn: Connection, ask: Ask, places: list[Place]) -> list[tuple[Contact, Marks]]:
    app_id = ask.around.app_id
    return all_with_marks(
        conn, app_id, contacts_of_ids(conn, app_id, [ContactId(place.id) for place in places])
    )
