"""Pages: templates in, answers out, with the headers that keep them safe.

Nothing inline and nothing from other hosts runs on a page of ours; the one thing loaded from
elsewhere is avatars. A page is never framed, never guessed at, and kept by no cache.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import jinja2
import msgspec
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from app.contacts.names import avatar_hue, initials
from app.ids import ContactId

CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE_HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": CONTENT_POLICY,
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    # Not "no-referrer": with that, browsers send our own forms with "Origin: null".
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}

_ENVIRONMENT: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_HUE_STEP: Final = 30
_GAP: Final = Markup("<!-- here it goes on in a moment -->")


class Avatar:
    """What is shown of somebody in a circle: a picture over initials over a colour of their own."""

    __slots__ = ("hue", "initials", "url")

    def __init__(self, contact_id: ContactId, shown: str, url: str | None) -> None:
        self.hue = avatar_hue(contact_id) // _HUE_STEP * _HUE_STEP
        self.initials = initials(shown)
        self.url = url if url and is_web_url(url) else None


def page(
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Render a page; ``context`` is what its template names, all of it."""
    return HTMLResponse(render(template, context), status, {**SAFE_HEADERS, **(headers or {})})


def render(template: str, context: Mapping[str, Any]) -> Markup:
    """A page or a part of one; what it is given is escaped, but for other parts."""
    return Markup(_ENVIRONMENT.get_template(template).render(context))  # noqa: S704  The template escapes.


async def page_around(
    template: str, context: Mapping[str, Any], name: str, part: Awaitable[Markup], patience_seconds: float
) -> Response:
    """Render a page whose part ``name`` takes its time.

    Where that is not there in ``patience_seconds``, what stands above it is sent already: the browser
    shows it, and fetches what belongs to it, meanwhile. Until then ``part`` may raise; from then on
    the answer is on its way, and ``part`` must see to its own troubles.
    """
    task = asyncio.ensure_future(part)
    await asyncio.wait({task}, timeout=patience_seconds)
    if task.done():
        return page(template, {**context, name: task.result()})

    async def in_pieces() -> AsyncIterator[str]:
        above, _, below = render(template, {**context, name: _GAP}).partition(_GAP)
        yield above
        yield await task
        yield below

    return StreamingResponse(in_pieces(), 200, SAFE_HEADERS, media_type="text/html; charset=utf-8")


def json_answer(content: object, status: int = 200) -> Response:
    return Response(
        msgspec.json.encode(content), status, dict(SAFE_HEADERS), media_type="application/json; charset=utf-8"
    )


def see_other(url: str) -> Response:
    """After a form: go there, by GET."""
    return RedirectResponse(url, 303, dict(SAFE_HEADERS))


def is_web_url(text: str) -> bool:
    """Whether a link or picture may lead there: http or https, and nothing that runs."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
