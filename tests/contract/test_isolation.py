"""Another workspace's id and an unknown one are answered alike, on every route of REST. Rule R83.

The cases come from the table of routes: every id that a path, a query or a body can name is once
somebody else's and once nobody's, all others being one's own. A route that nobody has told this
test about fails it.
"""

import re
import secrets
from typing import Any, Final

import httpx2
import pytest
from sqlalchemy import select

from app.storage.tables import metadata
from support.belongings import MAKERS, SECRET, UNKNOWN, Owner, tie
from support.requests import BODIES, HOLE, KINDS_OF_ROUTES, NEW, QUERIES, Request, requests_of, table
from support.rest import Tenant
from support.serving import Served

# Where an id is kept as it was given, or nothing can be found by it: nothing differs.
NOT_LOOKED_UP: Final = {
    ("POST", "/segments", "tag"),
    ("POST", "/segments", "company"),
    ("PUT", "/segments/{id}", "tag"),
    ("GET", "/companies", "segment"),
}
CASES: Final = [
    (request, hole)
    for method, path in table()
    for request in requests_of(method, path)
    for hole, _ in request.kinds
]


def _name_of(case: Any) -> str:
    return (
        f"{case.method} {case.path} {case.body or ''}{case.query or ''}"
        if isinstance(case, Request)
        else case
    )


@pytest.fixture
def mine(server: Served, client: httpx2.AsyncClient, acme: Tenant) -> Owner:
    return Owner(server, client, acme)


@pytest.fixture
def theirs(server: Served, client: httpx2.AsyncClient, globex: Tenant) -> Owner:
    return Owner(server, client, globex)


@pytest.mark.parametrize(("method", "path"), table())
def test_every_route_is_covered(method: str, path: str) -> None:
    if method in ("POST", "PUT", "PATCH"):
        assert (method, path) in BODIES, "say in BODIES which ids its body can name"
    assert list(requests_of(method, path))


def test_every_body_and_query_is_a_routes() -> None:
    assert (BODIES.keys() | QUERIES.keys() | KINDS_OF_ROUTES.keys()) - set(table()) == set()


@pytest.mark.parametrize(("request_", "hole"), CASES, ids=_name_of)
async def test_R83_id_of_another_workspace_is_answered_as_an_unknown_one(
    mine: Owner, theirs: Owner, request_: Request, hole: str
) -> None:
    kind = dict(request_.kinds)[hole]
    foreign = await MAKERS[kind](theirs)
    before = await belongings(theirs)
    known = await ask(mine, request_, hole, await MAKERS[kind](mine), tied=True)
    foreigns, unknown = [await ask(mine, request_, hole, given) for given in (foreign, UNKNOWN[kind])]
    # With one's own id it does something, and something else: so it is looked up.
    assert known[0] < 300 or known[0] == 409
    assert known != unknown or (request_.method, request_.path, hole) in NOT_LOOKED_UP
    assert foreigns == unknown
    assert SECRET not in foreigns[1]
    assert await belongings(theirs) == before


@pytest.mark.parametrize("path", [path for method, path in table() if method == "GET" and "{" not in path])
async def test_R83_list_holds_nothing_of_another_workspace(mine: Owner, theirs: Owner, path: str) -> None:
    for make in MAKERS.values():
        await make(theirs)
    [query, *_] = [one for one in QUERIES.get(("GET", path), []) if not HOLE.search(str(one))] or [{}]
    answer = await mine.client.get(path, params=query, headers=mine.tenant.headers)
    assert SECRET.lower() not in answer.text.lower()


async def ask(mine: Owner, request: Request, hole: str, given: str, *, tied: bool = False) -> tuple[int, str]:
    """Status and body of a request whose ids are one's own but for ``given``, without what differs each time.

    ``tied``: what it names has been brought together.
    """
    own = {name: await MAKERS[kind](mine) for name, kind in request.kinds if name != hole}
    if tied:
        await tie(mine, {kind: given if name == hole else own[name] for name, kind in request.kinds})
    own[NEW] = f"New {secrets.token_hex(6)}"
    answer = await mine.client.request(**request.filled({**own, hole: given}), headers=mine.tenant.headers)
    assert answer.status_code < 500
    text = _without(answer.text, given, "<given>")
    for number, value in enumerate(own.values()):
        text = _without(text, value, f"<own {number}>")
    # Pseudonyms are given out one after another.
    text = re.sub(r'"(request_id|pseudonym)":"[^"]*"', r'"\1":""', text)
    text = re.sub(r"\b[0-9a-f]{24}\b", "<id>", text)
    text = re.sub(rf"{SECRET}[0-9a-f]{{12}}", "<own name>", text, flags=re.IGNORECASE)
    return answer.status_code, re.sub(r'"(\w*id)":"?\d+"?', r'"\1":"<number>"', text)


def _without(text: str, value: str, instead: str) -> str:
    """Numbers stand for ids only where they are a text by themselves, or in a message."""
    if not value.isdigit():
        return text.replace(value, instead)
    text = re.sub(rf'("message":"[^"]*?)\b{value}\b', rf"\1{instead}", text)
    return text.replace(f'"{value}"', f'"{instead}"')


async def belongings(owner: Owner) -> dict[str, list[str]]:
    """Every row of a workspace, as text."""
    app_id = owner.tenant.app_id

    def read(conn: Any) -> dict[str, list[str]]:
        return {
            table.name: sorted(
                repr(tuple(row)) for row in conn.execute(select(table).where(table.c.app_id == app_id))
            )
            for table in metadata.sorted_tables
            if "app_id" in table.columns
        }

    return await owner.server.state.database.read(read)
