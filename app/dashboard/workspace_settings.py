"""The workspace's settings: the snippet, who may embed it, how people prove who they are, and when its days begin.

Teammates may look, admins may change. The identity secret is shown to admins only, and only in
answer to a form: it stands in no page that is merely opened.
"""

from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.dashboard.access import Seat, admin_only, member
from app.dashboard.forms import link_origin
from app.dashboard.layout import layout_of
from app.dashboard.rendering import page
from app.errors import ParameterInvalid
from app.state import state_of
from app.workspaces.administration import (
    change_switches,
    retire_old_secret,
    reveal_secret,
    rotate_secret,
)
from app.workspaces.records import Workspace

_SAVED: Final = "Saved."


@member
async def show_messenger(request: Request, seat: Seat) -> Response:
    return _messenger_page(request, seat, seat.workspace)


@admin_only
async def change_messenger(request: Request, seat: Seat) -> Response:
    """One of the page's forms: ``deed`` tells which."""
    deed, state = seat.form.get("deed", ""), state_of(request)
    now = state.clock.now()
    try:
        changed = await state.database.write(lambda conn: _do(conn, seat, deed, now))
    except ParameterInvalid as error:
        return _messenger_page(request, seat, seat.workspace, wrong=error.message, status=400)
    state.directory.put(changed)
    said = "" if deed == "reveal" else _SAVED
    return _messenger_page(request, seat, changed, said=said, shows_secret=deed not in ("save", "timezone"))


def _do(conn: Connection, seat: Seat, deed: str, now: float) -> Workspace:
    if deed == "save":
        return change_switches(
            conn,
            seat.app_id,
            actor=seat.actor,
            now=now,
            identity_verification="identity_verification" in seat.form,
            allowed_origins=seat.form.get("allowed_origins", "").split(),
        )
    if deed == "timezone":
        timezone = seat.form.get("timezone", "").strip()
        return change_switches(conn, seat.app_id, actor=seat.actor, now=now, timezone=timezone)
    if deed == "rotate":
        return rotate_secret(conn, seat.app_id, actor=seat.actor, now=now)
    if deed == "retire":
        return retire_old_secret(conn, seat.app_id, actor=seat.actor, now=now)
    if deed == "reveal":
        return reveal_secret(conn, seat.app_id, actor=seat.actor, now=now)
    raise ParameterInvalid(f"deed is {deed[:40]!r}: this page has no such form")


def _messenger_page(
    request: Request,
    seat: Seat,
    workspace: Workspace,
    *,
    said: str = "",
    wrong: str = "",
    shows_secret: bool = False,
    status: int = 200,
) -> Response:
    typed = seat.form if wrong else {}
    return page(
        "settings_messenger.html",
        {
            "layout": layout_of(seat, "settings"),
            "section": "messenger",
            "workspace": workspace,
            "is_admin": seat.is_admin,
            "origin": link_origin(request),
            "origins_text": typed.get("allowed_origins", "\n".join(workspace.allowed_origins)),
            "timezone": typed.get("timezone", workspace.timezone),
            "secrets": workspace.identity_secrets if shows_secret else None,
            "secret_count": len(workspace.identity_secrets),
            "said": said,
            "wrong": wrong,
        },
        status=status,
    )
