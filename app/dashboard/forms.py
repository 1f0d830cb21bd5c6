"""Forms: their fields, and proof that they were sent from our own pages.

An unsafe form is taken only with the token of the session (or, before sign-in, of a cookie that
came with the form), and never from a page of another origin.
"""

import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, HTTPConnection, Request

from app.errors import BodyTooLarge, Forbidden, ParameterInvalid, UnsupportedBody
from app.state import state_of
from app.workspaces.whereabouts import public_origin

LARGEST_FORM: Final = 64 * 1024
MOST_FIELDS: Final = 500
"""Room for what every column of the widest file holds."""
CSRF_FIELD: Final = "csrf_token"
FORM_TYPE: Final = "application/x-www-form-urlencoded"


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a form, the last value where a name comes twice.

    Raises BodyTooLarge, UnsupportedBody, ParameterInvalid.
    """
    content_type = request.headers.get("content-type", FORM_TYPE).partition(";")[0].strip().lower()
    if content_type != FORM_TYPE:
        raise UnsupportedBody(f"This page takes forms only ({FORM_TYPE})")
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_FORM:
                raise BodyTooLarge(f"The form has more than {LARGEST_FORM} bytes")
    except ClientDisconnect:
        raise ParameterInvalid("The form broke off") from None
    try:
        fields = dict(
            parse_qsl(bytes(body).decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        )
    except ValueError:
        raise ParameterInvalid("The form can't be read") from None
    if any("\0" in value for value in fields.values()):
        raise ParameterInvalid("A field holds a NUL character")
    return fields


def require_own_origin(request: Request) -> None:
    """Raises Forbidden for a form that says it comes from another site."""
    origin = request.headers.get("origin")
    if origin is not None and not is_own_origin(request, origin):
        raise Forbidden("This form was sent from another site")


def check_form(request: Request, form: Mapping[str, str], csrf_token: str) -> None:
    """Raises Forbidden for a form that was not sent from a page of ours."""
    require_own_origin(request)
    given = form.get(CSRF_FIELD, "")
    if not csrf_token or not hmac.compare_digest(given.encode(), csrf_token.encode()):
        raise Forbidden("This form is too old: go back, load the page again, and send it once more")


def is_own_origin(connection: HTTPConnection, origin: str) -> bool:
    """Whether ``origin`` is that of the page's own host, to the letter; ``null`` is nobody's."""
    return origin.lower() == own_origin(connection)


def link_origin(connection: HTTPConnection) -> str:
    """What links to this deployment begin with: its region's host, where the settings name it. Rule R52."""
    return public_origin(state_of(connection).settings) or own_origin(connection)


def own_origin(connection: HTTPConnection) -> str:
    """``https://host[:port]``, as a browser at this server's address would send it."""
    scheme = {"ws": "http", "wss": "https"}.get(connection.url.scheme, connection.url.scheme)
    return f"{scheme}://{connection.headers.get('host', '')}".lower()
