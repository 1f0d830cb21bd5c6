"""``POST /messenger/heartbeat``: the sign of life where sockets are blocked.

The ticket says who beats, so the database is asked nothing. What a socket says with a close code is
said with a status here: 403 for a bad ticket, 401 for an expired one (ping again), 410 for a contact
that has been deleted.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.auth.tickets import Ticket
from app.errors import ContactBlocked, ContactDeleted, ParameterInvalid, TicketExpired, TicketForged
from app.messenger.bodies import read_body
from app.messenger.cors import require_origin
from app.messenger.protocol import read_fields, required_text
from app.messenger.refusals import refusing
from app.state import AppState, state_of
from app.wire import EXPIRED, REFUSED

MOST_BYTES: Final = 4_096
_WORDS: Final = {"true": True, "false": False}


@refusing("heartbeat.refused")
async def post_heartbeat(request: Request) -> Response:
    """A sign of life, or with ``leave`` a goodbye."""
    state = state_of(request)
    body = await read_body(request, MOST_BYTES)
    fields = read_fields(body, request.headers.get("content-type", ""), MOST_BYTES)
    visible, leave = (
        _switch(fields.get("visible"), "visible", True),
        _switch(fields.get("leave"), "leave", False),
    )
    ticket = admit(request, required_text(fields, "ticket"), state)
    now = state.clock.now()
    if leave:
        lease = state.tracker.find(ticket.app_id, ticket.contact_id)
        if lease is not None:
            state.tracker.leave(lease, ticket.device, now)
    else:
        state.tracker.http_heartbeat(ticket.app_id, ticket.contact_id, ticket.device, now, visible)
    return Response(status_code=204, headers={"cache-control": "no-store"})


def admit(request: Request, text: str, state: AppState) -> Ticket:
    """The ticket of a text, where its bearer may still use it from this site.

    Raises TicketForged, TicketExpired, OriginNotAllowed, ContactBlocked, ContactDeleted.
    """
    ticket = state.tickets.read(text, state.clock.now())
    workspace = state.directory.get(ticket.app_id)
    if workspace is None:
        raise TicketForged
    require_origin(request, workspace)
    farewell = state.tracker.farewell(ticket.app_id, ticket.contact_id)
    if farewell == EXPIRED:
        raise TicketExpired
    if farewell == REFUSED:
        raise ContactBlocked
    if farewell is not None:
        raise ContactDeleted
    return ticket


def _switch(value: object, name: str, default: bool) -> bool:
    if value is None:
        return default
    if isinstance(value, str):
        value = _WORDS.get(value)
    if not isinstance(value, bool):
        raise ParameterInvalid(f"{name} must be true or false")
    return value
