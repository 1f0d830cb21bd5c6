"""One attempt: a body goes to an address, a status comes back.

Whatever the receiver does, this ends within ten seconds, reads little of what it says, and goes
nowhere that it points to: a redirect is an answer like any other, and no success.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Final, TypeAlias

import httpx2

from app.trail.webhooks import Outcome

DEADLINE_SECONDS: Final = 10.0
_MOST_READ_BYTES: Final = 65_536
_CONNECTIONS: Final = 50

Post: TypeAlias = Callable[[str, bytes, Mapping[str, str]], Awaitable[Outcome]]


@cache
def _trusted() -> ssl.SSLContext:
    """Whom receivers' certificates are held against: read once, as it takes a while."""
    return ssl.create_default_context()


def open_client() -> httpx2.AsyncClient:
    """A client that heeds no environment: neither its proxies nor its passwords are meant for receivers."""
    return httpx2.AsyncClient(
        follow_redirects=False,
        verify=_trusted(),
        trust_env=False,
        timeout=DEADLINE_SECONDS,
        limits=httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
    )


def poster(client: httpx2.AsyncClient) -> Post:
    """How the courier sends."""

    async def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return Outcome(status=await _post(client, url, body, headers))
        except TimeoutError:
            return Outcome(error=f"no answer within {DEADLINE_SECONDS:g} seconds")
        except (
            httpx2.HTTPError,
            httpx2.InvalidURL,
            httpx2.StreamError,
            ssl.SSLError,
            OSError,
            ValueError,
        ) as error:
            return Outcome(error=_in_words(error))

    return post


async def _post(client: httpx2.AsyncClient, url: str, body: bytes, headers: Mapping[str, str]) -> int:
    async with client.stream("POST", url, content=body, headers=dict(headers)) as response:
        read = 0
        # A short answer is read to its end, so that the connection serves again; a long one is hung up on.
        async for chunk in response.aiter_raw():
            read += len(chunk)
            if read > _MOST_READ_BYTES:
                break
        return int(response.status_code)


def _in_words(error: Exception) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return f"no answer within {DEADLINE_SECONDS:g} seconds"
    return f"{type(error).__name__}: {error}"[:200]
