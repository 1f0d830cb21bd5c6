"""What is not there: unknown routes and wrong methods, for whoever bears a token an answer like all others.

To a live token it counts as a request, with the version checked and the limit told; so a script that
asks at a wrong address sees there too how often it may. Without one there is nothing to tell but that
nothing is there, and a wrong token is counted as anywhere else: it is not found out here that it is one.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final, TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.api.auth import answered, grant_of
from app.auth.tokens import TokenGrant
from app.errors import PorchlightError

Answer: TypeAlias = Callable[[Request, Exception], Awaitable[Response]]

_UNROUTED: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})


def telling_tokens(answer: Answer) -> Answer:
    """The application's answer to Starlette's refusals, with that of REST in its place for live tokens."""

    async def tell(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code not in _UNROUTED or "authorization" not in request.headers:
            return await answer(request, error)
        try:
            grant = await grant_of(request)
        except PorchlightError:
            return await answer(request, error)

        async def refuse(_request: Request, _grant: TokenGrant) -> Response:
            raise error

        return await answered(request, grant, refuse)

    return tell
