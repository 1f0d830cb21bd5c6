"""``POST /messenger/web/ping``: facts about a contact come in, a ticket for the socket goes out.

All that may refuse a ping without the database comes first: size, shape, region, how often. Then one
write transaction checks and records it (``contacts/pings``), and only when that is on the disk does
the contact's dot go on and the answer out.
"""

import secrets
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from app import metrics
from app.auth.tickets import Ticket
from app.clock import monotonic
from app.contacts.agents import LONGEST_USER_AGENT, read_agent
from app.contacts.pings import PingContext, Recorded, record_ping
from app.contacts.records import Ping
from app.contacts.user_data import Problem
from app.errors import PorchlightError
from app.limits import address_key
from app.messenger.bodies import read_body
from app.messenger.cors import host_of, origin_of, own_origin_of
from app.messenger.limits import limits_of
from app.messenger.protocol import MOST_BYTES, parse_ping
from app.messenger.refusals import refusing
from app.state import AppState, state_of
from app.wire import EXPIRED
from app.workspaces.whereabouts import require_here

_recorded_pings: Final = metrics.pings.labels("recorded")
ROLES: Final = {"user": "user_role", "lead": "contact_role", "visitor": "visitor_role"}


@refusing("ping.refused")
async def post_ping(request: Request) -> Response:
    """Record a ping and answer with who the contact is, and a ticket."""
    try:
        response = await _recorded(request)
    except PorchlightError as error:
        metrics.pings.labels(error.code).inc()
        raise
    _recorded_pings.inc()
    return response


async def _recorded(request: Request) -> Response:
    state, limits = state_of(request), limits_of(request)
    client = request.client
    client_host = client.host if client else ""
    limits.take_address(client_host)
    body = await read_body(request, MOST_BYTES)
    ping = parse_ping(body, request.headers.get("content-type", ""))
    require_here(ping.app_id, state.settings)
    limits.pings_of_one.take(_sender(ping, client_host), monotonic())
    if state.directory.get(ping.app_id) is not None:
        limits.pings_of_workspace.take(ping.app_id, monotonic())
    context = _context(request, ping, state, client_host)
    now = state.clock.now()
    recorded = await state.database.write(lambda conn: record_ping(conn, ping, context, now))
    _show(recorded, state)
    ticket = Ticket(ping.app_id, recorded.contact.id, ping.user.anonymous_id or secrets.token_hex(16))
    answer = _answer(recorded, ping, state, now)
    text = state.tickets.issue(ticket, now)
    answer |= {"ticket": text, "socket_url": socket_url(request, text)}
    return Response(
        msgspec.json.encode(answer), 200, {"cache-control": "no-store"}, media_type="application/json"
    )


def socket_url(request: Request, ticket: str) -> str:
    """Where the socket is: at the host and port that the ping was sent to. A ticket is safe in a URL as it is."""
    scheme = "wss" if request.scope["scheme"] == "https" else "ws"
    return f"{scheme}://{host_of(request)}/messenger/socket?ticket={ticket}"


def _sender(ping: Ping, client_host: str) -> tuple[str, ...]:
    """Whose ping this is, as it says itself, and from where: nobody uses up what is another's."""
    user = ping.user
    who = user.user_id or user.email or user.anonymous_id or ""
    return ping.app_id, who, address_key(client_host) or client_host


def _context(request: Request, ping: Ping, state: AppState, client_host: str) -> PingContext:
    user_agent = request.headers.get("user-agent", "")[:LONGEST_USER_AGENT]
    return PingContext(
        own_origin=own_origin_of(request),
        origin=origin_of(request),
        user_agent=user_agent or None,
        agent=read_agent(user_agent) if user_agent else None,
        place=state.places.locate(client_host, ping.timezone),
        active_at=state.tracker.active_at,
    )


def _show(recorded: Recorded, state: AppState) -> None:
    """What is on the disk now shows: the dot goes on, and a visitor that was absorbed is no more."""
    app_id = recorded.workspace.app_id
    state.directory.put(recorded.workspace)
    now = state.clock.now()
    if recorded.absorbed is not None:
        # Its other tabs are told to ping again, and come back as the user.
        state.tracker.forget(app_id, recorded.absorbed, now, EXPIRED)
    if recorded.merged is not None:
        # Its other tabs stay open, and beat for the user.
        state.tracker.merge(app_id, recorded.merged, recorded.contact.id, now)
    # Deleted while this ping was on its way back from the disk: nobody's dot goes on.
    if state.tracker.farewell(app_id, recorded.contact.id) is None:
        state.tracker.ping(app_id, recorded.contact.id, now)


def _answer(recorded: Recorded, ping: Ping, state: AppState, now: float) -> dict[str, object]:
    workspace = recorded.workspace
    seconds = state.settings.heartbeat_seconds
    return {
        "user": _user(recorded, ping),
        "app": {"id": workspace.app_id, "name": workspace.name},
        "heartbeat_seconds": int(seconds) if seconds.is_integer() else seconds,
        "now": now,
        "errors": [_error(problem) for problem in recorded.problems],
    }


def _user(recorded: Recorded, ping: Ping) -> dict[str, object]:
    """What a page may know of its own contact: what it said or proved itself, names and counts."""
    contact = recorded.contact
    knows_user_id = ping.user.user_id is not None or recorded.workspace.identity_verification
    return {
        "id": contact.id,
        "role": ROLES[contact.role],
        "user_id": contact.external_id if knows_user_id else None,
        "anonymous_id": ping.user.anonymous_id or contact.anonymous_id,
        "name": contact.name,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "pseudonym": contact.pseudonym,
        "avatar_url": contact.avatar_url,
        "session_count": contact.session_count,
        "ios_session_count": contact.ios_session_count,
        "android_session_count": contact.android_session_count,
        "new_session": recorded.new_session,
        "session_started_at": contact.session_started_at,
        "last_seen_at": contact.last_seen_at,
    }


def _error(problem: Problem) -> dict[str, str]:
    kind = "attribute" if problem.is_attribute else "field"
    return {"code": "parameter_invalid", kind: problem.name, "message": problem.message}
