"""Presence over REST: how many are online, where some contacts stand, and every change as it comes."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object
from app.api.calls import call_of
from app.api.desk import desk_of
from app.api.looks import look_of
from app.api.shapes.presence import presence_shape
from app.api.stream import PresenceStream
from app.auth.tokens import TokenGrant, is_live
from app.contacts.listing import last_seen_of
from app.errors import ParameterInvalid, ParameterNotFound, PorchlightError
from app.ids import ContactId, is_contact_id
from app.search.asking import EVERYBODY
from app.search.store import count_people
from app.state import state_of
from app.trail.records import Deed

MOST_IDS: Final = 500
_MOST_QUERY_BYTES: Final = 65_536


async def get_presence(request: Request, grant: TokenGrant) -> Response:
    """``GET /presence``: how many contacts are online, of how many."""
    state = state_of(request)
    total = await state.database.read(lambda conn: count_people(conn, grant.app_id, EVERYBODY))
    return Json({"online": state.tracker.online_count(grant.app_id), "total": total})


async def query_presence(request: Request, grant: TokenGrant) -> Response:
    """``POST /presence/query``: where each of some ids stands. What is no contact of this workspace is left out."""
    ids = read_ids(await read_object(request, _MOST_QUERY_BYTES))
    call = call_of(request, grant)
    state = call.state
    seen = await call.read(lambda conn: last_seen_of(conn, grant.app_id, ids))
    known = [contact_id for contact_id in ids if contact_id in seen]
    looks, look = desk_of(request).looks, look_of(grant.token_id, known)
    if known and not looks.has(look, call.now):
        await call.log(Deed("contact.presence_viewed", "contact", None, {"ids": known}))
        looks.add(look, call.now)
    contacts = {
        contact_id: presence_shape(state.tracker, grant.app_id, contact_id, seen[contact_id])
        for contact_id in known
    }
    return Json({"contacts": contacts})


async def stream_presence(request: Request, grant: TokenGrant) -> Response:
    """``GET /presence/stream``: server-sent events, until the listener goes or the token is revoked."""
    state, desk = state_of(request), desk_of(request)
    desk.open_stream(grant.token_id)
    try:
        await call_of(request, grant).log(Deed("contact.presence_streamed", "contact"))
    except BaseException:
        desk.close_stream(grant.token_id)
        raise

    async def may_listen() -> bool:
        try:
            return await state.database.read(lambda conn: is_live(conn, grant.token_id))
        except PorchlightError:
            # Whether it may can't be known now. It comes back, and is told why.
            return False

    return PresenceStream(
        state.hub, grant.app_id, may_listen=may_listen, ended=lambda: desk.close_stream(grant.token_id)
    )


def read_ids(body: Mapping[str, Any]) -> list[ContactId]:
    """The ids that a query names, each once, without what can't be one.

    Raises ParameterNotFound or ParameterInvalid.
    """
    if "ids" not in body:
        raise ParameterNotFound("ids is missing: give a list of contact ids")
    ids = body["ids"]
    if not isinstance(ids, list) or not all(isinstance(entry, str) for entry in ids):
        raise ParameterInvalid("ids must be a list of strings")
    if len(ids) > MOST_IDS:
        raise ParameterInvalid(f"ids has {len(ids)} entries: at most {MOST_IDS} can be asked for")
    return list(dict.fromkeys(ContactId(entry) for entry in ids if is_contact_id(entry)))
