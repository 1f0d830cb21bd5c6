"""A whole server in the test's own event loop: real sockets, the real front door, a clock held still.

``Served`` gives tests the application's state, so that they may look at what a request did.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import uvicorn
from starlette.applications import Starlette

from app import lifespan
from app.clock import Clock
from app.lifespan import lifespan_of
from app.main import create_app
from app.messenger.sockets import SocketRoom
from app.server.listening import listen
from app.serving import config_of
from app.settings import Settings, load_settings
from app.state import AppState
from app.storage.migrations import migrate

START = 1_700_000_000.0


@dataclass
class Served:
    """A running server."""

    port: int
    state: AppState
    clock: Clock
    server: uvicorn.Server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        self.server.should_exit = True


def settings_in(folder: Path, **environ: str) -> Settings:
    """Settings with everything under ``folder``; ``environ`` without the ``PORCHLIGHT_`` prefix."""
    values = {"PORCHLIGHT_DATA_DIR": str(folder / "data")}
    values |= {f"PORCHLIGHT_{name}": value for name, value in environ.items()}
    return load_settings(values, folder)


def bare_app(settings: Settings, clock: Clock, states: list[AppState]) -> Starlette:
    """The messenger sockets and nothing else; each opened state is added to ``states``."""

    def open_socket_of(state: AppState) -> object:
        states.append(state)
        return SocketRoom(
            tracker=state.tracker, tickets=state.tickets, clock=state.clock, directory=state.directory
        ).open

    return Starlette(lifespan=lifespan_of(settings, clock, open_socket_of))  # type: ignore[arg-type]


def whole_app(settings: Settings, clock: Clock, states: list[AppState]) -> Starlette:
    """Everything, as it is served; each opened state is added to ``states``."""
    application = create_app(settings, clock)
    lifespan = application.router.lifespan_context

    @asynccontextmanager
    async def noting(app: Starlette) -> AsyncIterator[Mapping[str, Any]]:
        async with lifespan(app) as state:
            states.append(state["porchlight"])
            yield state

    application.router.lifespan_context = noting
    return application


@asynccontextmanager
async def serving(
    settings: Settings,
    *,
    clock: Clock | None = None,
    make_app: Callable[[Settings, Clock, list[AppState]], Starlette] = bare_app,
) -> AsyncIterator[Served]:
    """Serve on a free port until the block ends."""
    await asyncio.to_thread(migrate, settings.database_url)
    own_clock = clock or Clock(at=START)
    states: list[AppState] = []
    listener: socket.socket = listen("127.0.0.1", 0)
    config = config_of(make_app(settings, own_clock, states), settings)
    config.timeout_graceful_shutdown = 2
    server = uvicorn.Server(config)
    # The collector's calm is for servers that last: two walks over all that pytest holds take a tenth of a second.
    with patch.object(lifespan, "calm_collector", nullcontext):
        async with _running(server, listener):
            yield Served(listener.getsockname()[1], states[0], own_clock, server)


@asynccontextmanager
async def connection(served: Served) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Bytes to and from a server, for what no client of HTTP would say."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def everything(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the server hangs up."""
    async with asyncio.timeout(60):
        received = b""
        with suppress(ConnectionError):
            while chunk := await reader.read(65536):
                received += chunk
        return received


@asynccontextmanager
async def _running(server: uvicorn.Server, listener: socket.socket) -> AsyncIterator[None]:
    task = asyncio.create_task(server._serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.wait({task}, timeout=0.01)
            if task.done():
                task.result()
                raise RuntimeError("the server stopped before it served")
        yield
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await task
        listener.close()
