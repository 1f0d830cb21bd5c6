"""Every socket but the messenger's: uvicorn's own class, with an end to waiting.

uvicorn closes a connection by asking for what is buffered to be sent first. A page that reads no
more never takes it, so the connection, and all that waits for it, would stay for ever. Here little
may wait, and once the application is done with a socket it has two seconds to go. Nor does uvicorn
count the fragments of a message, or the pongs that are not read.

What is refused is told as an error list. A head that the front door took is not too long here, and
one that can't be read is refused at once: uvicorn would wait for more of it.
"""

import asyncio
import socket
from http import HTTPStatus
from typing import Any, Final

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets import http11
from websockets.datastructures import Headers
from websockets.frames import Frame
from websockets.http11 import Response

from app.ids import new_request_id
from app.refusals import log_refusal
from app.server.front_door import MAX_HEAD_BYTES
from app.server.handshake import error_list
from app.wire import CLOSE_REASONS, NO_JSON, TOO_LONG

LINGER_SECONDS: Final = 2.0
SEND_BUFFER_BYTES: Final = 65_536
"""What the kernel may hold for a page that does not read, before the sender notices."""

MOST_FRAGMENTS: Final = 1_000
"""A message may come in so many: each costs memory beyond its bytes, and empty ones add up to no limit of bytes."""

# The front door has counted already: no line, and no number of headers, goes beyond these.
http11.MAX_LINE_LENGTH = 2 * MAX_HEAD_BYTES
http11.MAX_NUM_HEADERS = MAX_HEAD_BYTES


class PlainSocket(WebSocketsSansIOProtocol):
    """One dashboard's connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn.reject = _refusal  # type: ignore[method-assign]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    def data_received(self, data: bytes) -> None:
        if self.handshake_initiated and not self.handshake_complete:
            return  # a client waits for the answer (RFC 6455, section 4.1): what comes before it is no frame yet
        super().data_received(data)
        if not self.handshake_initiated:  # the whole head was in ``data``: no more of it comes
            self.transport.write(_refusal(400, "this is no request that opens a socket").serialize())
            self.transport.close()

    def handle_cont(self, event: Frame) -> None:
        if self.close_sent:
            return
        if len(self.frames) == MOST_FRAGMENTS:
            self.conn.fail(TOO_LONG, f"message in more than {MOST_FRAGMENTS} fragments")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_text(b"".join(self.frames)):
            # uvicorn closes with the same code, and logs a traceback each time.
            self.frames = []
            log_refusal("dashboard.bad_frame", NO_JSON)
            self.conn.fail(NO_JSON, CLOSE_REASONS[NO_JSON])
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        super().handle_ping()
        if not self.writable.is_set():  # whoever reads no pongs would have them wait here without end
            self.transport.abort()

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


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _refusal(status: int, text: str) -> Response:
    """In place of the library's plain text, which is ``text``: none where the application has no such socket."""
    if status >= 500:
        code, message = "server_error", "Something went wrong here"
    else:
        code, message = "request_refused", text.strip() or "There is no socket here"
    log_refusal("http.refused", code, status=int(status))
    request_id = new_request_id()
    body = error_list(code, message, request_id)
    headers = Headers(
        {
            "x-request-id": request_id,
            "content-type": "application/json; charset=utf-8",
            "connection": "close",
            "content-length": str(len(body)),
        }
    )
    return Response(int(status), HTTPStatus(status).phrase, headers, body)
