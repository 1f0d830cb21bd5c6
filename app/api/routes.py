"""The site map of REST."""

from typing import Final

from starlette.routing import Route

from app.api.auth import authenticated
from app.api.operations import get_metrics, get_up
from app.api.presence import get_presence, query_presence, stream_presence

routes: Final = [
    Route("/up", get_up),
    Route("/metrics", get_metrics),
    Route("/presence", authenticated(get_presence)),
    Route("/presence/query", authenticated(query_presence), methods=["POST"]),
    Route("/presence/stream", authenticated(stream_presence)),
]
