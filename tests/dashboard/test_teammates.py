"""Teammates in the settings. Rule R81."""

import re

import httpx2
import pytest
from argon2 import PasswordHasher

from app.auth.admins import Member, find_by_email, members_of
from app.auth.passwords import Passwords
from app.dashboard import doorkeeper as doorkeepers
from support.desk import Browse, Team, text_of
from support.serving import Served

PAGE = "/settings/teammates"


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> Passwords:
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(doorkeepers, "Passwords", lambda: quick)
    return quick


async def add(client: httpx2.AsyncClient, team: Team, **fields: str) -> httpx2.Response:
    return await client.post(team.url(PAGE), data={"csrf_token": team.csrf_token, **fields})


async def remove(client: httpx2.AsyncClient, team: Team, admin_id: object) -> httpx2.Response:
    data = {"csrf_token": team.csrf_token, "id": str(admin_id)}
    return await client.post(team.url(f"{PAGE}/remove"), data=data)


async def members(server: Served, team: Team) -> dict[str, Member]:
    found = await server.state.database.read(lambda conn: members_of(conn, team.app_id))
    return {member.email: member for member in found}


async def test_teammates_see_each_other_and_admins_may_add(
    admin: httpx2.AsyncClient, browse: Browse, acme: Team
) -> None:
    for client in (admin, browse(acme.teammate_token)):
        page = text_of((await client.get(acme.url(PAGE))).text)
        assert "admin@acme.example" in page
        assert "mate@acme.example" in page
    assert "Add a teammate" not in text_of((await browse(acme.teammate_token).get(acme.url(PAGE))).text)


async def test_new_teammate_signs_in_by_the_link_shown(
    admin: httpx2.AsyncClient, browse: Browse, acme: Team, server: Served
) -> None:
    answer = await add(admin, acme, email=" New@Acme.example ", role="teammate")
    assert answer.status_code == 200
    assert (await members(server, acme))["new@acme.example"].role == "teammate"
    link = re.search(r"data-sign-in-link>([^<]+)</code>", answer.text)
    assert link
    assert link[1].startswith(f"{server.url}/login/once?token=")
    client = browse()
    assert (await client.get(link[1])).headers["location"] == acme.url("/users")
    assert (await client.get(acme.url("/users"))).status_code == 200
    assert (await client.get(acme.url("/settings/tokens"))).status_code == 403


async def test_new_teammate_with_a_password_gets_no_link(
    admin: httpx2.AsyncClient, acme: Team, server: Served, quick_passwords: Passwords
) -> None:
    answer = await add(admin, acme, email="new@acme.example", role="admin", password="correct horse")
    assert "data-sign-in-link" not in answer.text
    assert "correct horse" not in answer.text
    found = await server.state.database.read(lambda conn: find_by_email(conn, "new@acme.example"))
    assert found is not None
    assert await quick_passwords.matches("correct horse", found.password_hash)
    assert (await members(server, acme))["new@acme.example"].role == "admin"


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"email": "mate@acme.example", "role": "admin"}, 409, "is a teammate of this workspace already"),
        ({"email": "no email", "role": "admin"}, 400, "write it as ada@example.com"),
        ({"email": "", "role": "admin"}, 400, "write it as ada@example.com"),
        ({"email": "new@acme.example", "role": "owner"}, 400, "role is 'owner'"),
        ({"email": "new@acme.example", "role": "admin", "password": "short"}, 400, "8 to 512"),
    ],
)
async def test_what_does_not_do_is_told_and_changes_nothing(
    admin: httpx2.AsyncClient, acme: Team, server: Served, fields: dict[str, str], status: int, words: str
) -> None:
    before = await members(server, acme)
    answer = await add(admin, acme, **fields)
    assert answer.status_code == status
    assert words in text_of(answer.text)
    assert await members(server, acme) == before


async def test_removed_teammate_is_out(
    admin: httpx2.AsyncClient, browse: Browse, acme: Team, server: Served
) -> None:
    answer = await remove(admin, acme, acme.teammate_id)
    assert (answer.status_code, answer.headers["location"]) == (303, acme.url(PAGE))
    assert "mate@acme.example" not in await members(server, acme)
    assert (await browse(acme.teammate_token).get(acme.url("/users"))).status_code == 404


async def test_last_admin_stays(admin: httpx2.AsyncClient, acme: Team, server: Served) -> None:
    answer = await remove(admin, acme, acme.admin_id)
    assert answer.status_code == 409
    assert "The last admin can't be removed" in text_of(answer.text)
    assert "admin@acme.example" in await members(server, acme)


async def test_admin_who_removes_herself_is_led_away(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    await add(admin, acme, email="other@acme.example", role="admin")
    assert (await remove(admin, acme, acme.admin_id)).headers["location"] == "/"


@pytest.mark.parametrize("admin_id", ["", "x", "-1", "0", "²", "9" * 300, "9" * 5_000, "999"])
async def test_nobody_is_removed_by_an_id_that_names_nobody(
    admin: httpx2.AsyncClient, acme: Team, server: Served, admin_id: str
) -> None:
    assert (await remove(admin, acme, admin_id)).status_code == 404
    assert len(await members(server, acme)) == 2


async def test_R83_teammates_of_another_workspace_are_neither_shown_nor_removed(
    admin: httpx2.AsyncClient, acme: Team, globex: Team, server: Served
) -> None:
    assert "globex.example" not in (await admin.get(acme.url(PAGE))).text
    assert (await remove(admin, acme, globex.teammate_id)).status_code == 404
    assert len(await members(server, globex)) == 2


async def test_teammate_of_another_workspace_keeps_her_password(
    admin: httpx2.AsyncClient,
    browse: Browse,
    acme: Team,
    globex: Team,
    server: Served,
    quick_passwords: Passwords,
) -> None:
    """An admin elsewhere can't take an account over by adding its email with a password of his own."""
    await add(browse(globex.admin_token), globex, email="eve@globex.example", password="her own words")
    await add(admin, acme, email="eve@globex.example", password="somebody else's words")
    found = await server.state.database.read(lambda conn: find_by_email(conn, "eve@globex.example"))
    assert found is not None
    assert await quick_passwords.matches("her own words", found.password_hash)


async def test_R83_account_of_another_workspace_is_no_door_to_it(
    admin: httpx2.AsyncClient, acme: Team, globex: Team, server: Served
) -> None:
    """A link, or a password of the inviting admin's choice, would open the other workspace to that admin."""
    answer = await add(admin, acme, email="mate@globex.example", role="teammate")
    assert "mate@globex.example" in await members(server, acme)
    assert "/login/once" not in answer.text
    assert "They have an account already" in text_of(answer.text)
    await add(admin, acme, email="admin@globex.example", role="teammate", password="somebody else's words")
    found = await server.state.database.read(lambda conn: find_by_email(conn, "admin@globex.example"))
    assert found is not None
    assert found.password_hash is None


async def test_teammate_who_has_a_password_is_added_again_without_a_link(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    await add(admin, acme, email="eve@acme.example", password="her own words")
    await remove(admin, acme, (await members(server, acme))["eve@acme.example"].id)
    assert "/login/once" not in (await add(admin, acme, email="eve@acme.example")).text


async def test_teammate_who_has_no_way_in_is_added_again_with_a_link(
    admin: httpx2.AsyncClient, acme: Team
) -> None:
    await remove(admin, acme, acme.teammate_id)
    assert "/login/once" in (await add(admin, acme, email="mate@acme.example")).text
