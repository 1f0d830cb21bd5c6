"""Teammates of a workspace: seen by all of them, added and removed by admins. Rule R81."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.auth.admins import find_by_email, members_of, workspaces_of
from app.auth.sessions import make_sign_in_link
from app.dashboard.access import Seat, admin_only, member
from app.dashboard.doorkeeper import doorkeeper_of
from app.dashboard.forms import link_origin
from app.dashboard.layout import layout_of
from app.dashboard.rendering import page, see_other
from app.errors import Conflict, NotFound, ParameterInvalid
from app.ids import AdminId
from app.state import state_of
from app.workspaces.administration import add_teammate as add_teammate_to
from app.workspaces.administration import remove_teammate as remove_teammate_from

_MOST_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in the form when it was sent, to be shown again."""

    email: str = ""
    role: str = "teammate"


@member
async def show_teammates(request: Request, seat: Seat) -> Response:
    return await _teammates_page(request, seat)


@admin_only
async def add_teammate(request: Request, seat: Seat) -> Response:
    """A new teammate, with a password, or else with a link that signs in once.

    Somebody who has an account gets neither, whose key would open their other workspaces too: they
    sign in as ever.
    """
    state = state_of(request)
    typed = Typed(seat.form.get("email", "").strip(), seat.form.get("role", "teammate"))
    password = seat.form.get("password", "")
    now = state.clock.now()
    try:
        hashed = None
        if password:
            doorkeeper = await doorkeeper_of(request)
            hashed = await doorkeeper.passwords.hash_aside(password)

        def add(conn: Connection) -> tuple[str, bool]:
            has_key = _has_key(conn, typed.email)
            given = None if has_key else hashed
            admin_id = add_teammate_to(
                conn, seat.app_id, typed.email, given, actor=seat.actor, now=now, role=typed.role
            )
            is_key_needed = not (has_key or hashed)
            return make_sign_in_link(conn, admin_id, seat.app_id, now) if is_key_needed else "", has_key

        token, has_key = await state.database.write(add)
    except (Conflict, ParameterInvalid) as error:
        return await _teammates_page(request, seat, typed=typed, wrong=error.message, status=error.status)
    link = f"{link_origin(request)}/login/once?token={token}" if token else ""
    return await _teammates_page(request, seat, added=typed.email, link=link, has_key=has_key)


@admin_only
async def remove_teammate(request: Request, seat: Seat) -> Response:
    """Take somebody out of the workspace; what they have open here is cut within moments."""
    text = seat.form.get("id", "")
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise NotFound("No such teammate")
    admin_id, state = AdminId(int(text)), state_of(request)
    now = state.clock.now()
    try:
        await state.database.write(
            lambda conn: remove_teammate_from(conn, seat.app_id, admin_id, actor=seat.actor, now=now)
        )
    except Conflict as error:
        return await _teammates_page(request, seat, wrong=error.message, status=error.status)
    if admin_id == seat.visit.admin.id:
        return see_other("/")
    return see_other(f"/apps/{seat.app_id}/settings/teammates")


def _has_key(conn: Connection, email: str) -> bool:
    """Whether somebody has a password already, or an account that opens any workspace."""
    known = find_by_email(conn, email)
    return known is not None and (known.password_hash is not None or bool(workspaces_of(conn, known.id)))


async def _teammates_page(
    request: Request,
    seat: Seat,
    *,
    typed: Typed | None = None,
    added: str = "",
    link: str = "",
    has_key: bool = False,
    wrong: str = "",
    status: int = 200,
) -> Response:
    members = await state_of(request).database.read(lambda conn: members_of(conn, seat.app_id))
    return page(
        "settings_teammates.html",
        {
            "layout": layout_of(seat, "settings"),
            "section": "teammates",
            "is_admin": seat.is_admin,
            "members": members,
            "own_id": seat.visit.admin.id,
            "typed": typed or Typed(),
            "added": added,
            "link": link,
            "has_key": has_key,
            "wrong": wrong,
        },
        status=status,
    )
