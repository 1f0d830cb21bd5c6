"""Request bodies: read up to a limit, and only what is a JSON object."""

from typing import Any, Final

import msgspec
from starlette.requests import ClientDisconnect, Request

from app.errors import BodyTooLarge, ParameterInvalid

MAX_BODY_BYTES: Final = 1 << 20


async def read_object(request: Request, most_bytes: int = MAX_BODY_BYTES) -> dict[str, Any]:
    """The JSON object that a request carries.

    Raises BodyTooLarge, and ParameterInvalid for what is no JSON or no object.
    """
    body = await _read(request, most_bytes)
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ParameterInvalid("The body is not JSON") from None
    if not isinstance(value, dict):
        raise ParameterInvalid("The body must be a JSON object")
    return value


async def _read(request: Request, most_bytes: int) -> bytes:
    parts: list[bytes] = []
    length = 0
    try:
        async for part in request.stream():
            length += len(part)
            if length > most_bytes:
                raise BodyTooLarge(f"The body is longer than {most_bytes} bytes")
            parts.append(part)
    except ClientDisconnect:
        raise ParameterInvalid("The body ended before it was whole") from None
    return b"".join(parts)
