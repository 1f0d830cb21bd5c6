"""Frames that the load generator makes, read by an independent implementation."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame as TheirFrame
from websockets.frames import Opcode
from websockets.server import ServerProtocol

from scripts.loadgen.frames import (
    ACK,
    CLOSE,
    HEARTBEAT,
    NO_CODE,
    TEXT,
    Frame,
    Reader,
    close_code,
    close_frame,
    masked,
    unmasked,
    upgrade_request,
)

MASK = b"\x37\xfa\x21\x3d"


def a_server(*, deflate: bool) -> ServerProtocol:
    """One that has accepted the generator's own upgrade request."""
    server = ServerProtocol(extensions=[ServerPerMessageDeflateFactory()] if deflate else None)
    server.receive_data(
        upgrade_request("127.0.0.1:8000", "/messenger/socket?ticket=t", origin="https://a.example")
    )
    (request,) = server.events_received()
    server.send_response(server.accept(request))
    server.data_to_send()
    return server


def received(server: ServerProtocol, data: bytes) -> list[tuple[Opcode, bytes]]:
    server.receive_data(data)
    return [
        (event.opcode, bytes(event.data))
        for event in server.events_received()
        if isinstance(event, TheirFrame)
    ]


@pytest.mark.parametrize("length", [0, 1, 20, 125, 126, 65_535, 65_536])
def test_a_masked_frame_is_read_as_it_was_meant(length: int) -> None:
    payload = bytes(index % 251 for index in range(length))
    assert received(a_server(deflate=False), masked(payload, opcode=2, mask=MASK)) == [
        (Opcode.BINARY, payload)
    ]


def test_the_same_compressed_heartbeat_may_be_sent_again_and_again() -> None:
    server = a_server(deflate=True)
    frame = masked(HEARTBEAT, mask=MASK, compressed=True)
    for _ in range(5):
        assert received(server, frame) == [(Opcode.TEXT, HEARTBEAT)]


def test_deflate_is_offered_only_where_asked_for() -> None:
    offering = upgrade_request("h:1", "/", origin="https://a.example")
    silent = upgrade_request("h:1", "/", origin="https://a.example", deflate=False, cookie="session=1")
    assert b"permessage-deflate" in offering
    assert b"permessage-deflate" not in silent
    assert b"\r\nCookie: session=1\r\n" in silent


def test_a_close_frame_carries_its_code() -> None:
    server = a_server(deflate=False)
    received(server, close_frame(1000, MASK))
    assert server.close_rcvd is not None
    assert server.close_rcvd.code == 1000


@given(
    st.lists(st.binary(max_size=300), min_size=1, max_size=8),
    st.lists(st.integers(min_value=1, max_value=40), min_size=1, max_size=20),
)
def test_frames_are_read_however_the_bytes_are_cut(payloads: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(unmasked(payload) for payload in payloads)
    reader, frames, at, turn = Reader(), [], 0, 0
    while at < len(stream):
        step = cuts[turn % len(cuts)]
        frames += reader.feed(stream[at : at + step])
        at, turn = at + step, turn + 1
    assert frames == [Frame(TEXT, payload, compressed=False) for payload in payloads]
    assert not reader.is_unfinished


def test_a_long_frame_is_read() -> None:
    payload = json.dumps({"contacts": ["x" * 24] * 4000}).encode()
    assert Reader().feed(unmasked(payload)) == [Frame(TEXT, payload, compressed=False)]


@pytest.mark.parametrize("data", [masked(ACK, mask=MASK), b"\x01\x02ab"], ids=["masked", "not final"])
def test_what_a_server_must_not_send_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="masked or fragmented"):
        Reader().feed(data)


def test_close_codes_are_read() -> None:
    (frame,) = Reader().feed(unmasked((4429).to_bytes(2) + b"flood", CLOSE))
    assert close_code(frame.payload) == 4429
    assert close_code(b"") == NO_CODE
