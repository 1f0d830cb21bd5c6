"""What all the messenger's routes do when they refuse."""

import pytest
from starlette.requests import Request
from starlette.responses import Response
from structlog.testing import capture_logs

from app.errors import ContactDeleted, OriginNotAllowed, PorchlightError, RateLimited
from app.messenger.refusals import refusing


def request() -> Request:
    return Request({"type": "http", "headers": []})


async def test_an_answer_goes_through_in_silence() -> None:
    answer = Response("hello")

    @refusing("thing.refused")
    async def endpoint(_: Request) -> Response:
        return answer

    with capture_logs() as lines:
        assert await endpoint(request()) is answer
    assert lines == []


@pytest.mark.parametrize(
    ("error", "logged", "hidden"),
    [
        (ContactDeleted(), 1, False),
        (OriginNotAllowed("not listed"), 1, True),
        (RateLimited("too often", 5), 0, False),
    ],
)
async def test_a_refusal_goes_on_and_is_logged_by_its_code(
    error: PorchlightError, logged: int, hidden: bool
) -> None:
    @refusing("thing.refused")
    async def endpoint(_: Request) -> Response:
        raise error

    asked = request()
    with capture_logs() as lines, pytest.raises(type(error)):
        await endpoint(asked)
    line = {"event": "thing.refused", "log_level": "warning", "status": error.status, "code": error.code}
    assert lines == [line] * logged
    assert bool(asked.scope.get("porchlight.hidden_from_origin")) is hidden
