"""The bar around every page."""

import httpx2

from app.auth.admins import create_admin
from support.desk import Team, text_of
from support.serving import START, Served


async def test_bar_names_the_workspace_and_who_is_signed_in(admin: httpx2.AsyncClient, acme: Team) -> None:
    page = await admin.get(acme.url("/users"))
    assert "admin@acme.example" in text_of(page.text)
    assert '<a href="' + acme.url("/users") + '" aria-current="page">People</a>' in page.text
    settings = await admin.get(acme.url("/settings/messenger"))
    assert (
        '<a href="' + acme.url("/settings/messenger") + '" aria-current="page">Settings</a>' in settings.text
    )


async def test_switcher_lists_ones_own_workspaces_where_there_are_several(
    server: Served, admin: httpx2.AsyncClient, acme: Team, globex: Team
) -> None:
    assert "Globex" not in (await admin.get(acme.url("/users"))).text
    await server.state.database.write(
        lambda conn: create_admin(conn, globex.app_id, "admin@acme.example", None, START)
    )
    page = (await admin.get(acme.url("/users"))).text
    assert f'<a href="{acme.url("/users")}" aria-current="true">Acme</a>' in page
    assert f'<a href="{globex.url("/users")}">Globex</a>' in page
