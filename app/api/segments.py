"""Segments over REST: read as the public description has it; made, changed and deleted by an extension of ours."""

from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object
from app.api.calls import Call, call_of
from app.api.desk import desk_of
from app.api.search import SEARCH_SECONDS
from app.api.shapes.segments import segment_shape
from app.api.switches import read_switch
from app.auth.tokens import TokenGrant
from app.companies.changes import get_company
from app.contacts import operations, segments
from app.contacts.searching import Here, ask_of_segment, segments_with
from app.errors import AttributeUnread, ReadTooSlow
from app.ids import ContactId
from app.search.finding import few_of
from app.search.store import Segment
from app.trail.records import Deed


async def list_segments(request: Request, grant: TokenGrant) -> Response:
    """``GET /segments``: all of them, with how many people each has where ``include_count`` asks for it."""
    counts = read_switch(request.query_params, "include_count")
    call = call_of(request, grant)
    saved = await call.read(lambda conn: segments.list_segments(conn, call.app_id))
    shapes = [await _counted(request, call, segment, counts) for segment in saved]
    return Json({"type": "segment.list", "segments": shapes})


async def get_segment(request: Request, grant: TokenGrant) -> Response:
    """``GET /segments/{id}``."""
    counts = read_switch(request.query_params, "include_count")
    call = call_of(request, grant)
    segment_id = request.path_params["id"]
    segment = await call.read(lambda conn: segments.get_segment(conn, call.app_id, segment_id))
    return Json(await _counted(request, call, segment, counts))


async def post_segment(request: Request, grant: TokenGrant) -> Response:
    """``POST /segments``: save a filter under a name. Rule R44."""
    draft = segments.read_segment_draft(await read_object(request))
    call = call_of(request, grant)
    segment = await call.write(
        lambda conn: segments.create_segment(conn, call.app_id, draft, actor=call.actor, now=call.now)
    )
    return Json(segment_shape(segment))


async def put_segment(request: Request, grant: TokenGrant) -> Response:
    """``PUT /segments/{id}``: rename it, or give it another filter."""
    draft = segments.read_segment_draft(await read_object(request))
    call = call_of(request, grant)
    segment_id = request.path_params["id"]

    def work(conn: Connection) -> Segment:
        return segments.change_segment(conn, call.app_id, segment_id, draft, actor=call.actor, now=call.now)

    return Json(segment_shape(await call.write(work)))


async def delete_segment(request: Request, grant: TokenGrant) -> Response:
    """``DELETE /segments/{id}``: the saved filter, not the people."""
    call = call_of(request, grant)
    segment_id = request.path_params["id"]
    gone = await call.write(
        lambda conn: segments.delete_segment(conn, call.app_id, segment_id, actor=call.actor, now=call.now)
    )
    return Json({"type": "segment", "id": gone.id, "deleted": True})


async def list_segments_of_contact(request: Request, grant: TokenGrant) -> Response:
    """``GET /contacts/{id}/segments``: those the contact belongs to at this moment."""
    call = call_of(request, grant)
    here = Here(call.app_id, call.now, call.state.tracker.online_ids(call.app_id))

    def work(conn: Connection) -> tuple[ContactId, list[Segment]]:
        contact = operations.get_contact(conn, call.app_id, request.path_params["id"])
        return contact.id, segments_with(conn, here, contact.id)

    _, found = await call.view(
        work, lambda seen: Deed("contact.segments_viewed", "contact", seen[0], {"count": len(seen[1])})
    )
    return Json({"type": "list", "data": [segment_shape(segment) for segment in found]})


async def list_segments_of_company(request: Request, grant: TokenGrant) -> Response:
    """``GET /companies/{id}/segments``: none, for segments are of people here."""
    call = call_of(request, grant)
    await call.read(lambda conn: get_company(conn, call.app_id, request.path_params["id"]))
    return Json({"type": "list", "data": []})


async def _counted(request: Request, call: Call, segment: Segment, counts: bool) -> dict[str, Any]:
    if not counts:
        return segment_shape(segment)
    here = Here(call.app_id, call.now, call.state.tracker.online_ids(call.app_id))

    def work(conn: Connection) -> int | None:
        ask = ask_of_segment(conn, here, segment)
        return None if ask is None else desk_of(request).counts.of(conn, ask, few_of(conn, ask))

    try:
        return segment_shape(segment, count=await call.state.database.read(work, seconds=SEARCH_SECONDS))
    except (ReadTooSlow, AttributeUnread):
        return segment_shape(segment, count=None)
