"""Frames: what a client may send, what it may not, and that bytes may come in any pieces."""

import os
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.server.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    TEXT,
    Assembler,
    Frame,
    FrameError,
    close_frame,
    pong_frame,
    read_close,
    read_frame,
    text_frame,
)
from app.wire import MAX_FRAME_BYTES, NO_JSON, PROTOCOL_ERROR, TOO_LONG


def masked(
    opcode: int, payload: bytes = b"", *, final: bool = True, mask: bytes = b"\x11\x22\x33\x44"
) -> bytes:
    """A client's frame, built by hand from RFC 6455, section 5.2."""
    length = len(payload)
    head = bytes([(0x80 if final else 0) | opcode])
    if length < 126:
        head += bytes([0x80 | length])
    elif length < 65536:
        head += bytes([0x80 | 126]) + length.to_bytes(2, "big")
    else:
        head += bytes([0x80 | 127]) + length.to_bytes(8, "big")
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def feed(data: bytes) -> list[Frame]:
    return whole(Assembler().feed(data))


def whole(fed: Iterable[Frame | None]) -> list[Frame]:
    return [frame for frame in fed if frame is not None]


@given(st.binary(max_size=400), st.binary(min_size=4, max_size=4))
def test_what_was_masked_is_read_back(payload: bytes, mask: bytes) -> None:
    data = masked(TEXT, payload, mask=mask)
    assert read_frame(data) == (Frame(TEXT, True, payload), len(data))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.data())
def test_frames_are_the_same_in_whatever_pieces_they_come(payloads: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(masked(TEXT, payload) for payload in payloads)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    assembler = Assembler()
    found: list[Frame] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += whole(assembler.feed(stream[start:end]))
    assert [frame.payload for frame in found] == payloads
    assert assembler.is_idle


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_a_frame_error(data: bytes) -> None:
    try:
        feed(data)
    except FrameError as error:
        assert error.code in {PROTOCOL_ERROR, TOO_LONG, NO_JSON}


def test_fragments_make_one_message_and_control_frames_may_come_between() -> None:
    data = (
        masked(TEXT, b'{"type":', final=False)
        + masked(PING, b"hi")
        + masked(CONTINUATION, b'"heart', final=False)
        + masked(CONTINUATION, b'beat"}')
    )
    ping, message = Frame(PING, True, b"hi"), Frame(TEXT, True, b'{"type":"heartbeat"}')
    assert list(Assembler().feed(data)) == [None, ping, None, message]


def test_frames_before_a_fault_are_given() -> None:
    fed = Assembler().feed(masked(TEXT, b"good") + masked(0x3) + masked(TEXT, b"late"))
    assert next(fed) == Frame(TEXT, True, b"good")
    with pytest.raises(FrameError):
        next(fed)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x05hello", PROTOCOL_ERROR),  # not masked
        (masked(0x3), PROTOCOL_ERROR),
        (masked(0xB), PROTOCOL_ERROR),
        (b"\xc1" + masked(TEXT)[1:], PROTOCOL_ERROR),  # a reserved bit, as deflate sets it
        (masked(PING, b"", final=False), PROTOCOL_ERROR),
        (masked(PING, b"x" * 126), PROTOCOL_ERROR),
        (masked(CONTINUATION, b"x"), PROTOCOL_ERROR),
        (masked(TEXT, b"x", final=False) + masked(TEXT, b"y"), PROTOCOL_ERROR),
        (masked(BINARY, b"x", final=False) + masked(BINARY, b"y"), PROTOCOL_ERROR),
    ],
)
def test_frames_that_break_the_protocol_are_refused(data: bytes, code: int) -> None:
    with pytest.raises(FrameError) as refused:
        feed(data)
    assert refused.value.code == code


def test_longest_frame_is_read_and_one_byte_more_is_refused_by_its_head() -> None:
    [frame] = feed(masked(TEXT, b"x" * MAX_FRAME_BYTES))
    assert len(frame.payload) == MAX_FRAME_BYTES
    head = masked(TEXT, b"x" * (MAX_FRAME_BYTES + 1))[:4]
    with pytest.raises(FrameError) as refused:
        feed(head)
    assert refused.value.code == TOO_LONG


def test_length_of_many_exabytes_is_refused_by_its_head() -> None:
    with pytest.raises(FrameError) as refused:
        feed(b"\x81\xff" + b"\xff" * 8)
    assert refused.value.code == TOO_LONG


def test_fragments_together_may_not_be_longer_than_one_frame_may() -> None:
    assembler = Assembler()
    whole(assembler.feed(masked(TEXT, b"x" * MAX_FRAME_BYTES, final=False)))
    with pytest.raises(FrameError) as refused:
        whole(assembler.feed(masked(CONTINUATION, b"x", final=False)))
    assert refused.value.code == TOO_LONG


@pytest.mark.parametrize(
    ("payload", "code"), [(b"", 1005), (b"\x03\xe8", 1000), (b"\x03\xe9bye", 1001), (b"\x0f\xa0", 4000)]
)
def test_close_codes_are_read(payload: bytes, code: int) -> None:
    assert read_close(payload) == code


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"\x03", PROTOCOL_ERROR),
        ((1005).to_bytes(2, "big"), PROTOCOL_ERROR),
        ((999).to_bytes(2, "big"), PROTOCOL_ERROR),
        ((2000).to_bytes(2, "big"), PROTOCOL_ERROR),
        ((5000).to_bytes(2, "big"), PROTOCOL_ERROR),
        ((1000).to_bytes(2, "big") + b"\xff", NO_JSON),
    ],
)
def test_close_frames_that_may_not_be_sent_are_refused(payload: bytes, code: int) -> None:
    with pytest.raises(FrameError) as refused:
        read_close(payload)
    assert refused.value.code == code


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65535, 65536])
def test_written_frames_say_their_length(length: int) -> None:
    payload = os.urandom(length)
    frame = text_frame(payload)
    assert frame.endswith(payload)
    head = frame[: len(frame) - length]
    assert head[0] == 0x81
    if length < 126:
        assert head[1:] == bytes([length])
    elif length < 65536:
        assert head[1:] == b"\x7e" + length.to_bytes(2, "big")
    else:
        assert head[1:] == b"\x7f" + length.to_bytes(8, "big")


def test_close_and_pong_are_control_frames() -> None:
    assert close_frame(4400, "no") == b"\x88\x04\x11\x30no"
    assert pong_frame(b"hi") == b"\x8a\x02hi"
    assert len(close_frame(1000, "x" * 200)) == 127
    assert close_frame(1000)[0] == 0x80 | CLOSE
