"""Events over REST: put one on record, list them, sum them up."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object
from app.api.calls import call_of
from app.api.pages import offset_query
from app.api.shapes.events import event_shape, sum_shape, whose_shape
from app.api.switches import read_switch
from app.auth.tokens import TokenGrant
from app.contacts.event_orders import read_event, read_sums, read_whose
from app.contacts.events import contact_of, record_event, record_sums
from app.contacts.events_store import Event, EventSum, events_of, sums_of
from app.contacts.records import Contact
from app.errors import ParameterInvalid
from app.ids import serial_id
from app.trail.records import Deed

LISTED_SECONDS: Final = 90 * 86_400.0
"""Older events are in the sums, and on no list."""


async def post_event(request: Request, grant: TokenGrant) -> Response:
    """``POST /events``: 202 without a body; one that is told again is ignored."""
    order = read_event(await read_object(request))
    call = call_of(request, grant)
    await call.write(lambda conn: record_event(conn, call.app_id, order, actor=call.actor, now=call.now))
    return Response(status_code=202, headers={"cache-control": "no-store"})


async def post_summaries(request: Request, grant: TokenGrant) -> Response:
    """``POST /events/summaries``: how often somebody did something before; the last word counts."""
    body = await read_object(request)
    whose, told = read_whose(body), read_sums(body)
    call = call_of(request, grant)
    await call.write(lambda conn: record_sums(conn, call.app_id, whose, told, actor=call.actor, now=call.now))
    return Response(status_code=200, headers={"cache-control": "no-store"})


async def get_events(request: Request, grant: TokenGrant) -> Response:
    """``GET /events``: what one contact did in the last 90 days, the newest first; sums of all with ``summary``."""
    given = request.query_params
    if given.get("type") != "user":
        raise ParameterInvalid("type must be user")
    whose = read_whose(given, "intercom_user_id")
    per_page = offset_query(request).per_page
    call = call_of(request, grant)
    since, before = _since(given, call.now), _before(given)
    wants_sums = read_switch(given, "summary")

    def sum_up(conn: Connection) -> tuple[Contact, list[EventSum]]:
        contact = contact_of(conn, call.app_id, whose)
        return contact, sums_of(conn, call.app_id, contact.id)

    def look(conn: Connection) -> tuple[Contact, list[Event]]:
        contact = contact_of(conn, call.app_id, whose)
        found = events_of(conn, call.app_id, contact.id, since=since, before=before, limit=per_page + 1)
        return contact, found

    def deed_of(seen: tuple[Contact, list[Any]]) -> Deed:
        return Deed("contact.events_viewed", "contact", seen[0].id, {"count": min(len(seen[1]), per_page)})

    if wants_sums:
        contact, sums = await call.view(sum_up, deed_of)
        shapes = [sum_shape(one) for one in sums]
        answer = {"type": "event.summary", "events": shapes, "pages": {"next": None}}
        return Json(answer | whose_shape(contact))
    contact, found = await call.view(look, deed_of)
    shapes = [event_shape(event, contact) for event in found[:per_page]]
    pages = _pages(request, found, per_page, call.now)
    answer = {"type": "event.list", "events": shapes, "pages": pages}
    return Json(answer | whose_shape(contact))


def _pages(request: Request, found: list[Event], per_page: int, now: float) -> dict[str, Any]:
    """Where older events are, if there are any, and where newer ones will be."""
    asked = {k: v for k, v in request.query_params.items() if k not in {"since", "before", "before_id"}}
    since = int((found[0].created_at if found else now) * 1_000) + 1
    pages: dict[str, Any] = {"next": None, "since": _url(request, asked | {"since": str(since)})}
    if len(found) > per_page:
        last = found[per_page - 1]
        kept = {"since": request.query_params["since"]} if "since" in request.query_params else {}
        # Several may have happened at one moment: the id tells which of them were shown.
        behind = {"before": str(int(last.created_at * 1_000)), "before_id": str(last.id)}
        pages["next"] = _url(request, asked | kept | behind)
    return pages


def _url(request: Request, query: Mapping[str, str]) -> str:
    return f"{request.url.replace(query='')}?{urlencode(query)}"


def _since(given: Mapping[str, str], now: float) -> float:
    oldest = now - LISTED_SECONDS
    return max(_milliseconds(given, "since"), oldest) if given.get("since") else oldest


def _before(given: Mapping[str, str]) -> tuple[float, int] | None:
    if not given.get("before"):
        return None
    return _milliseconds(given, "before"), serial_id(given.get("before_id")) or 0


def _milliseconds(given: Mapping[str, str], name: str) -> float:
    """Unix seconds, given in milliseconds."""
    text = given[name]
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise ParameterInvalid(f"{name} must be Unix milliseconds")
    return int(text) / 1_000
