"""Both official SDKs have called every operation that they and our description share.

The suites beside this file note what they ask for; this one runs after them. An operation that is
added to the description fails here until both suites call it, or it is named below as ours alone.
"""

import re
from pathlib import Path
from typing import Final

import pytest

from app.openapi.document import document
from support.customers import Asked

pytestmark = pytest.mark.journey

OURS: Final = {"Presence", "Webhooks", "Imports and exports", "Server"}
"""Parts of the description that go beyond the API that the SDKs are made for."""
OURS_ELSEWHERE: Final = {
    "POST /contacts/{id}/restore",
    "POST /segments",
    "PUT /segments/{id}",
    "DELETE /segments/{id}",
    "GET /contacts/{id}/qualification",
    "POST /contacts/{id}/qualification/{name}/resync",
}
SUITES: Final = {
    "python": {path.name for path in Path(__file__).parent.glob("test_python_*.py")},
    "node": {"test_node_client.py"},
}


def described() -> dict[str, set[str]]:
    """The tags of every operation."""
    return {
        f"{method.upper()} {path}": set(operation["tags"])
        for path, item in document()["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "responses" in operation
    }


def operation_of(method: str, path: str) -> str | None:
    """Which operation a request asked for: the one with the fewest holes, where several fit."""
    for operation in sorted(described(), key=lambda operation: operation.count("{")):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", operation), f"{method} {path}"):
            return operation
    return None


def test_what_is_ours_alone_is_described() -> None:
    assert set(described()) >= OURS_ELSEWHERE
    assert set().union(*described().values()) >= OURS


@pytest.mark.parametrize("sdk", SUITES)
def test_every_operation_is_called(sdk: str, asked: Asked, request: pytest.FixtureRequest) -> None:
    items = request.session.items
    ran = {item.path.name for item in items[: items.index(request.node)]}
    if not ran >= SUITES[sdk]:
        pytest.skip("tells something only after the suites of this SDK")
    called = {operation_of(method, path) for method, path in asked[sdk]}
    shared = {operation for operation, tags in described().items() if not tags & OURS} - OURS_ELSEWHERE
    assert shared - called == set()
