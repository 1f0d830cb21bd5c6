"""A contact's companies over REST."""

from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object_or_null
from app.api.calls import call_of
from app.api.companies import shape_in, shapes_in
from app.api.pages import offset_pages, offset_query
from app.auth.tokens import TokenGrant
from app.companies.listing import companies_of_contact
from app.companies.store import count_companies_of
from app.contacts.belonging import join, leave
from app.contacts.operations import get_contact
from app.errors import ParameterNotFound
from app.trail.records import Deed


async def attach_company(request: Request, grant: TokenGrant) -> Response:
    """``POST /contacts/{id}/companies``: the company as it is now."""
    company_id = (await read_object_or_null(request)).get("id")
    if company_id is None or company_id == "":
        raise ParameterNotFound("company not specified: id is missing")
    call = call_of(request, grant)
    contact_id = request.path_params["id"]

    def work(conn: Connection) -> dict[str, Any]:
        company = join(conn, call.app_id, contact_id, company_id, actor=call.actor, now=call.now)
        return shape_in(conn, company)

    return Json(await call.write(work))


async def detach_company(request: Request, grant: TokenGrant) -> Response:
    """``DELETE /contacts/{id}/companies/{company_id}``: the company as it is without the contact."""
    call = call_of(request, grant)
    contact_id, company_id = request.path_params["id"], request.path_params["company_id"]

    def work(conn: Connection) -> dict[str, Any]:
        company = leave(conn, call.app_id, contact_id, company_id, actor=call.actor, now=call.now)
        return shape_in(conn, company)

    return Json(await call.write(work))


async def list_contact_companies(request: Request, grant: TokenGrant) -> Response:
    """``GET /contacts/{id}/companies``: under ``companies``, as one SDK reads it, and ``data``, as all others do."""
    query = offset_query(request)
    call = call_of(request, grant)

    def work(conn: Connection) -> tuple[str, list[dict[str, Any]], int]:
        contact = get_contact(conn, call.app_id, request.path_params["id"])
        found = companies_of_contact(conn, call.app_id, contact.id, limit=query.per_page, offset=query.offset)
        return contact.id, shapes_in(conn, found), count_companies_of(conn, call.app_id, contact.id)

    _, shapes, total = await call.view(
        work, lambda seen: Deed("contact.companies_viewed", "contact", seen[0], {"count": len(seen[1])})
    )
    pages = offset_pages(request, query, total)
    return Json({"type": "list", "data": shapes, "companies": shapes, "total_count": total, "pages": pages})
