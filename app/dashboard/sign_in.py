"""The way in and out: password, one-time link, sign-out. Rule R81.

A sign-in always begins a new session: a token that somebody planted in a browser before is worth
nothing after. Signing out ends the session, and whatever is open in its name with it.
"""

import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.auth.admins import find_by_email
from app.auth.secrets_at_rest import fingerprint
from app.auth.sessions import SESSION_SECONDS, begin_session, end_session, use_sign_in_link
from app.dashboard.access import COOKIE, Visit, find_visit, signed_in
from app.dashboard.doorkeeper import doorkeeper_of
from app.dashboard.forms import check_form, read_form
from app.dashboard.refusals import refuse
from app.dashboard.rendering import page, see_other
from app.errors import PorchlightError, RateLimited
from app.ids import AdminId, AppId
from app.log import get_logger
from app.state import state_of

FORM_COOKIE: Final = "porchlight_form"
_FORM_SECONDS: Final = 12 * 3_600
_HOME: Final = "/"


async def home(request: Request) -> Response:
    """Lead to the first workspace, or to the sign-in."""
    visit = await find_visit(request)
    if visit is None:
        return see_other("/login")
    if not visit.memberships:
        return page("nowhere.html", {"email": visit.admin.email, "csrf_token": visit.session.csrf_token})
    return see_other(_list_of(visit.memberships[0].app_id))


async def show_login(request: Request) -> Response:
    if await find_visit(request) is not None:
        return see_other(_way_back(request.query_params.get("next")))
    return _login_page(request, Attempt(next_url=request.query_params.get("next", "")))


async def login(request: Request) -> Response:
    """Check email and password, and begin a session."""
    try:
        form = await read_form(request)
        check_form(request, form, request.cookies.get(FORM_COOKIE, ""))
    except PorchlightError as error:
        return refuse(request, error)
    email, password, next_url = (form.get(name, "") for name in ("email", "password", "next"))
    state = state_of(request)
    admin = await state.database.read(lambda conn: find_by_email(conn, email))
    doorkeeper = await doorkeeper_of(request)
    try:
        is_right = await doorkeeper.admits(
            _address(request), email.strip().lower(), password, admin.password_hash if admin else None
        )
    except RateLimited as error:
        attempt = Attempt(email, next_url, error.message)
        return _login_page(request, attempt, error.status, error.retry_after_seconds)
    if not is_right or admin is None:
        get_logger().info("dashboard.sign_in_failed")
        return _login_page(request, Attempt(email, next_url, "Email and password don't match"), 401)
    return await _begin(request, admin.id, _way_back(next_url))


async def use_link(request: Request) -> Response:
    """Sign in by a link that works once."""
    if request.method == "HEAD" or "prefetch" in request.headers.get("sec-purpose", ""):
        return page("link.html", {"is_over": False})  # a look at the link is no use of it
    state = state_of(request)
    token, now = request.query_params.get("token", ""), state.clock.now()
    used = await state.database.write(lambda conn: use_sign_in_link(conn, token, now))
    if used is not None:
        admin_id, app_id = used
        return await _begin(request, admin_id, _list_of(app_id))
    if await find_visit(request) is not None:
        return see_other(_HOME)
    return page("link.html", {"is_over": True}, status=410)


@signed_in
async def logout(request: Request, visit: Visit) -> Response:
    state = state_of(request)
    await state.database.write(lambda conn: end_session(conn, visit.session.token_hash))
    state.sessions.ended(visit.session.token_hash)
    response = see_other("/login")
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return response


async def _begin(request: Request, admin_id: AdminId, url: str) -> Response:
    """A new session in place of the one this browser may have had."""
    state = state_of(request)
    now = state.clock.now()
    old = request.cookies.get(COOKIE)

    def begin(conn: Connection) -> str:
        if old:
            end_session(conn, fingerprint(old))
        token, _ = begin_session(conn, admin_id, now)
        return token

    token = await state.database.write(begin)
    if old:
        state.sessions.ended(fingerprint(old))
    get_logger().info("dashboard.signed_in", admin=admin_id)
    response = see_other(url)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_SECONDS),
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_tls(request),
    )
    return response


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the sign-in form holds when it is shown again, and why it is."""

    email: str = ""
    next_url: str = ""
    wrong: str = ""


def _login_page(
    request: Request, attempt: Attempt, status: int = 200, retry_after_seconds: int | None = None
) -> Response:
    """The form, with a token that its cookie knows too."""
    token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    response = page(
        "login.html",
        {"csrf_token": token, "attempt": attempt},
        status=status,
        headers={"retry-after": str(retry_after_seconds)} if retry_after_seconds else None,
    )
    response.set_cookie(
        FORM_COOKIE,
        token,
        max_age=_FORM_SECONDS,
        path="/login",
        httponly=True,
        samesite="strict",
        secure=_is_tls(request),
    )
    return response


def _way_back(next_url: str | None) -> str:
    """Where to go after signing in: a path of ours, never another site."""
    if not next_url or not next_url.startswith("/") or next_url.startswith(("//", "/\\")):
        return _HOME
    if len(next_url) > 4_000 or any(character < " " for character in next_url):
        return _HOME
    parts = urlsplit(next_url)
    return _HOME if parts.netloc or parts.path.startswith(("/login", "/logout")) else next_url


def _list_of(app_id: AppId) -> str:
    return f"/apps/{app_id}/users"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _is_tls(request: Request) -> bool:
    return request.url.scheme == "https"
