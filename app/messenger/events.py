"""``POST /messenger/web/events``: what a page tracks of its contact, put on record."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.clock import monotonic
from app.contacts import store
from app.contacts.events import record_tracked
from app.errors import ContactDeleted, ParameterInvalid, TicketExpired, TicketForged
from app.messenger.bodies import read_body
from app.messenger.heartbeats import admit
from app.messenger.limits import limits_of
from app.messenger.protocol import MOST_BYTES, object_field, read_fields, required_text
from app.messenger.refusals import refusing
from app.state import state_of

LONGEST_NAME: Final = 120
MOST_METADATA: Final = 20
MOST_METADATA_BYTES: Final = 8_192
_NUMBER: Final = re.compile(r"\d{1,12}(?:\.\d{1,9})?", re.ASCII)


@refusing("event.refused")
async def post_event(request: Request) -> Response:
    """Record one event of the ticket's contact."""
    state = state_of(request)
    body = await read_body(request, MOST_BYTES)
    fields = read_fields(body, request.headers.get("content-type", ""))
    app_id = required_text(fields, "app_id")
    name = required_text(fields, "event_name", LONGEST_NAME)
    metadata = _metadata(fields)
    now = state.clock.now()
    created_at = _moment(fields.get("created_at"), now)
    ticket = admit(request, required_text(fields, "ticket"), state)
    if ticket.app_id != app_id:
        raise TicketForged("This ticket belongs to another workspace")
    limits_of(request).events_of_one.take(ticket.contact_id, monotonic())

    def work(conn: Connection) -> None:
        contact = store.find_contact(conn, ticket.app_id, ticket.contact_id)
        if contact is None:
            raise TicketExpired  # absorbed or merged: a ping tells who it is now
        if contact.deleted_at is not None:
            raise ContactDeleted
        record_tracked(conn, contact, name=name, created_at=created_at, metadata=metadata, now=now)

    await state.database.write(work)
    return Response(b"{}", 202, {"cache-control": "no-store"}, media_type="application/json")


def _metadata(fields: Mapping[str, object]) -> Mapping[str, object]:
    metadata = object_field(fields, "metadata")
    if len(metadata) > MOST_METADATA:
        raise ParameterInvalid(f"metadata has {len(metadata)} entries: at most {MOST_METADATA} are kept")
    if len(msgspec.json.encode(metadata)) > MOST_METADATA_BYTES:
        raise ParameterInvalid(f"metadata is longer than {MOST_METADATA_BYTES} bytes")
    return metadata


def _moment(value: object, now: float) -> float:
    """When it happened, by the sender's clock; never in the future, nor longer ago than a ticket lasts."""
    if value in (None, ""):
        return now
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ParameterInvalid("created_at must be a number of Unix seconds")
    return min(max(float(value), now - 86_400.0), now)
