"""Companies over REST: make, read, change, delete, and their people."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object_or_null
from app.api.calls import call_of
from app.api.contacts import all_with_marks, shape_of, whose
from app.api.pages import offset_pages, offset_query
from app.api.shapes.companies import company_shape, deleted_company_shape
from app.auth.tokens import TokenGrant
from app.companies import changes
from app.companies.changes import get_company
from app.companies.drafts import read_draft
from app.companies.listing import count_people, people_counts, people_of
from app.companies.records import Company
from app.contacts.marks import Marks
from app.contacts.reading import contacts_of_ids
from app.contacts.records import Contact
from app.tags.store import taggings_of
from app.trail.records import Deed


async def post_company(request: Request, grant: TokenGrant) -> Response:
    """``POST /companies``: make the company of a ``company_id``, or change it where it is there."""
    draft = read_draft(await read_object_or_null(request))
    call = call_of(request, grant)

    def work(conn: Connection) -> dict[str, Any]:
        company = changes.create_or_change(conn, call.app_id, draft, actor=call.actor, now=call.now)
        return shape_in(conn, company)

    return Json(await call.write(work))


async def read_company(request: Request, grant: TokenGrant) -> Response:
    """``GET /companies/{id}``, by our own id."""
    call = call_of(request, grant)
    given_id = request.path_params["id"]
    return Json(await call.read(lambda conn: shape_in(conn, get_company(conn, call.app_id, given_id))))


async def put_company(request: Request, grant: TokenGrant) -> Response:
    """``PUT /companies/{id}``: change what the body gives, and nothing else."""
    draft = read_draft(await read_object_or_null(request))
    call = call_of(request, grant)

    def work(conn: Connection) -> dict[str, Any]:
        company = get_company(conn, call.app_id, request.path_params["id"], hold=True)
        changed = changes.change(conn, call.app_id, company, draft, actor=call.actor, now=call.now)
        return shape_in(conn, changed)

    return Json(await call.write(work))


async def delete_company(request: Request, grant: TokenGrant) -> Response:
    """``DELETE /companies/{id}``: its people stay, and belong to it no more."""
    call = call_of(request, grant)

    def work(conn: Connection) -> Company:
        company = get_company(conn, call.app_id, request.path_params["id"], hold=True)
        changes.delete(conn, call.app_id, company, actor=call.actor, now=call.now)
        return company

    return Json(deleted_company_shape(await call.write(work)))


async def list_people(request: Request, grant: TokenGrant) -> Response:
    """``GET /companies/{id}/contacts``: who belongs to it, page by page, the last attached first."""
    query = offset_query(request)
    call = call_of(request, grant)

    def work(conn: Connection) -> tuple[Company, list[tuple[Contact, Marks]], int]:
        company = get_company(conn, call.app_id, request.path_params["id"])
        ids = people_of(conn, call.app_id, company.id, limit=query.per_page, offset=query.offset)
        people = all_with_marks(conn, call.app_id, contacts_of_ids(conn, call.app_id, ids))
        return company, people, count_people(conn, call.app_id, company.id)

    _, people, total = await call.view(
        work,
        lambda seen: Deed("company.contacts_viewed", "company", seen[0].id, whose(seen[1])),
    )
    return Json(
        {
            "type": "list",
            "data": [shape_of(call, contact, marks) for contact, marks in people],
            "total_count": total,
            "pages": offset_pages(request, query, total),
        }
    )


def shape_in(conn: Connection, company: Company) -> dict[str, Any]:
    """One company as it is answered."""
    return shapes_in(conn, [company])[0]


def shapes_in(conn: Connection, companies: Sequence[Company]) -> list[dict[str, Any]]:
    """Companies of one workspace as they are answered, with no more questions than for one."""
    if not companies:
        return []
    app_id, ids = companies[0].app_id, [company.id for company in companies]
    people, tagged = people_counts(conn, app_id, ids), taggings_of(conn, app_id, "company", ids)
    return [company_shape(company, people[company.id], tagged[company.id]) for company in companies]
