"""What is said to a request that the server, which goes down, can't wait for any more.

Going down takes a few seconds, in which open requests end. The front door marks those whose bodies
have not come by then: whoever reads such a body is told by an error, as if somebody had sent too much.
uvicorn cancels whatever is left after that; without a word from here it would answer that something broke.
An edge whose answers bear headers of its own says that word itself, by ``unanswered_if_cancelled``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import ServiceUnavailable
from app.server.front_door import GIVEN_UP

_NOT_TAKEN: Final = "The server is going down, and nothing of this was taken: send it again in a moment"
_NOT_ANSWERED: Final = "The server went down before this was answered: ask again in a moment"


@contextmanager
def unanswered_if_cancelled() -> Iterator[None]:
    """Around what makes an answer: raises ServiceUnavailable where that is cancelled."""
    try:
        yield
    except asyncio.CancelledError:
        raise ServiceUnavailable(_NOT_ANSWERED) from None


class Closing:
    """Around the application; ``answer`` makes an error an answer."""

    def __init__(self, app: ASGIApp, answer: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def receive_in_time() -> Message:
            message = await receive()
            if GIVEN_UP in scope and message.get("more_body"):
                raise ServiceUnavailable(_NOT_TAKEN)
            return message

        async def note_beginning(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive_in_time, note_beginning)
        except asyncio.CancelledError:
            if has_begun:
                raise
            response = await self._answer(Request(scope), ServiceUnavailable(_NOT_ANSWERED))
            await response(scope, receive, send)
