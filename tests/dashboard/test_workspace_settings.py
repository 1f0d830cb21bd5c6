"""The messenger's settings."""

import re
from dataclasses import replace

import httpx2
import pytest

from app.dashboard import forms
from app.workspaces.records import Workspace
from app.workspaces.store import find_workspace
from support.desk import Browse, Team, csrf_in, text_of
from support.serving import Served

PAGE = "/settings/messenger"


async def stored(server: Served, team: Team) -> Workspace:
    workspace = await server.state.database.read(lambda conn: find_workspace(conn, team.app_id))
    assert workspace is not None
    return workspace


async def send(client: httpx2.AsyncClient, team: Team, **fields: str) -> httpx2.Response:
    return await client.post(team.url(PAGE), data={"csrf_token": team.csrf_token, **fields})


def secrets_in(html: str) -> list[str]:
    return re.findall(r"<code class=\"once\" data-secret>([^<]+)</code>", html)


async def test_snippet_names_the_workspace_and_this_server(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    page = text_of((await admin.get(acme.url(PAGE))).text)
    assert f'app_id: "{acme.app_id}"' in page
    assert f'<script async src="{server.url}/widget/{acme.app_id}"></script>' in page


async def test_R52_links_bear_the_host_of_the_region_where_the_settings_name_it(
    admin: httpx2.AsyncClient, acme: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "public_origin", lambda settings: "https://app.example.com")
    page = text_of((await admin.get(acme.url(PAGE))).text)
    assert f'src="https://app.example.com/widget/{acme.app_id}"' in page
    invited = {"csrf_token": acme.csrf_token, "email": "new@acme.example", "role": "teammate"}
    answer = await admin.post(acme.url("/settings/teammates"), data=invited)
    assert "https://app.example.com/login/once?token=" in answer.text


async def test_secret_is_shown_in_answer_to_an_admins_form_only(
    admin: httpx2.AsyncClient, browse: Browse, acme: Team, server: Served
) -> None:
    [secret] = (await stored(server, acme)).identity_secrets
    assert secret not in (await admin.get(acme.url(PAGE))).text
    mate = browse(acme.teammate_token)
    page = await mate.get(acme.url(PAGE))
    assert page.status_code == 200
    assert "Only admins of this workspace see the secret" in text_of(page.text)
    assert secrets_in((await send(admin, acme, deed="reveal")).text) == [secret]
    refused = await mate.post(acme.url(PAGE), data={"csrf_token": acme.teammate_csrf_token, "deed": "reveal"})
    assert refused.status_code == 403
    assert secret not in refused.text


async def test_origins_and_verification_are_saved_and_count_at_once(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    answer = await send(
        admin,
        acme,
        deed="save",
        allowed_origins="https://Shop.example/\r\nhttps://www.shop.example:8443\n",
        identity_verification="on",
    )
    assert "Saved." in text_of(answer.text)
    wanted = ("https://shop.example", "https://www.shop.example:8443")
    workspace = await stored(server, acme)
    assert (workspace.allowed_origins, workspace.identity_verification) == (wanted, True)
    in_memory = server.state.directory.get(acme.app_id)
    assert in_memory is not None
    assert in_memory.allowed_origins == wanted
    page = (await admin.get(acme.url(PAGE))).text
    assert "https://shop.example\nhttps://www.shop.example:8443</textarea>" in page
    assert re.search(r'name="identity_verification" value="on" checked', page)
    await send(admin, acme, deed="save", allowed_origins="")
    workspace = await stored(server, acme)
    assert (workspace.allowed_origins, workspace.identity_verification) == ((), False)


async def test_time_zone_is_saved_and_counts_at_once(
    admin: httpx2.AsyncClient, browse: Browse, acme: Team, server: Served
) -> None:
    before = await stored(server, acme)
    answer = await send(admin, acme, deed="timezone", timezone=" Asia/Kolkata ")
    assert "Saved." in text_of(answer.text)
    assert 'name="timezone" value="Asia/Kolkata"' in answer.text
    assert await stored(server, acme) == replace(before, timezone="Asia/Kolkata")
    assert secrets_in(answer.text) == []
    assert 'data-timezone="Asia/Kolkata"' in (await admin.get(acme.url("/users"))).text
    mate = browse(acme.teammate_token)
    refused = await mate.post(
        acme.url(PAGE),
        data={"csrf_token": acme.teammate_csrf_token, "deed": "timezone", "timezone": "UTC"},
    )
    assert refused.status_code == 403
    assert (await stored(server, acme)).timezone == "Asia/Kolkata"


@pytest.mark.parametrize("timezone", ["", "Mars/Olympus", "../etc/passwd", "Europe/"])
async def test_wrong_time_zone_is_told_and_nothing_is_saved(
    admin: httpx2.AsyncClient, acme: Team, server: Served, timezone: str
) -> None:
    before = await stored(server, acme)
    answer = await send(admin, acme, deed="timezone", timezone=timezone)
    assert answer.status_code == 400
    assert "it must be an IANA name such as Europe/Berlin or UTC" in text_of(answer.text)
    assert await stored(server, acme) == before


@pytest.mark.parametrize(
    "origin", ["shop.example", "https://*.shop.example", "ftp://x", "https://a/b", "null"]
)
async def test_wrong_origin_is_told_and_nothing_is_saved(
    admin: httpx2.AsyncClient, acme: Team, server: Served, origin: str
) -> None:
    answer = await send(admin, acme, deed="save", allowed_origins=f"https://good.example\n{origin}")
    assert answer.status_code == 400
    assert "allowed_origin is" in text_of(answer.text)
    assert origin in answer.text  # what was typed is still there
    assert (await stored(server, acme)).allowed_origins == ()


async def test_new_secret_leaves_the_old_one_live_until_it_is_retired(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    [old] = (await stored(server, acme)).identity_secrets
    new, still = secrets_in((await send(admin, acme, deed="rotate")).text)
    assert still == old
    assert new != old
    assert (await stored(server, acme)).identity_secrets == (new, old)
    page = text_of((await admin.get(acme.url(PAGE))).text)
    assert "Stop accepting the old one" in page
    assert secrets_in((await send(admin, acme, deed="retire")).text) == [new]
    assert (await stored(server, acme)).identity_secrets == (new,)


async def test_unknown_deed_changes_nothing(admin: httpx2.AsyncClient, acme: Team, server: Served) -> None:
    before = await stored(server, acme)
    assert (await send(admin, acme, deed="explode")).status_code == 400
    assert await stored(server, acme) == before


async def test_teammate_may_look_and_finds_no_form_to_send(browse: Browse, acme: Team) -> None:
    page = (await browse(acme.teammate_token).get(acme.url(PAGE))).text
    assert csrf_in(page) == acme.teammate_csrf_token  # that of signing out
    assert ">Save</button>" not in page
    assert "readonly" in page
    assert acme.url("/settings/tokens") not in page


async def test_R83_settings_of_one_workspace_change_no_other(
    admin: httpx2.AsyncClient, acme: Team, globex: Team, server: Served
) -> None:
    before = await stored(server, globex)
    await send(admin, acme, deed="rotate")
    await send(admin, acme, deed="save", allowed_origins="https://a.example", app_id=globex.app_id)
    assert await stored(server, globex) == before
