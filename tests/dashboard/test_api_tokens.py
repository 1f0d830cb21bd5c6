"""API tokens in the settings. Rule R81."""

import re

import httpx2
import pytest

from app.auth.tokens import authenticate, list_tokens
from app.errors import Unauthorized
from support.desk import Team, text_of
from support.serving import Served

PAGE = "/settings/tokens"


async def make(client: httpx2.AsyncClient, team: Team, name: str) -> httpx2.Response:
    return await client.post(team.url(PAGE), data={"csrf_token": team.csrf_token, "name": name})


async def revoke(client: httpx2.AsyncClient, team: Team, name: str) -> httpx2.Response:
    return await client.post(team.url(f"{PAGE}/revoke"), data={"csrf_token": team.csrf_token, "name": name})


def token_in(html: str) -> str:
    found = re.search(r"data-token>([^<]+)</code>", html)
    assert found, "no token is shown"
    return found[1]


async def test_token_is_shown_once_and_opens_the_workspace(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    token = token_in((await make(admin, acme, "billing")).text)
    grant = await server.state.database.read(lambda conn: authenticate(conn, token))
    assert grant.app_id == acme.app_id
    page = (await admin.get(acme.url(PAGE))).text
    assert "billing" in text_of(page)
    assert token not in page
    assert token[:9] in page


async def test_revoked_token_opens_nothing(admin: httpx2.AsyncClient, acme: Team, server: Served) -> None:
    token = token_in((await make(admin, acme, "billing")).text)
    answer = await revoke(admin, acme, "billing")
    assert (answer.status_code, answer.headers["location"]) == (303, acme.url(PAGE))
    with pytest.raises(Unauthorized):
        await server.state.database.read(lambda conn: authenticate(conn, token))
    assert "billing" not in text_of((await admin.get(acme.url(PAGE))).text)


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [("billing", 409, "exists already"), ("", 400, "1 to 100"), ("x" * 101, 400, "1 to 100")],
)
async def test_name_that_does_not_do_is_told(
    admin: httpx2.AsyncClient, acme: Team, server: Served, name: str, status: int, words: str
) -> None:
    await make(admin, acme, "billing")
    answer = await make(admin, acme, name)
    assert answer.status_code == status
    assert words in text_of(answer.text)
    tokens = await server.state.database.read(lambda conn: list_tokens(conn, acme.app_id))
    assert [token.name for token in tokens] == ["billing"]


async def test_unknown_token_cannot_be_revoked(admin: httpx2.AsyncClient, acme: Team) -> None:
    assert (await revoke(admin, acme, "nothing")).status_code == 404


async def test_R83_tokens_of_another_workspace_are_neither_shown_nor_revoked(
    browse: object, admin: httpx2.AsyncClient, acme: Team, globex: Team, server: Served
) -> None:
    theirs = browse(globex.admin_token)  # type: ignore[operator]
    token = token_in((await make(theirs, globex, "theirs")).text)
    assert "theirs" not in text_of((await admin.get(acme.url(PAGE))).text)
    assert (await revoke(admin, acme, "theirs")).status_code == 404
    assert (await server.state.database.read(lambda conn: authenticate(conn, token))).app_id == globex.app_id
