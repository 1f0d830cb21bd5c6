"""A WebSocket client for tests that want to say wrong things: every byte is in the test's hand."""

import asyncio
import base64
import os
from contextlib import suppress
from typing import ClassVar

from app.wire import HEARTBEAT

PATIENCE_SECONDS = 60


class Client:
    """A WebSocket client that can say anything, byte by byte."""

    opened: ClassVar[list["Client"]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.opened.append(self)

    @classmethod
    async def knock(cls, port: int, target: str, *headers: str) -> tuple["Client", int, bytes]:
        """Ask for an upgrade: the client, the status and, where refused, the body."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {target} HTTP/1.1",
            *(() if any("Host" in header for header in headers) else (f"Host: 127.0.0.1:{port}",)),
            "Upgrade: websocket",
            "Connection: Upgrade",
            *(() if any("Version" in header for header in headers) else ("Sec-WebSocket-Version: 13",)),
            *(() if any("Key" in header for header in headers) else (f"Sec-WebSocket-Key: {key}",)),
            *headers,
        ]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_SECONDS)
        status = int(head.split()[1])
        body = b"" if status == 101 else await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)
        return cls(reader, writer), status, body

    @classmethod
    async def open(cls, port: int, ticket: str, *headers: str) -> "Client":
        client, status, body = await cls.knock(port, f"/messenger/socket?ticket={ticket}", *headers)
        assert status == 101, body
        return client

    def send(self, payload: bytes, opcode: int = 0x1, *, final: bool = True) -> None:
        self.writer.write(frame(payload, opcode, final=final))

    async def receive(self) -> tuple[int, bytes]:
        """The next frame: opcode and payload."""
        first, second = await asyncio.wait_for(self.reader.readexactly(2), PATIENCE_SECONDS)
        return first & 0xF, await self.reader.readexactly(second)

    async def closed_with(self) -> int:
        """The code that the server closes with, after which the connection ends."""
        while True:
            opcode, payload = await self.receive()
            if opcode == 0x8:
                assert await asyncio.wait_for(self.reader.read(), PATIENCE_SECONDS) == b""
                return int.from_bytes(payload[:2], "big")

    async def beat(self, text: bytes = HEARTBEAT) -> None:
        self.send(text)
        assert await self.receive() == (1, b'{"type":"ack"}')

    async def hang_up(self) -> None:
        self.writer.close()
        await asyncio.sleep(0)

    @classmethod
    async def all_hang_up(cls) -> None:
        for client in cls.opened:
            client.writer.close()
            with suppress(OSError):
                await client.writer.wait_closed()
        cls.opened.clear()


def frame(payload: bytes, opcode: int = 0x1, *, final: bool = True) -> bytes:
    """One masked frame; several in one write come in one segment."""
    mask = os.urandom(4)
    length = len(payload)
    head = bytes([(0x80 if final else 0) | opcode])
    head += bytes([0x80 | length]) if length < 126 else bytes([0xFE]) + length.to_bytes(2, "big")
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
