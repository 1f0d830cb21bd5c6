"""``GET /openapi.json``: what this API is, for programs. People read it at ``/docs``."""

from functools import cache

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from app.openapi.document import document


async def get_openapi(_request: Request) -> Response:
    """The same for everybody; it tells nothing of any workspace, so it asks for no token."""
    headers = {"cache-control": "no-cache", "access-control-allow-origin": "*"}
    return Response(_encoded(), headers=headers, media_type="application/json; charset=utf-8")


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(document())
