"""Only a JSON object of a fitting size gets in."""

from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.types import Message

from app.api.bodies import read_object, read_object_or_null
from app.errors import BodyTooLarge, ParameterInvalid


def request_with(*parts: bytes, ends: bool = True) -> Request:
    """A request whose body comes in these parts; without ``ends`` its sender hangs up before the last one."""

    def messages() -> Iterator[Message]:
        for part in parts:
            yield {"type": "http.request", "body": part, "more_body": True}
        yield {"type": "http.request", "body": b""} if ends else {"type": "http.disconnect"}

    coming = messages()

    async def receive() -> Message:
        return next(coming)

    return Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)


async def test_an_object_is_read_whatever_its_parts() -> None:
    assert await read_object(request_with(b'{"ids": ["', b'a"]}')) == {"ids": ["a"]}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{'ids': []}", "not JSON"),
        (b'{"ids": "\xff"}', "not UTF-8"),
        (b'{"ids": "\\ud800"}', "surrogate"),
        (b'{"ids": "\\u0000"}', "NUL"),
        (b'{"ids": 1e999}', "finite"),
        (b'{"ids": ' + b"9" * 20 + b"}", "beyond 64 bits"),
        (b'{"ids": [], "ids": []}', "given twice"),
        (b"[" * 100_000, "nested"),
    ],
)
async def test_what_is_no_json_or_can_not_be_stored_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(ParameterInvalid, match=message):
        await read_object(request_with(body))


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"7"])
async def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(ParameterInvalid, match="must be a JSON object"):
        await read_object(request_with(body))


async def test_a_body_of_the_limit_is_taken_and_a_byte_more_is_not() -> None:
    assert await read_object(request_with(b'{"a":', b"1}"), most_bytes=7) == {"a": 1}
    with pytest.raises(BodyTooLarge, match="longer than 6 bytes"):
        await read_object(request_with(b'{"a":', b"1}"), most_bytes=6)


async def test_a_sender_that_hangs_up_is_refused() -> None:
    with pytest.raises(ParameterInvalid, match="before it was whole"):
        await read_object(request_with(b'{"a":', ends=False))


@pytest.mark.parametrize("body", [b"", b" ", b"null", b" null\n", b"{}"])
async def test_a_body_may_say_nothing_where_it_may_be_null(body: bytes) -> None:
    assert await read_object_or_null(request_with(body)) == {}


@pytest.mark.parametrize("body", [b"[]", b"0", b"false", b"nul"])
async def test_what_is_neither_an_object_nor_null_is_refused(body: bytes) -> None:
    with pytest.raises(ParameterInvalid):
        await read_object_or_null(request_with(body))
