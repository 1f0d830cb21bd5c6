"""Pages: templates in, answers out, with the headers that keep them safe.

Nothing inline and nothing from other hosts runs on a page of ours; the one thing loaded from
elsewhere is avatars. A page is never framed, never guessed at, and kept by no cache.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import jinja2
import msgspec
from starlette.responses import HTMLResponse, RedirectResponse, Response

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
    html = _ENVIRONMENT.get_template(template).render(context)
    return HTMLResponse(html, status, {**SAFE_HEADERS, **(headers or {})})


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
