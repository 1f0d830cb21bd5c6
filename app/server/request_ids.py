"""What a request is called, and that every answer says it.

By its id in ``X-Request-Id`` whoever asks finds an answer again: in its own log, and in the server's,
where the line of a fault bears it. Whoever sends an id is answered under that one.
"""

import re
from collections.abc import Awaitable, Iterable, MutableMapping
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.ids import new_request_id

HEADER: Final = b"x-request-id"
UNNAMED: Final = frozenset({"/messenger/web/ping", "/messenger/heartbeat"})
"""Paths whose good answers bear no id: what comes from every open page pays for nothing that no page reads."""
_GIVEN: Final = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
_KEY: Final = "porchlight.request_id"


def request_id_among(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The id that a request's headers (names in lower case) give it; a new one where they give none, or a bad one."""
    given = next((value for name, value in headers if name == HEADER), b"")
    return given.decode() if _GIVEN.fullmatch(given) else new_request_id()


def request_id_of(scope: MutableMapping[str, Any]) -> str:
    """What the request is called, the same however often it is asked for."""
    if _KEY not in scope:
        scope[_KEY] = request_id_among(scope["headers"])
    known: str = scope[_KEY]
    return known


class Named:
    """Around the application: each answer that does not bear its request's id yet is given it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # No coroutine of its own: what is handed on as it came costs one look at its path.
        if scope["type"] != "http" or scope["path"] in UNNAMED:
            return self._app(scope, receive, send)

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                if all(name != HEADER for name, _ in headers):
                    message = {**message, "headers": [*headers, (HEADER, request_id_of(scope).encode())]}
            await send(message)

        return self._app(scope, receive, send_named)
