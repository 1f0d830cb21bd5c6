"""Visitors over REST: read one, change one, make it a lead or a user."""

from typing import Any, TypeAlias

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object
from app.api.calls import Call, call_of
from app.api.companies import shapes_in
from app.api.contacts import shape_of, with_marks
from app.api.shapes.presence import presence_shape
from app.api.shapes.visitors import visitor_shape
from app.auth.tokens import TokenGrant
from app.companies.listing import companies_of_contact
from app.contacts import visitors
from app.contacts.belonging import MOST_COMPANIES
from app.contacts.event_orders import read_whose
from app.contacts.records import Contact
from app.contacts.visitor_orders import read_change, read_conversion
from app.contacts.visitors import Converted
from app.tags.records import Tagging
from app.tags.store import taggings_of
from app.trail.records import Deed
from app.wire import EXPIRED

Seen: TypeAlias = tuple[Contact, list[Tagging], list[dict[str, Any]]]
"""A visitor with its tags, and its companies as they are answered."""


async def get_visitor(request: Request, grant: TokenGrant) -> Response:
    """``GET /visitors?user_id=…``: by what the browser is known by."""
    whose = read_whose(request.query_params)
    call = call_of(request, grant)
    seen = await call.view(
        lambda conn: _with_belongings(conn, visitors.get_visitor(conn, call.app_id, whose)),
        lambda found: Deed("visitor.viewed", "visitor", found[0].id),
    )
    return Json(_shape(call, *seen))


async def put_visitor(request: Request, grant: TokenGrant) -> Response:
    """``PUT /visitors``: its name and custom attributes."""
    whose, draft = read_change(await read_object(request))
    call = call_of(request, grant)

    def work(conn: Connection) -> Seen:
        changed = visitors.change_visitor(conn, call.app_id, whose, draft, actor=call.actor, now=call.now)
        return _with_belongings(conn, changed)

    return Json(_shape(call, *await call.write(work)))


async def convert_visitor(request: Request, grant: TokenGrant) -> Response:
    """``POST /visitors/convert``: the lead or user that the visitor is now."""
    order = read_conversion(await read_object(request))
    call = call_of(request, grant)

    def work(conn: Connection) -> tuple[Converted, Any]:
        converted = visitors.convert(conn, call.app_id, order, actor=call.actor, now=call.now)
        return converted, with_marks(conn, converted.contact)[1]

    converted, marks = await call.write(work)
    if converted.absorbed is not None:
        # Its pages are told to ping again, and come back as whom it went up in.
        call.state.tracker.forget(call.app_id, converted.absorbed, call.now, EXPIRED)
    return Json(shape_of(call, converted.contact, marks))


def _with_belongings(conn: Connection, visitor: Contact) -> Seen:
    found = companies_of_contact(conn, visitor.app_id, visitor.id, limit=MOST_COMPANIES, offset=0)
    tagged = taggings_of(conn, visitor.app_id, "contact", [visitor.id])[visitor.id]
    return visitor, tagged, shapes_in(conn, found)


def _shape(
    call: Call, visitor: Contact, tagged: list[Tagging], companies: list[dict[str, Any]]
) -> dict[str, Any]:
    presence = presence_shape(call.state.tracker, call.app_id, visitor.id, visitor.last_seen_at)
    return visitor_shape(visitor, presence, tagged, companies)
