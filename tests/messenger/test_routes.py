"""The messenger's addresses, where no handler of their own has a test of them."""

import asyncio
from pathlib import Path

import pytest

from support.serving import connection, serving, settings_in, whole_app


@pytest.mark.parametrize("rest", ["", "Upgrade: websocket\r\nConnection: Upgrade\r\n"])
async def test_request_without_a_handshake_is_told_what_opens_the_socket(tmp_path: Path, rest: str) -> None:
    async with (
        serving(settings_in(tmp_path), make_app=whole_app) as served,
        connection(served) as (reader, writer),
    ):
        writer.write(f"GET /messenger/socket?ticket=none HTTP/1.1\r\nHost: x\r\n{rest}\r\n".encode())
        answer = (await asyncio.wait_for(reader.readuntil(b"}]}"), 60)).decode()
        assert answer.startswith("HTTP/1.1 426 ")
        assert "\r\nupgrade: websocket\r\n" in answer
        assert '{"code":"upgrade_required","message":"Open this as a WebSocket, version 13"}' in answer
