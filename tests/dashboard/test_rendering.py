"""Pages and what keeps them safe."""

import asyncio
from typing import Any

import pytest
from markupsafe import Markup
from starlette.responses import HTMLResponse

from app.dashboard.rendering import (
    CONTENT_POLICY,
    SAFE_HEADERS,
    Avatar,
    is_web_url,
    json_answer,
    page,
    page_around,
    see_other,
)
from app.errors import StorageUnavailable
from app.ids import ContactId

ADA = ContactId("65535f800000000000000001")


def test_page_escapes_what_it_is_given() -> None:
    evil = "<script>alert(1)</script>"
    response = page(
        "error.html", {"heading": evil, "message": '"><img src=x onerror=alert(1)>', "status": 400}
    )
    html = bytes(response.body).decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "&lt;script&gt;" in html


def test_page_forgets_no_value_silently() -> None:
    with pytest.raises(Exception, match="heading"):
        page("error.html", {"message": "", "status": 400})


async def sent(response: Any) -> list[str]:
    """The pieces in which an answer goes out."""
    pieces: list[str] = []

    async def send(message: Any) -> None:
        if message.get("body"):
            pieces.append(message["body"].decode())

    async def receive() -> Any:
        await asyncio.Event().wait()

    scope = {"type": "http", "method": "GET", "headers": [], "asgi": {"spec_version": "2.4"}}
    await response(scope, receive, send)
    return pieces


ERROR = {"heading": "Oops", "status": 400}


async def test_part_that_is_there_in_time_goes_out_with_its_page() -> None:
    async def part() -> Markup:
        return Markup("<b>soon</b>")

    answer = await page_around("error.html", ERROR, "message", part(), patience_seconds=10)
    assert isinstance(answer, HTMLResponse)
    assert "<p><b>soon</b></p>" in bytes(answer.body).decode()


async def test_part_that_takes_its_time_comes_after_what_stands_above_it() -> None:
    may_go = asyncio.Event()

    async def part() -> Markup:
        await may_go.wait()
        return Markup("<b>late</b>")

    answer = await page_around("error.html", ERROR, "message", part(), patience_seconds=0.001)
    assert answer.headers["content-security-policy"] == CONTENT_POLICY
    may_go.set()
    above, late, below = await sent(answer)
    assert above.endswith("<p>")
    assert "<h1>Oops</h1>" in above
    assert late == "<b>late</b>"
    assert below.startswith("</p>")
    assert below.rstrip().endswith("</html>")


async def test_part_that_fails_in_time_is_a_refusal() -> None:
    async def part() -> Markup:
        raise StorageUnavailable("no")

    with pytest.raises(StorageUnavailable):
        await page_around("error.html", ERROR, "message", part(), patience_seconds=10)


@pytest.mark.parametrize("response", [page("link.html", {"is_over": True}), json_answer({}), see_other("/")])
def test_every_answer_carries_the_headers_that_keep_it_safe(response: object) -> None:
    headers = response.headers  # type: ignore[attr-defined]
    assert all(headers[name] == value for name, value in SAFE_HEADERS.items())
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("url", "is_shown"),
    [
        ("https://cdn.example/ada.png", True),
        ("http://cdn.example/ada.png", True),
        ("javascript:alert(1)", False),
        ("data:image/svg+xml,<svg/>", False),
        ("//cdn.example/ada.png", False),
        ("/local.png", False),
        ("https://", False),
        ("http://[broken", False),
        ("", False),
    ],
)
def test_R53_only_pictures_from_the_web_are_shown(url: str, is_shown: bool) -> None:
    assert is_web_url(url) is is_shown
    assert Avatar(ADA, "Ada Lovelace", url).url == (url if is_shown else None)


def test_R53_avatar_has_initials_and_a_colour_of_its_own() -> None:
    avatar = Avatar(ADA, "Ada Lovelace", None)
    assert avatar.initials == "AL"
    assert avatar.hue in range(0, 360, 30)
    assert avatar.hue == Avatar(ADA, "Somebody Else", None).hue
