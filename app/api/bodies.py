"""Request bodies of REST: only what is a JSON object, and can be stored."""

from typing import Any, Final

from starlette.requests import Request

from app.errors import ParameterInvalid
from app.messenger.bodies import read_body
from app.messenger.strict_json import read_json

MAX_BODY_BYTES: Final = 1 << 20


async def read_object(request: Request, most_bytes: int = MAX_BODY_BYTES) -> dict[str, Any]:
    """The JSON object that a request carries.

    Raises BodyTooLarge, and ParameterInvalid for what is no JSON, no object, or no value that a database holds.
    """
    return _object(await read_body(request, most_bytes))


async def read_object_or_null(request: Request) -> dict[str, Any]:
    """The same where a body may say nothing: none at all, or ``null``, is an object without fields."""
    body = await read_body(request, MAX_BODY_BYTES)
    return {} if body.strip() in {b"", b"null"} else _object(body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = read_json(body.decode())
    except UnicodeDecodeError:
        raise ParameterInvalid("The body is not UTF-8 text") from None
    if not isinstance(value, dict):
        raise ParameterInvalid("The body must be a JSON object")
    return value
