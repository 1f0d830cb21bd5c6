"""API tokens: made and revoked by admins, shown once. Rule R81."""

from starlette.requests import Request
from starlette.responses import Response

from app.auth.tokens import list_tokens
from app.dashboard.access import Seat, admin_only
from app.dashboard.layout import layout_of
from app.dashboard.moments import day
from app.dashboard.rendering import page, see_other
from app.errors import Conflict, ParameterInvalid
from app.state import state_of
from app.workspaces.administration import make_token as make_token_of
from app.workspaces.administration import revoke_token


@admin_only
async def show_tokens(request: Request, seat: Seat) -> Response:
    return await _tokens_page(request, seat)


@admin_only
async def make_token(request: Request, seat: Seat) -> Response:
    """A new token; the answer to this form is the only page that ever shows it."""
    state, name = state_of(request), seat.form.get("name", "").strip()
    now = state.clock.now()
    try:
        made = await state.database.write(
            lambda conn: make_token_of(conn, seat.app_id, name, actor=seat.actor, now=now)
        )
    except (Conflict, ParameterInvalid) as error:
        return await _tokens_page(request, seat, wrong=error.message, typed=name, status=error.status)
    return await _tokens_page(request, seat, made=made, made_name=name)


@admin_only
async def revoke(request: Request, seat: Seat) -> Response:
    state, name = state_of(request), seat.form.get("name", "")
    now = state.clock.now()
    await state.database.write(lambda conn: revoke_token(conn, seat.app_id, name, actor=seat.actor, now=now))
    return see_other(f"/apps/{seat.app_id}/settings/tokens")


async def _tokens_page(
    request: Request,
    seat: Seat,
    *,
    made: str = "",
    made_name: str = "",
    typed: str = "",
    wrong: str = "",
    status: int = 200,
) -> Response:
    tokens = await state_of(request).database.read(lambda conn: list_tokens(conn, seat.app_id))
    return page(
        "settings_tokens.html",
        {
            "layout": layout_of(seat, "settings"),
            "section": "tokens",
            "is_admin": True,
            "tokens": [
                (token.name, token.prefix, day(token.created_at, seat.workspace.timezone)) for token in tokens
            ],
            "made": made,
            "made_name": made_name,
            "typed": typed,
            "wrong": wrong,
        },
        status=status,
    )
