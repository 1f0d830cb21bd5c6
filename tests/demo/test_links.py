"""The words that greet whoever starts the server for the first time."""

import re

from app.demo import demo_links
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


async def test_the_second_start_makes_no_second_demo(database: Database) -> None:
    await database.write(lambda conn: demo_links(conn, NOW, BASE, "us"))
    assert await database.write(lambda conn: demo_links(conn, NOW, BASE, "us")) is None
