"""What a messenger may say, and what each nonsense is answered with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.messenger.beats import Heartbeat, Leave, read_message
from app.server.frames import FrameError
from app.wire import BAD_FRAME, HEARTBEAT, HIDDEN_HEARTBEAT, LEAVE, NO_JSON


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (HEARTBEAT, Heartbeat(True)),
        (HIDDEN_HEARTBEAT, Heartbeat(False)),
        (b'{ "visible": true, "type": "heartbeat" }', Heartbeat(True)),
        (b'{"type":"heartbeat","more":[1,2,{"a":null}]}', Heartbeat(True)),
        (LEAVE, Leave()),
    ],
)
def test_messages_are_understood(text: bytes, meaning: object) -> None:
    assert read_message(text) == meaning


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", NO_JSON),
        (b"heartbeat", NO_JSON),
        (b'{"type":"heartbeat"', NO_JSON),
        (b'{"type":"heartbeat"}}', NO_JSON),
        (b'{"type":"\xff"}', NO_JSON),
        (b'{"type":"heartbeat","more":"\xff"}', NO_JSON),
        (b'{"more":"\xff","type":"dance"}', NO_JSON),
        (b'{"type":7,', NO_JSON),
        (b"[" * 10_000, NO_JSON),
        (b"[]", BAD_FRAME),
        (b"null", BAD_FRAME),
        (b"17", BAD_FRAME),
        (b"{}", BAD_FRAME),
        (b'{"type":"dance"}', BAD_FRAME),
        (b'{"type":"heartbeat","visible":"yes"}', BAD_FRAME),
        (b'{"type":"heartbeat","visible":null}', BAD_FRAME),
    ],
)
def test_nonsense_is_refused_with_its_code(text: bytes, code: int) -> None:
    with pytest.raises(FrameError) as refused:
        read_message(text)
    assert refused.value.code == code


@given(st.binary(max_size=60))
def test_any_bytes_have_a_meaning_or_a_code(text: bytes) -> None:
    try:
        read_message(text)
    except FrameError as error:
        assert error.code in {NO_JSON, BAD_FRAME}
