"""The words that greet whoever starts the server for the first time."""

import re
from urllib.parse import unquote

import pytest
from sqlalchemy import Connection

from app.auth.admins import create_admin
from app.auth.sessions import SIGN_IN_LINK_SECONDS, use_sign_in_link
from app.demo import DemoLinks, demo_links
from app.storage.database import Database
from app.workspaces.operations import create_workspace

NOW = 1_763_900_000.0
BASE = "http://127.0.0.1:8123"


async def test_the_first_start_makes_a_demo_and_says_where_it_is(database: Database) -> None:
    links = await database.write(lambda conn: demo_links(conn, NOW, BASE, "us"))
    assert links is not None
    made = dict(re.findall(r"^(\w+): (\S+)$", links.text(), re.MULTILINE))
    assert made == {
        "dashboard": links.dashboard_url,
        "demo_page": f"{BASE}/demo?as=ada",
        "app_id": links.app_id,
        "token": links.api_token,
    }
    assert links.dashboard_url.startswith(f"{BASE}/")


async def test_the_greeting_tells_what_to_do_and_what_to_see(database: Database) -> None:
    links = await database.write(lambda conn: demo_links(conn, NOW, BASE, "us"))
    assert links is not None
    assert "two windows side by side" in links.text()
    assert "within a second" in links.text()


async def test_a_store_with_a_workspace_gets_no_demo(database: Database) -> None:
    await database.write(lambda conn: create_workspace(conn, "Acme", NOW) and None)
    assert await database.write(lambda conn: demo_links(conn, NOW, BASE, "us")) is None


def token_in(links: DemoLinks | None) -> str:
    assert links is not None
    return unquote(links.dashboard_url.partition("?token=")[2])


async def test_each_start_makes_the_same_demo_a_new_link_until_somebody_has_signed_in(
    database: Database,
) -> None:
    first = await database.write(lambda conn: demo_links(conn, NOW, BASE, "us"))
    later = NOW + SIGN_IN_LINK_SECONDS
    second = await database.write(lambda conn: demo_links(conn, later, BASE, "us"))
    assert first is not None
    assert second is not None
    assert second.app_id == first.app_id
    assert await database.write(lambda conn: use_sign_in_link(conn, token_in(first), NOW)) is None
    assert await database.write(lambda conn: use_sign_in_link(conn, token_in(second), later)) is not None
    assert await database.write(lambda conn: demo_links(conn, later, BASE, "us")) is None


async def test_a_later_greeting_says_how_to_make_another_token(database: Database) -> None:
    await database.write(lambda conn: demo_links(conn, NOW, BASE, "us"))
    again = await database.write(lambda conn: demo_links(conn, NOW, BASE, "us"))
    assert again is not None
    made = dict(re.findall(r"^(\w+): (\S+)$", again.text(), re.MULTILINE))
    assert made.keys() == {"dashboard", "demo_page", "app_id"}
    assert f" token create {again.app_id} --name NAME\n" in again.text()


@pytest.mark.parametrize("use", ["account", "workspace"])
async def test_a_demo_that_somebody_goes_on_from_is_not_told_of_again(database: Database, use: str) -> None:
    links = await database.write(lambda conn: demo_links(conn, NOW, BASE, "us"))
    assert links is not None

    def go_on(conn: Connection) -> None:
        if use == "account":
            create_admin(conn, links.app_id, "ada@example.com", None, NOW)
        else:
            create_workspace(conn, "Acme", NOW)

    await database.write(go_on)
    assert await database.write(lambda conn: demo_links(conn, NOW, BASE, "us")) is None
