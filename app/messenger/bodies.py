"""Request bodies, read up to a limit: what is longer is refused before it is read."""

from starlette.requests import Request

from app.errors import BodyTooLarge, ParameterInvalid


async def read_body(request: Request, most_bytes: int) -> bytes:
    """The whole body; raises BodyTooLarge as soon as it is known to be, whatever Content-Length says."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > most_bytes:
        raise _too_large(most_bytes)
    body, is_whole = bytearray(), False
    while not is_whole:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ParameterInvalid("The body ended before it was whole")
        body += message.get("body", b"")
        if len(body) > most_bytes:
            raise _too_large(most_bytes)
        is_whole = not message.get("more_body", False)
    return bytes(body)


def _too_large(most_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is longer than {most_bytes} bytes")
