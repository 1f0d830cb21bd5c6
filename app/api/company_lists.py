"""Lists of companies over REST: by what they are called or tagged with, page by page, or scrolled through."""

from typing import Any, Final, cast

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.calls import Call, call_of
from app.api.companies import shapes_in
from app.api.pages import OffsetQuery, offset_pages, offset_query
from app.auth.tokens import TokenGrant
from app.companies.listing import Filter, Order, count_companies, list_companies
from app.companies.scrolls import scroll
from app.errors import BadRequest, CompanyNotFound, ParameterInvalid
from app.ids import TagId, serial_id

PER_PAGE: Final = 15
MOST_LISTED: Final = 10_000
"""So many companies can be reached by pages; the scroll reaches all of them."""
_NO_TAG: Final = TagId(0)


async def get_companies(request: Request, grant: TokenGrant) -> Response:
    """``GET /companies``: one by ``company_id`` or ``name``; else all, those of a ``tag_id`` or a ``segment_id``."""
    query = _page_of(request)
    only = filter_of(request.query_params)
    call = call_of(request, grant)
    if only is None:
        return Json(_page(request, query, [], 0))
    shapes, total = await _listed(call, only, query, "desc")
    answer = _page(request, query, shapes, total)
    if only.company_id is None and only.name is None:
        return Json(answer)
    if total == 0:
        raise CompanyNotFound
    # Older clients ask for one company and read one; newer ones read a list.
    return Json({**(shapes[0] if shapes else {}), **answer})


async def post_list(request: Request, grant: TokenGrant) -> Response:
    """``POST /companies/list``: all that have people, by when they were last seen."""
    query = _page_of(request)
    order = request.query_params.get("order") or "desc"
    if order not in {"asc", "desc"}:
        raise ParameterInvalid("order must be asc or desc")
    shapes, total = await _listed(call_of(request, grant), Filter(), query, cast("Order", order))
    return Json(_page(request, query, shapes, total))


async def get_scroll(request: Request, grant: TokenGrant) -> Response:
    """``GET /companies/scroll``: the next companies of a walk over all; the last page is empty."""
    call = call_of(request, grant)
    given = request.query_params.get("scroll_param") or None

    def work(conn: Connection) -> tuple[list[dict[str, Any]], str | None]:
        page = scroll(conn, call.app_id, given, call.now)
        return shapes_in(conn, page.companies), page.scroll_param

    shapes, scroll_param = await call.write(work)
    answer = {"type": "list", "data": shapes, "pages": None, "total_count": None}
    return Json(answer | {"scroll_param": scroll_param})


def filter_of(given: Any) -> Filter | None:
    """Which companies a query string asks for; none where no company can be in what it asks for.

    Raises CompanyNotFound for an id or a name that no company can have: PostgreSQL is not asked for a NUL.
    """
    if "\0" in given.get("company_id", "") or "\0" in given.get("name", ""):
        raise CompanyNotFound
    if company_id := given.get("company_id"):
        return Filter(company_id=company_id)
    if name := given.get("name"):
        return Filter(name=name)
    if given.get("segment_id"):
        return None  # segments are of people: no company is in one
    if tag_id := given.get("tag_id"):
        return Filter(tag_id=TagId(serial_id(tag_id) or _NO_TAG))
    return Filter()


def _page_of(request: Request) -> OffsetQuery:
    query = offset_query(request, PER_PAGE)
    if query.offset >= MOST_LISTED:
        raise BadRequest(
            f"page limit reached: {MOST_LISTED} companies can be listed, please use the scroll API"
        )
    return query


async def _listed(
    call: Call, only: Filter, query: OffsetQuery, order: Order
) -> tuple[list[dict[str, Any]], int]:
    def work(conn: Connection) -> tuple[list[dict[str, Any]], int]:
        found = list_companies(
            conn, call.app_id, only, order=order, limit=query.per_page, offset=query.offset
        )
        return shapes_in(conn, found), count_companies(conn, call.app_id, only)

    return await call.read(work)


def _page(request: Request, query: OffsetQuery, shapes: list[dict[str, Any]], total: int) -> dict[str, Any]:
    pages = offset_pages(request, query, total)
    return {"type": "list", "data": shapes, "pages": pages, "total_count": total}
