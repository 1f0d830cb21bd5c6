"""Reports: for now, on the users whom the messenger misses. Rule R54."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.contacts.missing import count_missing, missing_users
from app.contacts.names import shown_name
from app.contacts.records import Contact
from app.dashboard.access import Seat, member
from app.dashboard.layout import layout_of
from app.dashboard.moments import Moment
from app.dashboard.rendering import Avatar, page
from app.errors import ParameterInvalid
from app.ids import ContactId, is_contact_id
from app.state import state_of
from app.trail.records import Deed
from app.trail.views import log_view

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Missing:
    """A user whom the messenger never saw."""

    id: ContactId
    shown: str
    avatar: Avatar
    email: str | None
    external_id: str | None
    synced: Moment | None


@dataclass(frozen=True, slots=True)
class Figures:
    """How many of those who were synced are missing."""

    missing: int
    synced: int

    @property
    def seen(self) -> int:
        return self.synced - self.missing

    @property
    def share(self) -> str:
        """``12.5 %``; never ``0 %`` for somebody, nor ``100 %`` for not all."""
        if self.synced == 0:
            return "0 %"
        percent = 100 * self.missing / self.synced
        if 0 < percent < 0.1:
            return "under 0.1 %"
        if 99.9 < percent < 100:
            return "over 99.9 %"
        return f"{percent:.1f}".removesuffix(".0") + " %"


@member
async def show_reports(request: Request, seat: Seat) -> Response:
    figures = Figures(*await state_of(request).database.read(lambda conn: count_missing(conn, seat.app_id)))
    return page("reports.html", {"layout": layout_of(seat, "reports"), "figures": figures})


@member
async def show_missing_users(request: Request, seat: Seat) -> Response:
    """Those behind ``after``, the oldest first, and how many there are."""
    state, last_id = state_of(request), _read_after(request)
    now = state.clock.now()

    def read(conn: Connection) -> tuple[Sequence[Contact], Figures]:
        found = missing_users(conn, seat.app_id, last_id, PAGE_SIZE + 1)
        return found, Figures(*count_missing(conn, seat.app_id))

    found, figures = await state.database.read(read)
    shown = found[:PAGE_SIZE]
    if shown:
        deed = Deed("contact.listed", "contact", None, {"ids": [contact.id for contact in shown]})
        await log_view(state.database, seat.app_id, seat.actor, deed, now)
    path = request.url.path
    return page(
        "missing_users.html",
        {
            "layout": layout_of(seat, "reports"),
            "figures": figures,
            "people": [_missing(seat, contact, now) for contact in shown],
            "first_url": path if last_id is not None else None,
            "next_url": f"{path}?{urlencode({'after': shown[-1].id})}" if len(found) > PAGE_SIZE else None,
        },
    )


def _read_after(request: Request) -> ContactId | None:
    after = request.query_params.get("after") or None
    if after is not None and not is_contact_id(after):
        raise ParameterInvalid(f"after is {after[:40]!r}: it is the ID of a person")
    return ContactId(after) if after else None


def _missing(seat: Seat, contact: Contact, now: float) -> Missing:
    shown = shown_name(contact.name, contact.email, contact.external_id, contact.pseudonym)
    synced = contact.synced_at
    return Missing(
        id=contact.id,
        shown=shown,
        avatar=Avatar(contact.id, shown, contact.avatar_url),
        email=contact.email,
        external_id=contact.external_id,
        synced=None if synced is None else Moment(synced, now, seat.workspace.timezone),
    )
