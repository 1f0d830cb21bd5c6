"""The REST edge: who asks, how often, in which version; then the handler, and its errors.

A handler wrapped by ``authenticated`` is given the request and the token's grant, and deals with
nothing else. Whatever it answers or raises leaves with the headers of the rate limit.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from app.api.desk import desk_of
from app.api.errors import answer_to
from app.api.rate_limit import Allowance
from app.auth.tokens import TokenGrant, authenticate
from app.clock import monotonic
from app.errors import IntercomVersionInvalid, PorchlightError, RateLimited, Unauthorized
from app.refusals import log_refusal
from app.server.closing import unanswered_if_cancelled
from app.state import state_of
from app.workspaces.whereabouts import require_not_elsewhere

Handler: TypeAlias = Callable[[Request, TokenGrant], Awaitable[Response]]

VERSIONS: Final = frozenset(
    {"1.0", "1.1", "1.2", "1.3", "1.4", *(f"2.{minor}" for minor in range(15)), "Unstable"}
)
_LONGEST_TOKEN: Final = 500
_BAD_INPUT: Final = frozenset({400, 413, 415})


def authenticated(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint for ``handler``: 401 without a live token, 429 above a limit."""

    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        # What is refused or cancelled in here bears no headers of a limit: whose it would be is not known yet.
        grant = await grant_of(request)
        return await answered(request, grant, handler)

    return endpoint


async def answered(request: Request, grant: TokenGrant, handler: Handler) -> Response:
    """What ``handler`` answers or raises, with the headers of the limit; 429 above one."""
    allowance = desk_of(request).take_request(grant, monotonic())
    try:
        _check_rate(allowance)
        require_not_elsewhere(grant.app_id, state_of(request).settings)
        _check_version(request)
        with unanswered_if_cancelled():
            response = await handler(request, grant)
    except Exception as error:
        if isinstance(error, PorchlightError) and error.status in _BAD_INPUT:
            log_refusal("rest.refused", error.code, status=error.status)
        response = await answer_to(request, error)
    response.headers.update(allowance.headers(state_of(request).clock.now()))
    return response


async def grant_of(request: Request) -> TokenGrant:
    """What the bearer's token opens; raises Unauthorized, or RateLimited after too many wrong ones."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not 0 < len(token) <= _LONGEST_TOKEN:
        raise Unauthorized
    tries = desk_of(request).token_tries
    client_host = request.client.host if request.client else ""
    tries.check(token, client_host, monotonic())
    try:
        grant = await state_of(request).database.read(lambda conn: authenticate(conn, token))
    except Unauthorized:
        tries.failed(token, client_host, monotonic())
        raise
    tries.succeeded(token)
    return grant


def _check_rate(allowance: Allowance) -> None:
    if allowance.is_exceeded:
        raise RateLimited(
            f"{allowance.whose} may ask {allowance.limit} times in 10 seconds", allowance.retry_after_seconds
        )


def _check_version(request: Request) -> None:
    version = request.headers.get("intercom-version")
    if version is not None and version not in VERSIONS:
        raise IntercomVersionInvalid(f"Intercom-Version is {version[:20]!r}: 2.14 is the one to ask for")
