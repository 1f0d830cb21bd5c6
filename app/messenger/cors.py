"""Other origins: which sites' pages may speak to the messenger's routes, and read the answers.

A workspace lists the origins of its sites; no cookie ever counts, so none are allowed along. The
list is looked up where the workspace is known, inside the route. Here a preflight is answered (it
names no workspace: any that allows the origin will do), and answers are marked as readable by
the page that asked. A page on a site that is not listed can read nothing, not even its refusal.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import OriginNotAllowed
from app.refusals import log_refusal
from app.state import AppState, state_of
from app.workspaces.origins import is_allowed
from app.workspaces.records import Workspace

PREFLIGHT_SECONDS: Final = 7_200
_VARIES: Final = (b"vary", b"Origin")
_EXPOSED: Final = (b"access-control-expose-headers", b"Retry-After, X-Request-Id")
_HIDDEN: Final = "porchlight.hidden_from_origin"
_NOT_LISTED: Final = "This site is not among the workspace's allowed origins"


def origin_of(request: Request) -> str | None:
    """The site whose page asks; none for servers and apps. Raises OriginNotAllowed where it names two."""
    origins = request.headers.getlist("origin")
    if len(origins) > 1:
        raise OriginNotAllowed("This request names two origins")
    return origins[0] if origins else None


def own_origin_of(request: Request) -> str:
    """Where this server is, as the sender sees it. A trusted proxy's word on the scheme has been taken already."""
    return f"{request.scope['scheme']}://{host_of(request)}"


def host_of(request: Request) -> str:
    """Host and port that the request was sent to."""
    host = request.headers.get("host", "")
    if host:
        return host
    name, port = request.scope.get("server") or ("localhost", None)
    return f"{name}:{port}" if port else str(name)


def require_origin(request: Request, workspace: Workspace) -> None:
    """Raises OriginNotAllowed for a page on a site that the workspace does not list."""
    origin = origin_of(request)
    if origin is not None and not is_allowed(origin, workspace.allowed_origins, own_origin_of(request)):
        raise OriginNotAllowed(_NOT_LISTED)


def hide(request: Request) -> None:
    """The page that asked may not read the answer."""
    request.scope[_HIDDEN] = True


class AcrossOrigins:
    """Around one route: answers its preflights, and lets the page that asked read what it answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            await _preflight(Request(scope))(scope, receive, send)
            return
        origin = next((value for name, value in scope["headers"] if name == b"origin"), None)

        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], _VARIES]
                if origin is not None and not scope.get(_HIDDEN):
                    headers += [(b"access-control-allow-origin", origin), _EXPOSED]
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, send_readable)


def _preflight(request: Request) -> Response:
    try:
        origin = origin_of(request)
        if origin is not None and not _is_listed_anywhere(origin, request, state_of(request)):
            raise OriginNotAllowed("No workspace here lists this site among its allowed origins")
    except OriginNotAllowed as error:
        log_refusal("preflight.refused", error.code, status=error.status)
        raise
    headers = {"vary": "Origin"}
    if origin is not None:
        headers |= {
            "access-control-allow-origin": origin,
            "access-control-allow-methods": "POST",
            "access-control-allow-headers": "Content-Type",
            "access-control-max-age": str(PREFLIGHT_SECONDS),
        }
    return Response(status_code=204, headers=headers)


def _is_listed_anywhere(origin: str, request: Request, state: AppState) -> bool:
    own = own_origin_of(request)
    return is_allowed(origin, (), own) or any(
        is_allowed(origin, workspace.allowed_origins, own) for workspace in state.directory.all()
    )
