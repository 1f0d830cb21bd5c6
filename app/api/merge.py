"""``POST /contacts/merge``: a lead goes up in a user. Rule R73."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object
from app.api.calls import call_of
from app.api.contacts import shape_of, with_marks
from app.auth.tokens import TokenGrant
from app.contacts.marks import Marks
from app.contacts.merging import merge_contacts
from app.contacts.records import Contact
from app.errors import ParameterInvalid, ParameterNotFound
from app.ids import ContactId


async def post_merge(request: Request, grant: TokenGrant) -> Response:
    """``{"from": lead, "into": user}``: answers the user, which has all that the lead had."""
    body, call = await read_object(request), call_of(request, grant)
    from_id, into_id = _id(body, "from"), _id(body, "into")
    tracker = call.state.tracker

    def work(conn: Connection) -> tuple[Contact, Marks]:
        merged = merge_contacts(
            conn, call.app_id, from_id, into_id, actor=call.actor, now=call.now, active_at=tracker.active_at
        )
        return with_marks(conn, merged)

    contact, marks = await call.write(work)
    tracker.merge(call.app_id, ContactId(from_id), contact.id, call.state.clock.now())
    return Json(shape_of(call, contact, marks))


def _id(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None:
        raise ParameterNotFound(f"{name} is missing: give the id of a contact")
    if not isinstance(value, str):
        raise ParameterInvalid(f"{name} must be the id of a contact, as text")
    return value
