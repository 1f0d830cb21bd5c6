"""The edge of the pages: errors become pages for people, error lists for programs.

Whoever asks for JSON gets JSON. A browser gets a page in the same dress as all others, which says
what is wrong and where to go on.
"""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from app.dashboard.rendering import SAFE_HEADERS, page, see_other
from app.errors import PorchlightError, WrongRegion
from app.server.request_ids import request_id_of

_HEADINGS: Final = {
    400: "That did not make sense",
    403: "Not for you",
    404: "Nothing here",
    405: "Not like that",
    409: "That is taken",
    413: "Too much at once",
    421: "Not here",
    429: "Too many attempts",
    500: "Something broke",
    503: "Not now",
    507: "The disk is full",
}
_SAID: Final = {
    404: "There is no such page, or it belongs to a workspace that you are not a teammate of.",
    500: "The fault is ours. It has been written down; try once more in a moment.",
}


class SignInNeeded(PorchlightError):
    """Nobody is signed in in this browser."""

    status = 401
    code = "unauthorized"

    def __init__(self) -> None:
        super().__init__("Sign in first")


def wants_json(request: Request) -> bool:
    """Whether an answer is for a program: it asks for JSON, and not for pages."""
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def wants_page(request: Request) -> bool:
    """Whether whoever asks is a browser that shows the answer to somebody."""
    return "text/html" in request.headers.get("accept", "")


def refuse(request: Request, error: PorchlightError) -> Response:
    """The answer to a request that ended in ``error``."""
    seconds = error.retry_after_seconds
    headers = {} if seconds is None else {"retry-after": str(seconds)}
    if isinstance(error, WrongRegion) and error.host is not None:
        headers["location"] = f"https://{error.host}"
    if wants_json(request):
        return error_list(request, error, headers)
    if isinstance(error, SignInNeeded):
        return see_other(f"/login?next={quote(_path_of(request), safe='')}")
    return error_page(error.status, error.message, headers)


def error_page(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    heading = _HEADINGS.get(status) or HTTPStatus(status).phrase
    # Whether a page exists is said in the same words, whatever was looked for.
    context = {"heading": heading, "message": _SAID.get(status, message), "status": status}
    return page("error.html", context, status=status, headers=headers)


def with_pages(
    handlers: Mapping[type[Exception], ExceptionHandler],
) -> dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]:
    """The application's error handlers, with pages in their place for browsers.

    The handlers still do what they do besides (writing a fault down), and give the answer its status.
    """
    return {kind: _with_page(handler) for kind, handler in handlers.items()}


def _with_page(handler: ExceptionHandler) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        answer = handler(request, error)  # type: ignore[arg-type]
        response: Response = await answer if isinstance(answer, Awaitable) else answer  # type: ignore[assignment]
        if not wants_page(request):
            return response
        if isinstance(error, PorchlightError):
            return refuse(request, error)
        message = error.detail if isinstance(error, HTTPException) else ""
        return error_page(
            response.status_code, message, {"x-request-id": response.headers.get("x-request-id", "")}
        )

    return handle


def error_list(
    asked: HTTPConnection, error: PorchlightError, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer for programs: to a request, or to a socket that is not opened."""
    request_id = request_id_of(asked.scope)
    body = {
        "type": "error.list",
        "request_id": request_id,
        "errors": [{"code": error.code, "message": error.message}],
    }
    every = {**SAFE_HEADERS, "x-request-id": request_id, **(headers or {})}
    return Response(
        msgspec.json.encode(body), error.status, every, media_type="application/json; charset=utf-8"
    )


def _path_of(request: Request) -> str:
    """Where to come back to after signing in: the page, or the way in where it was no page."""
    if request.method != "GET":
        return "/"
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")
