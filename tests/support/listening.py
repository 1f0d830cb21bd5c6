"""Servers of a test's own, and what they have seen.

Tests never sleep: ``wait_for(lambda: …)`` comes back as soon as what has been written down makes the claim true.
"""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.types import ASGIApp


class Listener:
    """An ASGI app on a free port of its own, in a thread; it can be stopped and started again on the same port."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.port = 0
        self.start()

    def start(self) -> None:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        listening.listen(128)
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            log_config=None,
            ws="websockets-sansio",
            ws_ping_interval=None,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self.server = uvicorn.Server(config)
        self._listening = listening
        self._thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listening]}, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 60
        while not self.server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.005)

    def stop(self) -> None:
        """Die as a killed process does: connections are cut, not closed."""
        self.abort_connections()
        self.server.should_exit = True
        self.server.force_exit = True
        self._thread.join(60)
        self._listening.close()

    def abort_connections(self) -> None:
        for connection in list(self.server.server_state.connections):
            transport = getattr(connection, "transport", None)
            loop = getattr(connection, "loop", None)
            if transport is not None and loop is not None:
                loop.call_soon_threadsafe(transport.abort)


@dataclass
class Record:
    """What was seen, guarded by one condition that wakes those who wait for more."""

    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, claim: Callable[[], Any], seconds: float = 60, what: str = "") -> Any:
        """Wait until the claim is true, and return what it returned; it is asked anew after each thing written down."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while not (value := claim()):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not within {seconds} s: {what or 'the claim'}; {self!r}")
                self.changed.wait(left)
            return value
