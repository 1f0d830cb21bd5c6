"""``POST /test/clock``: lets checks from outside move time. There only where the setting opens it."""

import math

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.errors import ParameterInvalid
from app.state import state_of


class ClockOrder(msgspec.Struct, forbid_unknown_fields=True):
    """``advance_seconds`` moves time on, ``freeze`` stops it or lets it run; both may come together."""

    advance_seconds: float | None = None
    freeze: bool | None = None


async def move_clock(request: Request) -> Response:
    """Answers ``{"now": <unix seconds>}``. The whole server's sense of time moves at once."""
    state = state_of(request)
    try:
        order = msgspec.json.decode(await request.body(), type=ClockOrder)
    except msgspec.DecodeError as error:
        raise ParameterInvalid(f"The clock takes advance_seconds and freeze: {error}") from error
    seconds = order.advance_seconds
    if seconds is not None and not (math.isfinite(seconds) and 0 < seconds <= 10_000_000_000):
        raise ParameterInvalid(
            f"advance_seconds is {seconds}: it must be positive, for time only moves forward"
        )
    if order.freeze:
        state.clock.freeze()
    if seconds is not None:
        state.clock.advance(seconds)
    if order.freeze is False:
        state.clock.thaw()
    await state.sweeper.sweep()
    return Response(msgspec.json.encode({"now": state.clock.now()}), media_type="application/json")


test_clock_routes = [Route("/test/clock", move_clock, methods=["POST"])]
