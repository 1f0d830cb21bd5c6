"""Every socket but the messenger's: uvicorn's own class, with an end to waiting.

uvicorn closes a connection by asking for what is buffered to be sent first. A page that reads no
more never takes it, so the connection, and all that waits for it, would stay for ever. Here little
may wait, and once the application is done with a socket it has two seconds to go.
"""

import asyncio
import socket
from typing import Final

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

LINGER_SECONDS: Final = 2.0
SEND_BUFFER_BYTES: Final = 65_536
"""What the kernel may hold for a page that does not read, before the sender notices."""


class PlainSocket(WebSocketsSansIOProtocol):
    """One dashboard's connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            # A refusal is an answer too: uvicorn would log an error that the handshake was never completed.
            self.handshake_complete = True

    async def run_asgi(self) -> None:
        try:
            await super().run_asgi()
        finally:
            self.loop.call_later(LINGER_SECONDS, self.transport.abort)
