"""The workspace's settings: the snippet, who may embed it, and how people prove who they are.

Teammates may look, admins may change. The identity secret is shown to admins only, and only in
answer to a form: it stands in no page that is merely opened.
"""

from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.dashboard.access import Seat, admin_only, member
from app.dashboard.forms import own_origin
from app.dashboard.layout import layout_of
from app.dashboard.rendering import page
from app.errors import ParameterInvalid
from app.state import state_of
from app.workspaces.operations import change_workspace, retire_old_secret, rotate_secret
from app.workspaces.records import Workspace

_SAVED: Final = "Saved."


@member
async def show_messenger(request: Request, seat: Seat) -> Response:
    return _messenger_page(request, seat, seat.workspace)


@admin_only
async def change_messenger(request: Request, seat: Seat) -> Response:
    """One of the page's forms: ``deed`` tells which."""
    deed = seat.form.get("deed", "")
    if deed == "reveal":
        return _messenger_page(request, seat, seat.workspace, shows_secret=True)
    try:
        changed = await state_of(request).database.write(lambda conn: _do(conn, seat, deed))
    except ParameterInvalid as error:
        return _messenger_page(request, seat, seat.workspace, wrong=error.message, status=400)
    state_of(request).directory.put(changed)
    shows_secret = deed in ("rotate", "retire")
    return _messenger_page(request, seat, changed, said=_SAVED, shows_secret=shows_secret)


def _do(conn: Connection, seat: Seat, deed: str) -> Workspace:
    if deed == "save":
        return change_workspace(
            conn,
            seat.app_id,
            identity_verification="identity_verification" in seat.form,
            allowed_origins=seat.form.get("allowed_origins", "").split(),
        )
    if deed == "rotate":
        return rotate_secret(conn, seat.app_id)
    if deed == "retire":
        return retire_old_secret(conn, seat.app_id)
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
    typed = seat.form.get("allowed_origins") if wrong else None
    return page(
        "settings_messenger.html",
        {
            "layout": layout_of(seat, "settings"),
            "section": "messenger",
            "workspace": workspace,
            "is_admin": seat.is_admin,
            "origin": own_origin(request),
            "origins_text": typed if typed is not None else "\n".join(workspace.allowed_origins),
            "secrets": workspace.identity_secrets if shows_secret else None,
            "secret_count": len(workspace.identity_secrets),
            "said": said,
            "wrong": wrong,
        },
        status=status,
    )
