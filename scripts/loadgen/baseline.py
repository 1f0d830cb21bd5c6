"""What the product is measured against: the least that a Starlette app must do to answer heartbeats.

It checks no ticket, keeps no presence and stores nothing. Started as a program it runs on uvicorn's
defaults; ``--tuned`` takes the two steps that cost nothing and help most: no deflate, and a garbage
collector that does not walk every connection again and again.
"""

import argparse
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket


async def messenger(socket: WebSocket) -> None:
    """Acknowledge each heartbeat until the messenger goes."""
    await socket.accept()
    async for text in socket.iter_text():
        if text == '{"type":"heartbeat"}':
            await socket.send_text('{"type":"ack"}')


async def up(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


@asynccontextmanager
async def quiet_collector(app: Starlette) -> AsyncIterator[None]:
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    yield


ROUTES = [WebSocketRoute("/messenger/socket", messenger), Route("/up", up)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tuned", action="store_true")
    arguments = parser.parse_args()
    if arguments.tuned:
        app = Starlette(routes=ROUTES, lifespan=quiet_collector)
        uvicorn.run(app, port=arguments.port, ws_per_message_deflate=False)
    else:
        uvicorn.run(Starlette(routes=ROUTES), port=arguments.port)


if __name__ == "__main__":
    main()
