"""The edge where errors become answers: one shape for all of them, each with the id of its request.

Rules, stores and operations raise what ``app/errors.py`` names; here it becomes an error list,
once. So do Starlette's own refusals (an unknown route, a wrong method), and a fault of ours,
which tells the outside nothing but a request id to find it by in the log.
"""

from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ExceptionHandler

from app.api.answers import Json
from app.errors import PorchlightError, Unauthorized, UpgradeRequired, WrongRegion
from app.log import get_logger
from app.server.request_ids import request_id_of

_CODES: Final = {
    400: "client_error",
    404: "not_found",
    405: "method_not_allowed",
    413: "request_too_large",
}
_MESSAGES: Final = {404: "Resource Not Found", 405: "Method Not Allowed"}


async def answer_to(request: Request, error: Exception) -> Response:
    """The answer to whatever was raised while a request was being answered."""
    if isinstance(error, PorchlightError):
        return await on_porchlight_error(request, error)
    if isinstance(error, HTTPException):
        return await on_http_exception(request, error)
    return await on_fault(request, error)


async def on_porchlight_error(request: Request, error: Exception) -> Response:
    """An error of ours as an error list; it says when to come again, where that is known; a 421 says where to go."""
    assert isinstance(error, PorchlightError)
    seconds = error.retry_after_seconds
    headers = {} if seconds is None else {"retry-after": str(seconds)}
    if isinstance(error, WrongRegion) and error.host is not None:
        headers["location"] = f"https://{error.host}"
    if isinstance(error, UpgradeRequired):
        headers["upgrade"] = "websocket"
    if type(error) is Unauthorized:
        headers["www-authenticate"] = "Bearer"
    return _error_list(request, error.status, error.code, error.message, headers)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """A refusal by Starlette: no such route, no such method, a body it could not take."""
    assert isinstance(error, HTTPException)
    status = error.status_code
    message = _MESSAGES.get(status) or error.detail or HTTPStatus(status).phrase
    code = _CODES.get(status, "server_error" if status >= 500 else "client_error")
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["allow"] = _methods_here(request)
    return _error_list(request, status, code, message, headers)


async def on_fault(request: Request, error: Exception) -> Response:
    """A fault of ours: 500, with nothing in it but the id under which the log has it."""
    request_id = request_id_of(request.scope)
    get_logger().error("http.fault", request_id=request_id, error=type(error).__name__, exc_info=error)
    return _error_list(request, 500, "server_error", "Something went wrong here", {})


def _methods_here(request: Request) -> str:
    """What may be asked of a path: each of its methods has a route of its own, and Starlette tells of the first."""
    here = (
        route.methods or set()
        for route in request.scope["router"].routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
    )
    return ", ".join(sorted(set().union(*here)))


def _error_list(request: Request, status: int, code: str, message: str, headers: dict[str, str]) -> Response:
    """An answer that says what went wrong; its request id stands in the body and in ``X-Request-Id``."""
    request_id = request_id_of(request.scope)
    body = {"type": "error.list", "request_id": request_id, "errors": [{"code": code, "message": message}]}
    return Json(body, status, {"x-request-id": request_id, **headers})


error_handlers: Final[dict[type[Exception], ExceptionHandler]] = {
    PorchlightError: on_porchlight_error,
    HTTPException: on_http_exception,
    Exception: on_fault,
}
"""For the application: whatever no other edge has caught."""
