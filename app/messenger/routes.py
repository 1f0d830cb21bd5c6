"""The messenger's side of the site map. Its socket is opened at the front door (``messenger/sockets``)."""

from typing import Final

from starlette.middleware import Middleware
from starlette.routing import Route

from app.messenger.cors import AcrossOrigins
from app.messenger.events import post_event
from app.messenger.heartbeats import post_heartbeat
from app.messenger.pings import post_ping
from app.messenger.snippet import get_snippet
from app.messenger.sockets import refuse_plain_get

_POST: Final = ["POST", "OPTIONS"]
_ACROSS: Final = [Middleware(AcrossOrigins)]

routes: Final = [
    Route("/messenger/web/ping", post_ping, methods=_POST, middleware=_ACROSS),
    Route("/messenger/heartbeat", post_heartbeat, methods=_POST, middleware=_ACROSS),
    Route("/messenger/web/events", post_event, methods=_POST, middleware=_ACROSS),
    Route("/messenger/socket", refuse_plain_get, methods=["GET"]),
    Route("/widget/{app_id}", get_snippet, methods=["GET"]),
]
