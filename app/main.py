"""The application: every route in one place, and the middleware around them."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from app.api.errors import error_handlers
from app.api.routes import routes as api_routes
from app.api.test_clock import test_clock_routes
from app.api.unrouted import telling_tokens
from app.clock import Clock
from app.dashboard.refusals import with_pages
from app.dashboard.routes import routes as dashboard_routes
from app.delivery.works import works_of
from app.errors import PorchlightError
from app.lifespan import lifespan_of
from app.messenger.routes import routes as messenger_routes
from app.messenger.sockets import SocketRoom
from app.server.closing import Closing
from app.server.front_door import OpenSocket
from app.server.request_ids import Named
from app.settings import Settings
from app.state import AppState


def create_app(settings: Settings, clock: Clock | None = None) -> Starlette:
    """The whole server as an ASGI application; its lifespan opens and closes what it needs."""
    own_clock = clock or Clock()
    handlers = with_pages(error_handlers)
    handlers[HTTPException] = telling_tokens(handlers[HTTPException])
    return Starlette(
        routes=[
            *messenger_routes,
            *api_routes,
            *(test_clock_routes if settings.test_clock else ()),
            *dashboard_routes,
        ],
        middleware=[Middleware(Named), Middleware(Closing, answer=handlers[PorchlightError])],
        exception_handlers=handlers,
        lifespan=lifespan_of(settings, own_clock, _open_socket_of, works_of),
    )


def _open_socket_of(state: AppState) -> OpenSocket:
    return SocketRoom(
        tracker=state.tracker, tickets=state.tickets, clock=state.clock, directory=state.directory
    ).open
