"""Where word goes, and for how long it is tried."""

import hashlib
import hmac

import pytest

from app.errors import ParameterInvalid
from app.trail.webhooks import (
    PATIENCE_SECONDS,
    Outcome,
    is_hopeless,
    new_secret,
    next_attempt,
    read_topics,
    read_url,
    signature,
)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example/in?key=1",
        "http://127.0.0.1:9000/",
        "http://[::1]:9000/x",
        "http://localhost",
        "https://192.168.1.5/porchlight",
        "  https://hooks.example  ",
    ],
)
def test_receiver_may_be_any_web_server(url: str) -> None:
    assert read_url(url) == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example",
        "ftp://hooks.example",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https://user:password@hooks.example/",
        "https://user@hooks.example/",
        "https://hooks.example:port/",
        "https://hooks.example:99999/",
        "https://hooks.example/a b",
        "https://hooks.example/a\r\nHost: other",
        "https://hooks.example/#part",
        "https://[::1",
        "https://höoks.example/",
        "https://hooks.example/" + "x" * 2_000,
    ],
)
def test_what_is_no_receiver_is_refused(url: str) -> None:
    with pytest.raises(ParameterInvalid, match="url"):
        read_url(url)


def test_topics_are_taken_once_each() -> None:
    assert read_topics(["contact.online", "*", "contact.online"]) == ("contact.online", "*")


@pytest.mark.parametrize("topics", [[], ["contact.sneezed"], ["contact.*"], [""]])
def test_topic_that_nobody_announces_is_refused(topics: list[str]) -> None:
    with pytest.raises(ParameterInvalid, match="topics"):
        read_topics(topics)


def test_body_is_signed_as_intercom_signs() -> None:
    expected = hmac.new(b"secret", b'{"a":1}', hashlib.sha1).hexdigest()
    assert signature("secret", b'{"a":1}') == f"sha1={expected}"


def test_each_secret_is_another() -> None:
    assert new_secret() != new_secret()


@pytest.mark.parametrize(
    ("attempts", "pause"),
    [(1, 60), (2, 300), (3, 900), (4, 3_600), (5, 10_800), (6, 21_600), (7, 43_200), (8, None)],
)
def test_pauses_grow_until_it_is_given_up(attempts: int, pause: float | None) -> None:
    assert next_attempt(attempts, 1_000.0) == (None if pause is None else 1_000.0 + pause)


@pytest.mark.parametrize(("seconds", "hopeless"), [(PATIENCE_SECONDS, False), (PATIENCE_SECONDS + 1, True)])
def test_webhook_that_only_fails_is_borne_for_three_days(seconds: float, hopeless: bool) -> None:
    assert is_hopeless(1_000.0, 1_000.0 + seconds) is hopeless


@pytest.mark.parametrize(
    ("outcome", "success", "silence", "farewell"),
    [
        (Outcome(200), True, False, False),
        (Outcome(204), True, False, False),
        (Outcome(302), False, False, False),
        (Outcome(404), False, False, False),
        (Outcome(410), False, False, True),
        (Outcome(429), False, True, False),
        (Outcome(500), False, False, False),
        (Outcome(503), False, True, False),
        (Outcome(error="refused"), False, True, False),
    ],
)
def test_answers_mean(outcome: Outcome, success: bool, silence: bool, farewell: bool) -> None:
    assert (outcome.is_success, outcome.is_silence, outcome.is_farewell) == (success, silence, farewell)
