"""The demo customer's site: a small product with the snippet on its pages, to try presence with.

It belongs to the oldest workspace named *Demo*; a server without one has no such pages. They are
public, as a customer's pages are, and keep to the same strict content policy as ours.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.dashboard.refusals import refuse
from app.dashboard.rendering import page
from app.errors import NotFound
from app.state import AppState, state_of
from app.workspaces.records import Workspace

NAME: Final = "Demo"


async def show_home(request: Request) -> Response:
    return _show(request, "demo.html")


async def show_pricing(request: Request) -> Response:
    return _show(request, "demo_pricing.html")


def _show(request: Request, template: str) -> Response:
    workspace = _demo_of(state_of(request))
    if workspace is None:
        return refuse(request, NotFound())
    return page(template, {"app_id": workspace.app_id, "path": request.url.path})


def _demo_of(state: AppState) -> Workspace | None:
    return next((workspace for workspace in state.directory.all() if workspace.name == NAME), None)
