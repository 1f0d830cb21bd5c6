"""Deleting people's data, for admins: find somebody, ask once more, delete; for seven days, restore. Rules R60, R61.

Without scripts the second question is a page of its own; with them, the same question in a dialog.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.contacts import departures
from app.contacts.deletion import MOST_SHOWN, deleted_contacts
from app.contacts.grace import GRACE_SECONDS
from app.contacts.names import shown_name
from app.contacts.operations import get_contact
from app.contacts.profiles import named_by_any
from app.contacts.records import Contact
from app.dashboard.access import Seat, admin_only
from app.dashboard.layout import layout_of
from app.dashboard.moments import Moment
from app.dashboard.rendering import Avatar, page, see_other
from app.errors import UserNotFound
from app.ids import ContactId
from app.state import state_of
from app.trail.listing import names_of
from app.trail.records import Actor, Deed
from app.trail.views import log_view

_LONGEST_SEARCH: Final = 500
_CHOOSE: Final = "Choose whom to delete: nobody was chosen."
_GONE: Final = (
    "That person is not here any more: somebody else may have deleted them, or their seven days are over."
)
_SAID: Final = {
    "deleted": "Deleted. From now on they are in no list, search or profile; for seven days you can restore them.",
    "restored": "Restored, as they were.",
}


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody who may be meant."""

    id: ContactId
    shown: str
    avatar: Avatar
    role: str
    email: str | None
    external_id: str | None
    is_archived: bool


@dataclass(frozen=True, slots=True)
class Deleted:
    """Somebody who can still be restored."""

    id: ContactId
    shown: str
    who: str
    deleted: Moment
    until: Moment


@dataclass(frozen=True, slots=True)
class Read:
    """What the page shows of people. ``asked`` is who is about to be deleted, once it is asked again."""

    matches: Sequence[Contact]
    deleted: Sequence[Contact]
    names: dict[Actor, str]
    asked: Contact | None = None


@admin_only
async def show_deleting(request: Request, seat: Seat) -> Response:
    """Who fits ``q``, and the deleted of the last seven days."""
    said = _SAID.get(request.query_params.get("done", ""), "")
    return await _deleting_page(request, seat, request.query_params.get("q", ""), said=said)


@admin_only
async def delete_person(request: Request, seat: Seat) -> Response:
    """Delete whom the form names; a form that has not been asked again is answered with that question."""
    state, contact_id, search = state_of(request), seat.form.get("id", ""), seat.form.get("q", "")
    if not contact_id:
        return await _deleting_page(request, seat, search, wrong=_CHOOSE, status=400)
    try:
        if seat.form.get("confirmed") != "yes":
            return await _deleting_page(request, seat, search, asked_id=contact_id)
        now = state.clock.now()
        await departures.delete(state, seat.app_id, contact_id, actor=seat.actor, now=now)
    except UserNotFound:
        return await _deleting_page(request, seat, search, wrong=_GONE, status=404)
    return see_other(f"{_path(seat)}?{urlencode({'done': 'deleted'})}")


@admin_only
async def restore_person(request: Request, seat: Seat) -> Response:
    state, now = state_of(request), state_of(request).clock.now()
    try:
        await departures.restore(state, seat.app_id, seat.form.get("id", ""), actor=seat.actor, now=now)
    except UserNotFound:
        return await _deleting_page(request, seat, "", wrong=_GONE, status=404)
    return see_other(f"{_path(seat)}?{urlencode({'done': 'restored'})}")


async def _deleting_page(
    request: Request,
    seat: Seat,
    search: str,
    *,
    asked_id: str | None = None,
    said: str = "",
    wrong: str = "",
    status: int = 200,
) -> Response:
    """Raises UserNotFound where ``asked_id`` names nobody."""
    state, search = state_of(request), search.strip()[:_LONGEST_SEARCH]
    now = state.clock.now()

    def read(conn: Connection) -> Read:
        asked = None if asked_id is None else get_contact(conn, seat.app_id, asked_id)
        matches = named_by_any(conn, seat.app_id, search) if search else []
        deleted = deleted_contacts(conn, seat.app_id, now)
        names = names_of(conn, seat.app_id, [_actor(contact.deleted_by) for contact in deleted])
        return Read(matches, deleted, names, asked)

    seen = await state.database.read(read)
    if seen.matches or seen.deleted or seen.asked:
        await log_view(state.database, seat.app_id, seat.actor, _deed(seen), now)
    return page(
        "settings_deleting.html",
        {
            "layout": layout_of(seat, "settings"),
            "section": "deleting",
            "is_admin": True,
            "search": search,
            "matches": [_match(contact) for contact in seen.matches],
            "asked": _match(seen.asked) if seen.asked else None,
            "deleted": [_deleted(seat, contact, seen.names, now) for contact in seen.deleted],
            "most_shown": MOST_SHOWN,
            "said": said,
            "wrong": wrong,
        },
        status=status,
    )


def _deed(seen: Read) -> Deed:
    looked_at = {contact.id: None for contact in (*seen.matches, *([seen.asked] if seen.asked else []))}
    return Deed("contact.listed", "contact", None, {"ids": list(looked_at), "deleted": len(seen.deleted)})


def _match(contact: Contact) -> Match:
    shown = _shown(contact)
    return Match(
        id=contact.id,
        shown=shown,
        avatar=Avatar(contact.id, shown, contact.avatar_url),
        role=contact.role,
        email=contact.email,
        external_id=contact.external_id,
        is_archived=contact.archived_at is not None,
    )


def _deleted(seat: Seat, contact: Contact, names: dict[Actor, str], now: float) -> Deleted:
    at, actor = contact.deleted_at or now, _actor(contact.deleted_by)
    kinds = {"admin": "a teammate", "token": "an API token", "cli": "the command line"}
    return Deleted(
        id=contact.id,
        shown=_shown(contact),
        who=names.get(actor) or kinds.get(actor.type, "Porchlight itself"),
        deleted=Moment(at, now, seat.workspace.timezone),
        until=Moment(at + GRACE_SECONDS, now, seat.workspace.timezone),
    )


def _actor(written: str | None) -> Actor:
    """Whom ``deleted_by`` names."""
    kind, _, actor_id = (written or "system").partition(":")
    return Actor(kind, actor_id or None)  # type: ignore[arg-type]


def _shown(contact: Contact) -> str:
    return shown_name(contact.name, contact.email, contact.external_id, contact.pseudonym)


def _path(seat: Seat) -> str:
    return f"/apps/{seat.app_id}/settings/deleting-people-data"
