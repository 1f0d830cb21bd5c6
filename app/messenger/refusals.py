"""What all the messenger's routes do when they refuse: say so once in the log, and hide it from strangers."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from app.errors import OriginNotAllowed, PorchlightError, RateLimited
from app.messenger.cors import hide
from app.refusals import log_refusal
from app.server.closing import unanswered_if_cancelled

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


def refusing(event: str) -> Callable[[Endpoint], Endpoint]:
    """Around an endpoint: logs each refusal as ``event``, without a word of what was sent.

    The error goes on to the edge that makes it an answer. Floods are logged where they are counted.
    """

    def around(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def answer(request: Request) -> Response:
            try:
                with unanswered_if_cancelled():
                    return await endpoint(request)
            except PorchlightError as error:
                if isinstance(error, OriginNotAllowed):
                    hide(request)
                if not isinstance(error, RateLimited):
                    log_refusal(event, error.code, status=error.status)
                raise

        return answer

    return around
