"""Every answer says which request it is for."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.responses import RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send

from app.server.request_ids import UNNAMED, Named, request_id_among, request_id_of

App = Callable[[Scope, Receive, Send], Awaitable[None]]


def scope_of(*headers: tuple[bytes, bytes], path: str = "/", kind: str = "http") -> dict[str, Any]:
    return {"type": kind, "method": "GET", "path": path, "headers": list(headers)}


async def receive() -> Message:
    return {"type": "http.request"}


async def headers_of(app: App, scope: Scope) -> list[tuple[bytes, bytes]]:
    """The headers of the answer to a request."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await Named(app)(scope, receive, send)
    return list(sent[0]["headers"])


@pytest.mark.parametrize("given", [b"edge-42", b"7f3c:a/b+c_d.e-9=", b"x" * 128])
def test_an_id_that_is_given_is_kept(given: bytes) -> None:
    assert request_id_among([(b"host", b"x"), (b"x-request-id", given)]) == given.decode()


@pytest.mark.parametrize("given", [b"", b"a b", b"<script>", b"x" * 129, b"a;b", b"a\n", "ü".encode()])
def test_an_id_that_could_be_misread_is_replaced(given: bytes) -> None:
    made = request_id_among([(b"x-request-id", given)])
    assert made
    assert made.encode() != given


def test_a_request_keeps_the_id_that_was_made_for_it() -> None:
    scope = scope_of()
    assert request_id_of(scope) == request_id_of(scope) != request_id_of(scope_of())


async def test_an_answer_without_an_id_is_given_its_requests() -> None:
    named = scope_of((b"x-request-id", b"edge-42"))
    for response in (Response("ok"), RedirectResponse("/login"), Response(status_code=304)):
        headers = await headers_of(response, named)
        assert [value for name, value in headers if name == b"x-request-id"] == [b"edge-42"]
    [first, second] = [dict(await headers_of(Response(), scope_of()))[b"x-request-id"] for _ in range(2)]
    assert first != second


async def test_an_answer_that_bears_an_id_is_left_alone() -> None:
    headers = await headers_of(Response(headers={"X-Request-Id": "abc"}), scope_of())
    assert [value for name, value in headers if name == b"x-request-id"] == [b"abc"]


async def test_an_answer_that_is_kept_for_many_requests_takes_no_id_on() -> None:
    start: Message = {"type": "http.response.start", "status": 200, "headers": []}

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send(start)

    [first, second] = [await headers_of(app, scope_of()) for _ in range(2)]
    assert first != second
    assert start["headers"] == []


@pytest.mark.parametrize(
    "scope", [*(scope_of(path=path) for path in sorted(UNNAMED)), scope_of(kind="websocket")]
)
async def test_what_pages_send_all_the_time_goes_on_as_it_came(scope: Scope) -> None:
    handed: list[object] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        handed.append(send)

    async def send(_message: Message) -> None:
        raise AssertionError

    await Named(app)(scope, receive, send)
    assert handed == [send]
