"""Who may see a page: the session behind a cookie, and the workspaces it opens.

``signed_in``, ``member`` and ``admin_only`` turn a handler into one that is called only for those
who may. For everybody else a workspace does not exist: unknown and forbidden look the same.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from app.auth.admins import Admin, Membership, Role, find_admin, workspaces_of
from app.auth.sessions import DashboardSession, find_session
from app.dashboard.forms import check_form, read_form, require_own_origin
from app.dashboard.refusals import SignInNeeded, refuse
from app.dashboard.uploads import Upload, read_upload
from app.errors import Forbidden, NotFound, PorchlightError
from app.ids import AppId
from app.state import AppState, state_of
from app.trail.records import Actor
from app.workspaces.operations import get_workspace
from app.workspaces.records import Workspace
from app.workspaces.whereabouts import require_not_elsewhere

COOKIE: Final = "porchlight_session"

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who is signed in."""

    session: DashboardSession
    admin: Admin
    memberships: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """A teammate in one of their workspaces, and the form they sent, where they sent one."""

    visit: Visit
    workspace: Workspace
    role: Role
    form: Mapping[str, str]

    @property
    def app_id(self) -> AppId:
        return self.workspace.app_id

    @property
    def actor(self) -> Actor:
        """The teammate, as the audit log names them."""
        return Actor("admin", str(self.visit.admin.id))

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"


def signed_in(handle: Callable[[Request, Visit], Awaitable[Response]]) -> Handler:
    """For whoever is signed in."""

    async def guarded(request: Request) -> Response:
        try:
            visit = await visit_of(request)
            await _form_of(request, visit)
            return await handle(request, visit)
        except PorchlightError as error:
            return refuse(request, error)

    return guarded


def member(handle: Callable[[Request, Seat], Awaitable[Response]]) -> Handler:
    """For teammates of the workspace in the path."""

    async def guarded(request: Request) -> Response:
        try:
            return await handle(request, await seat_of(request))
        except PorchlightError as error:
            return refuse(request, error)

    return guarded


def admin_only(handle: Callable[[Request, Seat], Awaitable[Response]]) -> Handler:
    """For admins of the workspace in the path."""

    async def handle_for_admins(request: Request, seat: Seat) -> Response:
        _require_admin(seat.role)
        return await handle(request, seat)

    return member(handle_for_admins)


def admin_with_file(handle: Callable[[Request, Seat, Upload], Awaitable[Response]]) -> Handler:
    """The same, for forms that bring a file: it is taken from nobody else."""

    async def guarded(request: Request) -> Response:
        try:
            require_region(request)
            visit = await visit_of(request)
            workspace, role = await enter(state_of(request), visit, request.path_params["app_id"])
            _require_admin(role)
            require_own_origin(request)
            async with read_upload(request) as upload:
                check_form(request, upload.fields, visit.session.csrf_token)
                return await handle(request, Seat(visit, workspace, role, upload.fields), upload)
        except PorchlightError as error:
            return refuse(request, error)

    return guarded


def _require_admin(role: Role) -> None:
    if role != "admin":
        raise Forbidden("Only admins of this workspace may do this: ask one of them")


def require_region(connection: HTTPConnection) -> None:
    """Raises WrongRegion where the workspace in the path lives on another deployment, whoever asks."""
    require_not_elsewhere(AppId(connection.path_params["app_id"]), state_of(connection).settings)


async def visit_of(connection: HTTPConnection) -> Visit:
    """Who is signed in; raises SignInNeeded."""
    visit = await find_visit(connection)
    if visit is None:
        raise SignInNeeded
    return visit


async def find_visit(connection: HTTPConnection) -> Visit | None:
    """Who is signed in, if anybody is."""
    token = connection.cookies.get(COOKIE)
    if not token:
        return None
    state = state_of(connection)
    now = state.clock.now()
    return await state.database.read(lambda conn: _find_visit(conn, token, now))


async def seat_of(request: Request) -> Seat:
    """The teammate and the workspace in the path; raises WrongRegion, SignInNeeded, NotFound, Forbidden."""
    require_region(request)
    visit = await visit_of(request)
    workspace, role = await enter(state_of(request), visit, request.path_params["app_id"])
    return Seat(visit, workspace, role, await _form_of(request, visit))


async def enter(state: AppState, visit: Visit, app_id: str) -> tuple[Workspace, Role]:
    """A workspace and the visitor's role in it; raises NotFound alike for unknown and foreign ones."""
    for membership in visit.memberships:
        if membership.app_id == app_id:
            return await _workspace(state, membership.app_id), membership.role
    raise NotFound


async def _workspace(state: AppState, app_id: AppId) -> Workspace:
    workspace = state.directory.get(app_id)
    if workspace is None:  # made a moment ago by a command, perhaps
        workspace = await state.database.read(lambda conn: get_workspace(conn, app_id))
        state.directory.put(workspace)
    return workspace


def _find_visit(conn: Connection, token: str, now: float) -> Visit | None:
    session = find_session(conn, token, now)
    admin = find_admin(conn, session.admin_id) if session else None
    if session is None or admin is None:
        return None
    return Visit(session, admin, tuple(workspaces_of(conn, admin.id)))


async def _form_of(request: Request, visit: Visit) -> Mapping[str, str]:
    """The form of an unsafe request, checked; nothing for a safe one. Raises Forbidden and what forms raise."""
    if request.method in ("GET", "HEAD"):
        return {}
    form = await read_form(request)
    check_form(request, form, visit.session.csrf_token)
    return form
