"""Pings as the load generator sends them, and how it reads what comes back."""

import hashlib
import hmac
import json

import pytest

from scripts.loadgen.crowd import pages_of, socket_path
from scripts.loadgen.web import Answer, Target, address_of, parse_answer, ping_request

TARGET = Target("127.0.0.1", 8000)


def body_of(request: bytes) -> dict[str, object]:
    head, _, body = request.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    told: dict[str, object] = json.loads(body)
    return told


def test_a_ping_says_who_and_where() -> None:
    request = ping_request(TARGET, "uabcdefg", 7, origin="https://load.example", page=3)
    assert request.startswith(b"POST /messenger/web/ping HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n")
    told = body_of(request)
    user = told["user_data"]
    assert told["app_id"] == "uabcdefg"
    assert told["referer"] == "https://load.example/page/3"
    assert isinstance(user, dict)
    assert user["user_id"] == "load-7"
    assert "user_hash" not in user


def test_a_ping_is_signed_where_the_secret_is_known() -> None:
    user = body_of(ping_request(TARGET, "uabcdefg", 7, origin="https://load.example", identity_secret="s"))[
        "user_data"
    ]
    assert isinstance(user, dict)
    assert user["user_hash"] == hmac.new(b"s", b"load-7", hashlib.sha256).hexdigest()


def test_every_simulated_browser_has_an_address_of_its_own() -> None:
    assert len({address_of(number) for number in range(20_000)}) == 20_000
    assert address_of(0) == "198.18.0.0"
    assert address_of(65_536 + 258) == "198.19.1.2"


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", Answer(200, b"hi")),
        (b"HTTP/1.1 204 No Content\r\nserver: x\r\n\r\n", Answer(204, b"")),
        (b"HTTP/1.1 429 Too Many\r\ncontent-length:  0 \r\n\r\n", Answer(429, b"")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", None),
        (b"HTTP/1.1 200 OK\r\nContent-Le", None),
    ],
)
def test_answers_are_read_when_they_are_whole(data: bytes, answer: Answer | None) -> None:
    assert parse_answer(data) == answer


def test_an_answer_without_a_length_is_refused() -> None:
    with pytest.raises(ValueError, match="no Content-Length"):
        parse_answer(b"HTTP/1.1 200 OK\r\n\r\nhi")


@pytest.mark.parametrize("url", ["https://a.example", "127.0.0.1:8000", "http://"])
def test_a_url_that_is_not_plain_http_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must look like"):
        Target.of(url)


def test_target_is_read_from_its_url() -> None:
    assert Target.of("http://127.0.0.1:8123/") == Target("127.0.0.1", 8123)
    assert Target.of("http://localhost").is_local
    assert not Target.of("http://app.example.com").is_local


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("ws://h:1/messenger/socket", "/messenger/socket?ticket=a%2Bb"),
        ("ws://h:1/messenger/socket?ticket=there", "/messenger/socket?ticket=there"),
    ],
)
def test_the_ticket_gets_into_the_path_once(url: str, path: str) -> None:
    assert socket_path(url, "a+b") == path


def test_dashboards_watch_everybody_about_as_often() -> None:
    ids = [f"{number:024x}" for number in range(100)]
    pages = pages_of(ids, watchers=8, rows=50)
    assert [len(set(page)) for page in pages] == [50] * 8
    seen = [contact_id for page in pages for contact_id in page]
    assert {seen.count(contact_id) for contact_id in ids} == {4}
    assert pages_of(ids[:3], watchers=2, rows=50)[0] != []
    assert pages_of([], watchers=2, rows=50) == []
