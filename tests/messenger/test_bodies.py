"""Bodies, read no further than a limit."""

import pytest
from starlette.requests import Request
from starlette.types import Message

from app.errors import BodyTooLarge, ParameterInvalid
from app.messenger.bodies import read_body


class Sender:
    """A client that sends a body in parts, and may hang up."""

    def __init__(self, *parts: bytes, announced: str | None = None, hangs_up: bool = False) -> None:
        self.left = list(parts)
        self._hangs_up = hangs_up
        headers = [] if announced is None else [(b"content-length", announced.encode())]
        self.request = Request({"type": "http", "headers": headers}, self._receive)

    async def _receive(self) -> Message:
        if self.left:
            part = self.left.pop(0)
            more = bool(self.left) or self._hangs_up
            return {"type": "http.request", "body": part, "more_body": more}
        return {"type": "http.disconnect"}


async def test_the_parts_of_a_body_are_joined() -> None:
    assert await read_body(Sender(b"ab", b"", b"cd").request, 4) == b"abcd"
    assert await read_body(Sender(b"").request, 4) == b""


async def test_what_is_announced_as_too_long_is_not_read_at_all() -> None:
    sender = Sender(b"abcde", announced="5")
    with pytest.raises(BodyTooLarge, match="longer than 4 bytes"):
        await read_body(sender.request, 4)
    assert sender.left == [b"abcde"]


@pytest.mark.parametrize("announced", [None, "4", "0", "-1", "many", "9" * 400])
async def test_reading_stops_where_a_body_turns_out_to_be_too_long(announced: str | None) -> None:
    sender = Sender(b"abc", b"de", b"never read", announced=announced)
    with pytest.raises(BodyTooLarge):
        await read_body(sender.request, 4)
    assert b"never read" in sender.left


async def test_a_client_that_hangs_up_has_sent_nothing_whole() -> None:
    with pytest.raises(ParameterInvalid, match="ended before"):
        await read_body(Sender(b"ab", hangs_up=True).request, 4)
