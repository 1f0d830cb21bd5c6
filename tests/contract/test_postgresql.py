"""Every route of REST answers on PostgreSQL as it does on SQLite, where all the other tests ask.

What a statement may do there is held more strictly: no value has two types, nothing is held in a read.
"""

import secrets
from pathlib import Path

import httpx2

from support.belongings import MAKERS, UNKNOWN, Owner, tie
from support.requests import NEW, Request, requests_of, table
from support.rest import make_tenant, rest_app
from support.serving import Served, serving, settings_in


async def test_no_route_fails_whether_what_it_names_is_there_or_not(
    tmp_path: Path, postgres_url: str
) -> None:
    settings = settings_in(tmp_path, DATABASE_URL=postgres_url)
    failed, found = [], 0
    async with serving(settings, make_app=rest_app) as server, open_client(server) as client:
        owner = Owner(server, client, await make_tenant(server, "Acme"))
        for request in (one for key in table() for one in requests_of(*key)):
            own = {name: await MAKERS[kind](owner) for name, kind in request.kinds}
            await tie(owner, {kind: own[name] for name, kind in request.kinds})
            unknown = {name: UNKNOWN[kind] for name, kind in request.kinds}
            statuses = [await _status(owner, request, ids) for ids in (unknown, own)]
            found += statuses[1] < 300
            if max(statuses) >= 500:
                failed.append((request.method, request.path, request.body, statuses))
    assert failed == []
    assert found > 100


def open_client(server: Served) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=server.url, trust_env=False, verify=False, timeout=60)


async def _status(owner: Owner, request: Request, ids: dict[str, str]) -> int:
    given = ids | {NEW: f"New {secrets.token_hex(6)}"}
    answer = await owner.client.request(**request.filled(given), headers=owner.tenant.headers)
    return answer.status_code
