"""What teammates do to the qualification data of a profile: set a value by hand, and lift its lock. Rules R31, R32."""

from typing import Final
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.attributes.qualification import qualification_of
from app.attributes.records import DataAttribute
from app.attributes.values import Misfit
from app.contacts.drafts import Draft
from app.contacts.operations import change_contact
from app.contacts.profiles import named_by_id
from app.contacts.qualification import resync_attribute
from app.contacts.records import Contact
from app.dashboard.access import Seat, member
from app.dashboard.profile import show_person
from app.dashboard.qualification import Editing
from app.dashboard.rendering import see_other
from app.dashboard.values import read_typed
from app.errors import NotFound
from app.state import state_of
from app.trail.records import Deed
from app.trail.views import log_view

_LONGEST_SHOWN: Final = 1_000
"""Characters of what was typed that come back with the sentence that says what is wrong."""


@member
async def set_by_hand(request: Request, seat: Seat) -> Response:
    """A value as a teammate knows it: it stands until a program writes over it. A blank does too."""
    state, name, text = state_of(request), seat.form.get("name", ""), seat.form.get("value", "")
    now, timezone = state.clock.now(), seat.workspace.timezone

    def change(conn: Connection) -> tuple[Contact, DataAttribute, str]:
        contact, attribute = _named(conn, seat, name)
        try:
            value = read_typed(text, attribute, timezone)
        except Misfit as rule:
            return contact, attribute, f"{attribute.label} {rule}."
        draft = Draft(custom_attributes={name: value})
        change_contact(conn, seat.app_id, contact.id, draft, actor=seat.actor, now=now, source="manual")
        return contact, attribute, ""

    contact, attribute, wrong = await state.database.write(change)
    if not wrong:
        return _back_to(seat, contact, attribute)
    await log_view(
        state.database, seat.app_id, seat.actor, Deed("contact.viewed", "contact", contact.id), now
    )
    editing = Editing(name, text[:_LONGEST_SHOWN], wrong)
    return await show_person(state, seat, contact, now, editing=editing)


@member
async def resync_by_hand(request: Request, seat: Seat) -> Response:
    """Clear a value that was set by hand: the next ping or workflow may fill it."""
    state, name = state_of(request), seat.form.get("name", "")
    now = state.clock.now()

    def resync(conn: Connection) -> tuple[Contact, DataAttribute]:
        contact, attribute = _named(conn, seat, name)
        resync_attribute(conn, seat.app_id, contact.id, name, actor=seat.actor, now=now)
        return contact, attribute

    return _back_to(seat, *await state.database.write(resync))


def _named(conn: Connection, seat: Seat, name: str) -> tuple[Contact, DataAttribute]:
    """The contact and the attribute of a form; raises NotFound for what no profile shows."""
    found = named_by_id(conn, seat.app_id, seat.form.get("id", ""))
    attributes = {attribute.name: attribute for attribute in qualification_of(conn, seat.app_id)}
    if not found or name not in attributes:
        raise NotFound
    return found[0], attributes[name]


def _back_to(seat: Seat, contact: Contact, attribute: DataAttribute) -> Response:
    """The profile, at the value that was changed."""
    query = urlencode({"id": contact.id})
    return see_other(f"/apps/{seat.app_id}/users/show?{query}#attribute-{attribute.id}")
