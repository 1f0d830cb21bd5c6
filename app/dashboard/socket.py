"""The dashboard's socket: which contacts a page shows goes in, their presence comes out.

A page names its contacts (``watch``); the answer is a snapshot of all of them, then changes of
``online``. The watch is taken up before the snapshot is made, and the snapshot is put together
in one go, so that no change falls between the two, nor is told twice.

Changes are gathered: a frame goes out at most ten times a second, with the newest of each
contact. A page that can't take its frames is cut, not queued for: it comes back and gets a
fresh snapshot. So is one whose session has ended, or whose teammate has left the workspace.
"""

from collections import deque
from typing import Annotated, Final

import anyio
import msgspec
from sqlalchemy import Connection
from starlette.websockets import WebSocket, WebSocketDisconnect

from app import metrics, wire
from app.auth.admins import role_in
from app.auth.sessions import find_session_by_hash
from app.clock import monotonic
from app.contacts.listing import last_seen_of
from app.dashboard.access import Visit, enter, find_visit, require_region
from app.dashboard.forms import is_own_origin
from app.dashboard.refusals import error_list
from app.errors import Forbidden, NotFound, OriginNotAllowed, PorchlightError, StorageUnavailable, WrongRegion
from app.ids import AppId, ContactId
from app.log import get_logger
from app.presence.changes import Change
from app.presence.hub import MOST_WATCHED
from app.refusals import log_refusal
from app.state import AppState, state_of

FRAME_SECONDS: Final = 0.11
"""A little over a tenth of a second, so that no second ever sees an eleventh frame."""
STUCK_SECONDS: Final = 5.0
CHECK_SECONDS: Final = 2.0
FRAMES_PER_WINDOW: Final = 100
WINDOW_SECONDS: Final = 10.0
SIGNED_OUT: Final = "signed out"

Pending = dict[ContactId, tuple[bool, float | None]]


class Watch(msgspec.Struct, tag_field="type", tag="watch"):
    """What a page sends: the ids it shows."""

    ids: list[Annotated[str, msgspec.Meta(max_length=64)]]


class Closing(Exception):
    """The socket is to be closed with ``code``."""

    def __init__(self, code: int, reason: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason or wire.CLOSE_REASONS[code]


async def dashboard_socket(websocket: WebSocket) -> None:
    """Let a signed-in teammate's page in, and serve it; everybody else is refused before the upgrade."""
    origin = websocket.headers.get("origin")
    if origin is None or not is_own_origin(websocket, origin):
        await _deny(websocket, OriginNotAllowed("This origin may not watch"))
        return
    state = state_of(websocket)
    try:
        require_region(websocket)
        visit = await find_visit(websocket)
        if visit is None:
            raise Forbidden("Sign in first")
        workspace, _ = await enter(state, visit, websocket.path_params["app_id"])
    except (WrongRegion, Forbidden, NotFound) as error:
        await _deny(websocket, error)
        return
    await websocket.accept()
    await DashboardSocket(websocket, state, workspace.app_id, visit).serve()


async def _deny(websocket: WebSocket, error: PorchlightError) -> None:
    log_refusal("dashboard.socket_refused", error.code, status=error.status)
    await websocket.send_denial_response(error_list(websocket, error))


class DashboardSocket:
    """One open page. It is the hub's watcher: ``notify`` only notes, and wakes the sender."""

    def __init__(self, websocket: WebSocket, state: AppState, app_id: AppId, visit: Visit) -> None:
        self._websocket = websocket
        self._state = state
        self._app_id = app_id
        self._visit = visit
        self._pending: Pending = {}
        self._wake = anyio.Event()
        self._snapshot_of: tuple[ContactId, ...] | None = None
        self._came_at: deque[float] = deque(maxlen=FRAMES_PER_WINDOW)

    def notify(self, change: Change) -> None:
        self._pending[change.contact_id] = (change.online, change.last_seen_at)
        self._wake.set()

    async def serve(self) -> None:
        """Until the page goes, or has to."""
        ended = anyio.Event()
        stop_listening = self._state.sessions.on_end(self._visit.session.token_hash, ended.set)
        closing: Closing | None = None
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._send_changes)
                group.start_soon(self._check_session, ended)
                await self._receive()
                group.cancel_scope.cancel()
        except* Closing as decisions:
            closing = _first(decisions)
        except* WebSocketDisconnect:
            pass
        finally:
            stop_listening()
            self._state.hub.unwatch(self)
        if closing is not None:
            await self._close(closing)

    async def _receive(self) -> None:
        """Take the page's frames, until it goes."""
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            self._count_frame()
            frame = message.get("text")
            if frame is None:
                raise Closing(wire.NOT_TEXT)
            self._watch(read_watch(frame))

    def _watch(self, ids: tuple[ContactId, ...]) -> None:
        self._state.hub.watch(self._app_id, self, ids)
        # Changes of those watched before are of no interest any more.
        self._pending = {}
        self._snapshot_of = ids
        self._wake.set()

    async def _send_changes(self) -> None:
        while True:
            await self._wake.wait()
            self._wake = anyio.Event()
            if self._snapshot_of is not None:
                await self._send_snapshot(self._snapshot_of)
            else:
                pending, self._pending = self._pending, {}
                if pending:
                    await self._send(pending)
            await anyio.sleep(FRAME_SECONDS)

    async def _send_snapshot(self, ids: tuple[ContactId, ...]) -> None:
        """Where all of ``ids`` stand. An id that is no contact of this workspace is offline, like any other."""
        offline = [contact_id for contact_id in ids if self._seen(contact_id) is None]
        stored: dict[ContactId, float | None] = {}
        if offline:
            try:
                stored = await self._state.database.read(
                    lambda conn: last_seen_of(conn, self._app_id, offline)
                )
            except StorageUnavailable:
                raise Closing(wire.RESYNC) from None
        if self._snapshot_of is not ids:
            self._wake.set()  # another watch came meanwhile: its snapshot is the one to send
            return
        # From here to the end nothing waits: what the snapshot says is what changes go on from.
        self._snapshot_of = None
        self._pending = {}
        await self._send({id_: self._seen(id_) or (False, stored.get(id_)) for id_ in ids})

    def _seen(self, contact_id: ContactId) -> tuple[bool, float] | None:
        presence = self._state.tracker.presence(self._app_id, contact_id)
        return (presence.online, presence.last_seen_at) if presence else None

    async def _send(self, contacts: Pending) -> None:
        with anyio.move_on_after(STUCK_SECONDS) as scope:
            await self._websocket.send_text(presence_frame(contacts))
        if scope.cancelled_caught:
            # Cancelled, not closed alone: the sender was stuck in the middle of it.
            metrics.dashboards_cut.inc()
            raise Closing(wire.RESYNC)

    async def _check_session(self, ended: anyio.Event) -> None:
        """Signed out here is known at once; elsewhere (another process, a command), within moments."""
        while True:
            with anyio.move_on_after(CHECK_SECONDS):
                await ended.wait()
                raise Closing(wire.EXPIRED, SIGNED_OUT)
            try:
                await self._state.database.read(self._check_right)
            except StorageUnavailable:
                continue  # asked again when it can be answered

    def _check_right(self, conn: Connection) -> None:
        """Raises Closing where the session has ended, or the teammate has left the workspace."""
        session = self._visit.session
        if find_session_by_hash(conn, session.token_hash, self._state.clock.now()) is None:
            raise Closing(wire.EXPIRED, SIGNED_OUT)
        if role_in(conn, self._app_id, self._visit.admin.id) is None:
            raise Closing(wire.REFUSED)

    def _count_frame(self) -> None:
        at = monotonic()
        if len(self._came_at) == FRAMES_PER_WINDOW and at - self._came_at[0] < WINDOW_SECONDS:
            raise Closing(wire.FLOOD, f"more than {FRAMES_PER_WINDOW} frames in {WINDOW_SECONDS:g} seconds")
        self._came_at.append(at)

    async def _close(self, closing: Closing) -> None:
        get_logger().info("dashboard.socket_closed", code=closing.code, app_id=self._app_id)
        # One that is stuck gets no word of it either; then the connection is dropped without.
        with anyio.move_on_after(1.0):
            try:
                await self._websocket.close(closing.code, closing.reason)
            except (WebSocketDisconnect, RuntimeError):
                return  # it went by itself


def read_watch(frame: str) -> tuple[ContactId, ...]:
    """The ids a page asks to watch, each once; raises Closing."""
    try:
        watch = msgspec.json.decode(frame, type=Watch)
    except msgspec.ValidationError:
        raise Closing(wire.BAD_FRAME) from None
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise Closing(wire.NO_JSON) from None
    if len(watch.ids) > MOST_WATCHED:
        raise Closing(wire.BAD_FRAME, f"more than {MOST_WATCHED} ids")
    return tuple(ContactId(contact_id) for contact_id in dict.fromkeys(watch.ids))


def presence_frame(contacts: Pending) -> str:
    """The frame that tells where ``contacts`` stand; moments in whole seconds."""
    told = {
        contact_id: {"online": online, "last_seen_at": None if at is None else int(at)}
        for contact_id, (online, at) in contacts.items()
    }
    return msgspec.json.encode({"type": "presence", "contacts": told}).decode()


def _first(decisions: BaseExceptionGroup[Closing]) -> Closing:
    """The decision that was taken first, however deep in the group it lies."""
    first = decisions.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
