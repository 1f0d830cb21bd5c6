"""Request bodies, read up to a limit: what is longer is refused before it is read."""

from starlette.requests import ClientDisconnect, Request

from app.errors import BodyTooLarge, ParameterInvalid


async def read_body(request: Request, most_bytes: int) -> bytes:
    """The whole body; raises BodyTooLarge as soon as it is known to be, whatever Content-Length says."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > most_bytes:
        raise _too_large(most_bytes)
    parts: list[bytes] = []
    length = 0
    try:
        async for part in request.stream():
            length += len(part)
            if length > most_bytes:
                raise _too_large(most_bytes)
            parts.append(part)
    except ClientDisconnect:
        raise ParameterInvalid("The body ended before it was whole") from None
    return b"".join(parts)


def _too_large(most_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is longer than {most_bytes} bytes")
