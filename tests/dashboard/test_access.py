"""Who may see which page. Rules R81 and R83."""

import re

import httpx2
import pytest
from sqlalchemy import Connection
from starlette.routing import Mount, Route

from app.auth.admins import create_admin, remove_member
from app.dashboard.routes import routes
from app.workspaces.operations import create_workspace
from support.claims import assert_error_list
from support.desk import JSON, AddPerson, Browse, Team
from support.serving import START, Served

WORKSPACE_ROUTES = [
    (method, route.path)
    for route in routes
    if isinstance(route, Route) and route.path.startswith("/apps/")
    for method in sorted(route.methods or ())
    if method != "HEAD"
]
ADMIN_ONLY = [
    ("POST", "/apps/{app_id}/settings/messenger"),
    ("GET", "/apps/{app_id}/settings/tokens"),
    ("POST", "/apps/{app_id}/settings/tokens"),
    ("POST", "/apps/{app_id}/settings/tokens/revoke"),
    ("POST", "/apps/{app_id}/settings/teammates"),
    ("POST", "/apps/{app_id}/settings/teammates/remove"),
    ("POST", "/apps/{app_id}/settings/people-data"),
    ("POST", "/apps/{app_id}/settings/people-data/archive"),
    ("GET", "/apps/{app_id}/settings/audit"),
    ("GET", "/apps/{app_id}/settings/audit.json"),
    ("GET", "/apps/{app_id}/settings/receipts.json"),
    ("GET", "/apps/{app_id}/settings/deleting-people-data"),
    ("POST", "/apps/{app_id}/settings/deleting-people-data"),
    ("POST", "/apps/{app_id}/settings/deleting-people-data/restore"),
    ("GET", "/apps/{app_id}/settings/imports"),
    ("POST", "/apps/{app_id}/settings/imports"),
    ("GET", "/apps/{app_id}/settings/imports/people.csv"),
    ("GET", "/apps/{app_id}/settings/imports/{id}"),
    ("POST", "/apps/{app_id}/settings/imports/{id}"),
    ("GET", "/apps/{app_id}/settings/imports/{id}/progress"),
]
OPEN = {"/", "/login", "/login/once", "/logout", "/demo", "/demo/pricing", "/docs", "/favicon.ico"}


async def send(
    client: httpx2.AsyncClient, method: str, path: str, app_id: str, csrf_token: str = ""
) -> httpx2.Response:
    url = path.replace("{app_id}", app_id)
    if method == "GET":
        return await client.get(f"{url}?since=0&id={'0' * 24}")
    data = {"csrf_token": csrf_token, "deed": "reveal"}
    if path.endswith("/settings/imports"):
        return await client.post(url, data=data, files={"file": ("people.csv", b"user_id\n1\n", "text/csv")})
    return await client.post(url, data=data)


def test_every_route_is_tested_here_or_is_open_to_all() -> None:
    others = {route.path for route in routes if isinstance(route, Route)} - {p for _, p in WORKSPACE_ROUTES}
    assert others == OPEN
    assert [route.path for route in routes if isinstance(route, Mount)] == ["/static"]
    assert set(ADMIN_ONLY) <= set(WORKSPACE_ROUTES)


@pytest.mark.parametrize(("method", "path"), WORKSPACE_ROUTES)
async def test_strangers_are_led_to_the_sign_in(browse: Browse, acme: Team, method: str, path: str) -> None:
    for token in (None, "guess", "%00"):
        answer = await send(browse(token), method, path, acme.app_id)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=")
        assert answer.content == b""


@pytest.mark.parametrize(("method", "path"), WORKSPACE_ROUTES)
async def test_programs_of_strangers_get_401(browse: Browse, acme: Team, method: str, path: str) -> None:
    client = browse()
    client.headers.update(JSON)
    assert_error_list(await send(client, method, path, acme.app_id), 401, "unauthorized")


@pytest.mark.parametrize(("method", "path"), WORKSPACE_ROUTES)
async def test_R52_whoever_asks_for_a_workspace_of_another_region_is_told_where_that_is(
    browse: Browse, acme: Team, method: str, path: str
) -> None:
    for token in (None, acme.admin_token):
        answer = await send(browse(token), method, path, "ezzzzzzz", acme.csrf_token)
        assert answer.status_code == 421
        assert "This workspace lives in the eu region, at app.eu.example.com" in answer.text
        assert answer.headers["location"] == "https://app.eu.example.com"
    program = browse()
    program.headers.update(JSON)
    assert_error_list(
        await send(program, method, path, "azzzzzzz"), 421, "wrong_region", "on another deployment"
    )
    answer = await send(program, method, path, "ezzzzzzz")
    assert_error_list(answer, 421, "wrong_region", "at app.eu.example.com")
    assert answer.headers["location"] == "https://app.eu.example.com"


@pytest.mark.parametrize(("method", "path"), WORKSPACE_ROUTES)
async def test_R83_foreign_and_unknown_workspaces_are_one_404(
    browse: Browse, acme: Team, globex: Team, add_person: AddPerson, method: str, path: str
) -> None:
    await add_person(globex, name="Secret Sam", id="0" * 24)
    client = browse(acme.admin_token)
    answers = [
        await send(client, method, path, app_id, acme.csrf_token)
        for app_id in (globex.app_id, "uzzzzzzz", "zzz", "..%2f..", "%00")
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert len({answer.text for answer in answers}) == 1
    assert "Secret Sam" not in answers[0].text
    assert "Globex" not in answers[0].text


@pytest.mark.parametrize(("method", "path"), ADMIN_ONLY)
async def test_R81_teammates_may_not_what_admins_may(
    browse: Browse, acme: Team, method: str, path: str
) -> None:
    answer = await send(browse(acme.teammate_token), method, path, acme.app_id, acme.teammate_csrf_token)
    assert answer.status_code == 403
    assert "Only admins of this workspace" in answer.text


@pytest.mark.parametrize(("method", "path"), WORKSPACE_ROUTES)
async def test_R81_whoever_may_is_let_in(
    browse: Browse, acme: Team, add_person: AddPerson, method: str, path: str
) -> None:
    await add_person(acme, id="0" * 24)
    seats = [(acme.admin_token, acme.csrf_token)]
    if (method, path) not in ADMIN_ONLY:
        seats.append((acme.teammate_token, acme.teammate_csrf_token))
    for token, csrf_token in seats:
        answer = await send(browse(token), method, path, acme.app_id, csrf_token)
        assert answer.status_code not in (401, 403, 405, 500)
        assert not re.match("/login", answer.headers.get("location", ""))


@pytest.mark.parametrize(("method", "path"), [route for route in WORKSPACE_ROUTES if route[0] == "POST"])
async def test_forms_without_the_sessions_token_or_from_other_sites_change_nothing(
    browse: Browse, acme: Team, method: str, path: str
) -> None:
    client = browse(acme.admin_token)
    for csrf_token in ("", acme.teammate_csrf_token):
        assert (await send(client, method, path, acme.app_id, csrf_token)).status_code == 403
    for origin in ("https://evil.example", "null"):
        client.headers["origin"] = origin
        assert (await send(client, method, path, acme.app_id, acme.csrf_token)).status_code == 403


async def test_teammate_who_was_removed_is_out_at_once(browse: Browse, acme: Team, server: Served) -> None:
    client = browse(acme.teammate_token)
    assert (await client.get(acme.url("/users"))).status_code == 200
    await server.state.database.write(lambda conn: remove_member(conn, acme.app_id, acme.teammate_id))
    assert (await client.get(acme.url("/users"))).status_code == 404


async def test_workspace_that_a_command_just_made_is_there_at_once(
    browse: Browse, acme: Team, server: Served
) -> None:
    """The directory in memory follows a second later; pages don't wait for it."""

    def make(conn: Connection) -> str:
        app_id = create_workspace(conn, "Initech", START).app_id
        create_admin(conn, app_id, "admin@acme.example", None, START)
        return app_id

    app_id = await server.state.database.write(make)
    assert (await browse(acme.admin_token).get(f"/apps/{app_id}/users")).status_code == 200
