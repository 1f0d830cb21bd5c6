"""Claims that many tests make, each by its name."""

from typing import Protocol


class AnyResponse(Protocol):
    @property
    def status_code(self) -> int: ...

    def json(self) -> object: ...


def assert_error_list(response: AnyResponse, status: int, code: str, message: str = "") -> None:
    """The response is an error list of one error, with this status and code; its message holds ``message``."""
    assert response.status_code == status, response.json()
    body = response.json()
    assert isinstance(body, dict)
    assert body.keys() == {"type", "request_id", "errors"}
    assert body["type"] == "error.list"
    assert body["request_id"]
    [error] = body["errors"]
    assert error.keys() == {"code", "message"}
    assert error["code"] == code
    assert message in error["message"]
