"""The opening handshake: the RFC's own example, and what is none."""

import json

import pytest

from app.server.handshake import Upgrade, accept, refuse

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="


def upgrade(*headers: tuple[bytes, bytes]) -> Upgrade:
    return Upgrade(b"", headers, "http", set())


def test_answer_is_the_one_of_rfc_6455() -> None:
    answer = accept(upgrade((b"sec-websocket-key", KEY), (b"sec-websocket-version", b"13")))
    assert answer is not None
    assert answer.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    assert b"\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")
    assert b"extensions" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ((b"sec-websocket-key", KEY),),
        ((b"sec-websocket-version", b"13"),),
        ((b"sec-websocket-key", KEY), (b"sec-websocket-version", b"8")),
        ((b"sec-websocket-key", b"short"), (b"sec-websocket-version", b"13")),
        ((b"sec-websocket-key", b"=" * 24), (b"sec-websocket-version", b"13")),
        ((b"sec-websocket-key", b"A" * 24), (b"sec-websocket-version", b"13")),
        ((b"sec-websocket-key", KEY), (b"sec-websocket-key", b"x" * 24), (b"sec-websocket-version", b"13")),
    ],
)
def test_what_is_no_handshake_is_not_accepted(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    assert accept(upgrade(*headers)) is None


def test_header_given_twice_with_one_value_counts() -> None:
    twice = upgrade((b"origin", b"https://a.example"), (b"origin", b"https://a.example"))
    assert twice.header(b"origin") == b"https://a.example"
    assert twice.header(b"host") is None


def test_refusal_is_an_error_list() -> None:
    head, _, body = refuse(403, "ticket_invalid", 'No "such" ticket', "abc").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert f"content-length: {len(body)}".encode() in head
    assert b"\r\nx-request-id: abc" in head
    assert json.loads(body) == {
        "type": "error.list",
        "request_id": "abc",
        "errors": [{"code": "ticket_invalid", "message": 'No "such" ticket'}],
    }
