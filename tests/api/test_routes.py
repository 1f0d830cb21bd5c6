"""Every route of REST: whatever stands in its address is an answer, and no fault of the server."""

import base64
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx2
import msgspec
import pytest
import pytest_asyncio

from app.openapi.document import document
from support.rest import Tenant, rest_app
from support.serving import Served, serving, settings_in


def cursor_of(packed: bytes) -> str:
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


TEXTS = ("a\0b", "\ufffd", "9" * 5_000, "9" * 20, "-1")
CURSORS = tuple(
    cursor_of(packed)
    for packed in (
        b"[1,1.0,9223372036854775808]",
        b"[1,1.0,2147483648]",
        b'[1,%s,"%s"]' % (b"9" * 400, b"a" * 24),
        msgspec.json.encode([1, 1.0, "a\0b"]),
        msgspec.json.encode([1, "\0"]),
    )
)


@pytest.fixture(params=["sqlite", "postgres"])
def environ(request: pytest.FixtureRequest) -> dict[str, str]:
    if request.param == "sqlite":
        return {}
    return {"DATABASE_URL": request.getfixturevalue("postgres_url")}


@pytest_asyncio.fixture
async def server(tmp_path: Path, environ: dict[str, str]) -> AsyncIterator[Served]:
    async with serving(settings_in(tmp_path, **environ), make_app=rest_app) as served:
        yield served


def asked() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each method and path, with a hostile value in its path or in one of its parameters."""
    for path, methods in document()["paths"].items():
        for method in methods.keys() & {"get", "post", "put", "delete"}:
            given = [each for each in methods[method].get("parameters", []) if each.get("in") == "query"]
            needed = {each["name"]: "1" for each in given if each.get("required")}
            if "{" in path:
                yield from ((method, filled(path, text), needed) for text in TEXTS)
            for name in (each["name"] for each in given if method == "get"):
                texts = CURSORS + TEXTS if name == "starting_after" else TEXTS
                yield from ((method, filled(path, "1"), needed | {name: text}) for text in texts)


def filled(path: str, value: str) -> str:
    parts = (quote(value, safe="") if part.startswith("{") else part for part in path.split("/"))
    return "/".join(parts)


async def test_no_address_is_a_fault_of_the_server(client: httpx2.AsyncClient, acme: Tenant) -> None:
    faults = []
    for method, path, query in asked():
        if path != "/presence/stream":  # which has no end
            response = await client.request(method, path, params=query, headers=acme.headers)
            assert response.status_code != 429
            if response.status_code >= 500:
                faults.append((method, path, query))
    assert faults == []
