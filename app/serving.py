"""Serving: from settings to a listening server, and the words that greet whoever started it."""

import asyncio
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from app import log
from app.clock import Clock
from app.demo import DemoLinks, demo_links
from app.errors import PorchlightError
from app.lifespan import LEASES_FOLDER
from app.main import create_app
from app.places.cities import Places
from app.presence.lease_file import LeaseFile
from app.server.front_door import FrontDoor
from app.server.listening import listen, most_connections
from app.server.plain_socket import PlainSocket
from app.settings import Settings, unknown_names
from app.storage.database import open_database
from app.storage.migrations import migrate

_SHUTDOWN_SECONDS = 5
_DASHBOARD_FRAME_BYTES = 1_048_576
"""Far more than 500 ids, so that too many of them are told from too long a frame."""


class _Server(uvicorn.Server):
    """uvicorn's server, which greets once it really serves."""

    def __init__(self, config: uvicorn.Config, greet: Callable[[], None]) -> None:
        super().__init__(config)
        self._greet = greet

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Told to stop: that is no death by signal, so the exit status is 0. Told twice by ^C: at once."""
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._greet()


def serve(settings: Settings, *, with_demo: bool = False) -> None:
    """Migrate, listen and serve until told to stop; raises PorchlightError where that can't be.

    ``with_demo``: where the store holds no workspace yet, make one to try things with.
    """
    log.configure()
    for name in unknown_names():
        log.get_logger().warning("settings.unknown", name=name)
    Places.open(settings.geoip_mmdb).close()  # a wrong city file is told here, in a sentence
    clock = Clock()
    LeaseFile(
        settings.data_dir / LEASES_FOLDER
    ).close()  # another server on this data? Then nothing is touched.
    listener = listen(settings.host, settings.port)
    base_url = f"http://{_host_in_url(settings.host)}:{listener.getsockname()[1]}"
    migrate(settings.database_url)
    links = asyncio.run(_make_demo(settings, clock, base_url)) if with_demo else None
    FrontDoor.most_connections = most_connections()
    config = config_of(create_app(settings, clock), settings)
    server = _Server(config, lambda: print(_greeting(base_url, links), flush=True))
    server.run(sockets=[listener])
    if not server.started:
        raise PorchlightError("the server could not start: the lines above say why")
    if getattr(server.lifespan, "error_occurred", False):
        raise PorchlightError("the server went down by itself: the lines above say why")


def config_of(app: Starlette, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves: behind our front door, believing none but trusted proxies."""
    return uvicorn.Config(
        app,
        http=FrontDoor,
        ws=PlainSocket,
        ws_max_size=_DASHBOARD_FRAME_BYTES,
        ws_per_message_deflate=False,
        # uvicorn's own keepalive pings cost more than a heartbeat; the kernel's keepalive finds the dead.
        ws_ping_interval=None,
        ws_ping_timeout=None,
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )


async def _make_demo(settings: Settings, clock: Clock, base_url: str) -> DemoLinks | None:
    database = await open_database(settings.database_url)
    try:
        return await database.write(lambda conn: demo_links(conn, clock.now(), base_url, settings.region))
    finally:
        await database.close()


def _greeting(base_url: str, links: DemoLinks | None) -> str:
    if links is None:
        return f"Porchlight serves on {base_url}"
    return links.text()


def _host_in_url(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 (only read, to print a link)
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
