"""Pings over HTTP, on connections that stay open: a small client that sends bytes made ahead of time.

A lane is one keep-alive connection with one request under way. It understands what is needed here:
answers with a length, or none at all (204, 304).
"""

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Final, cast
from urllib.parse import urlsplit

from .frames import USER_AGENT

ANSWER_SECONDS: Final = 30.0
_FIRST_NAMES: Final = ("Ada", "Grace", "Linus", "Mary", "Alan", "Edith", "Omar", "Yuki", "Zoë", "Noor")
_LAST_NAMES: Final = ("Moss", "Hill", "Stone", "Rivers", "Wood", "Field", "Brook", "Marsh", "Ford", "Lake")


@dataclass(frozen=True, slots=True)
class Target:
    """The server under load, by its URL: ``http://127.0.0.1:8000``."""

    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "Target":
        """Raises ValueError for what is no ``http://host:port``."""
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"--url is {url}: it must look like http://127.0.0.1:8000")
        return cls(parts.hostname, parts.port or 80)

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def is_local(self) -> bool:
        return self.host == "localhost" or self.host.startswith("127.")

    @property
    def origin(self) -> str:
        return f"http://{self.authority}"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes

    @property
    def text(self) -> str:
        return self.body[:300].decode("utf-8", "replace")


class NoAnswerError(ConnectionError):
    """The server closed the connection before it had answered."""


class Lane:
    """One client: its connection is opened when first needed, and again after the server has closed it."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._exchange: _Exchange | None = None

    async def send(self, request: bytes) -> Answer:
        """Send a whole request and wait for its answer. Raises OSError (TimeoutError too) when none comes."""
        try:
            return await self._send_once(request)
        except NoAnswerError:
            # A connection kept open may be closed just as we write; a fresh one has no such excuse.
            return await self._send_once(request)

    async def _send_once(self, request: bytes) -> Answer:
        exchange = self._exchange
        if exchange is None or exchange.is_closed:
            loop = asyncio.get_running_loop()
            _, exchange = await loop.create_connection(_Exchange, self._target.host, self._target.port)
            self._exchange = exchange
        async with asyncio.timeout(ANSWER_SECONDS):
            return await exchange.ask(request)

    def close(self) -> None:
        if self._exchange is not None:
            self._exchange.close()


class _Exchange(asyncio.Protocol):
    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Answer] | None = None
        self._received = b""
        self.is_closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        assert self._transport is not None
        self._waiter = asyncio.get_running_loop().create_future()
        self._received = b""
        self._transport.write(request)
        return self._waiter

    def data_received(self, data: bytes) -> None:
        self._received += data
        answer = parse_answer(self._received)
        if answer is not None and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_closed = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(NoAnswerError("the server closed the connection without an answer"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def parse_answer(data: bytes) -> Answer | None:
    """The answer in ``data``, none while it is not whole. Raises ValueError for one without a length."""
    head, ended, body = data.partition(b"\r\n\r\n")
    if not ended:
        return None
    status = int(head.split(b" ", 2)[1])
    length = _header(head, b"content-length")
    if length is None:
        if status in (204, 304):
            return Answer(status, b"")
        raise ValueError(f"the answer {status} has no Content-Length")
    return Answer(status, body) if len(body) >= int(length) else None


def _header(head: bytes, name: bytes) -> bytes | None:
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip()
    return None


def ping_request(
    target: Target, app_id: str, number: int, *, origin: str, identity_secret: str = "", page: int = 0
) -> bytes:
    """The ping of user ``number``'s messenger on some page, as a browser sends it, each from a place of its own."""
    user_id = f"load-{number}"
    first, last = _FIRST_NAMES[number % 10], _LAST_NAMES[number // 10 % 10]
    user: dict[str, object] = {
        "user_id": user_id,
        "email": f"{user_id}@example.com",
        "name": f"{first} {last}",
        "created_at": 1_600_000_000 + number,
        "plan": ("free", "team", "business")[number % 3],
        "seats": number % 50,
    }
    if identity_secret:
        user["user_hash"] = user_hash(identity_secret, user_id)
    body = json.dumps(
        {
            "app_id": app_id,
            "user_data": user,
            "platform": "web",
            "source": "apiBoot",
            "referer": f"{origin}/page/{page}",
            "page_title": f"Page {page}",
            "timezone": "Europe/Lisbon",
        }
    ).encode()
    lines = (
        "POST /messenger/web/ping HTTP/1.1",
        f"Host: {target.authority}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"Origin: {origin}",
        f"User-Agent: {USER_AGENT}",
        f"X-Forwarded-For: {address_of(number)}",
    )
    return "\r\n".join([*lines, "", ""]).encode() + body


def user_hash(identity_secret: str, user_id: str) -> str:
    """Identity verification: HMAC-SHA256 of the user's id, in hex."""
    return hmac.new(identity_secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()


def address_of(number: int) -> str:
    """An address of its own for each simulated browser, from the range set aside for benchmarks (RFC 2544)."""
    return f"198.{18 + (number >> 16) % 2}.{(number >> 8) & 255}.{number & 255}"
