"""Pages of the dashboard whose server goes away and comes back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from app.storage.sqlite import file_of
from support.browser import eventually, stop_clock
from support.product import EMAIL, PASSWORD, Product

pytestmark = pytest.mark.browser


@pytest.fixture
def going(tmp_path: Path) -> Iterator[Product]:
    """A server of the test's own, which goes away in it."""
    product = Product(tmp_path)
    product.start()
    yield product
    product.stop()


@pytest.fixture
def app_id(going: Product) -> str:
    app_id = going.command("workspace", "create", "Away")["app_id"]
    going.command("admin", "create", app_id, EMAIL, "--password-stdin", given=PASSWORD)
    return app_id


def sign_in(page: Page, url: str) -> None:
    """Until the page behind ``url`` listens for changes."""
    page.goto(url)
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_websocket():
        page.get_by_role("button", name="Sign in").click()


def test_dots_come_back_by_themselves_after_the_server_was_away(
    going: Product, app_id: str, browser: Browser
) -> None:
    ada = going.ping(app_id, user_id="1", name="Ada")
    context = browser.new_context()
    stop_clock(context)
    page = context.new_page()
    sign_in(page, f"{going.url}/login")
    row = page.locator(f"tr[data-contact-id='{ada}']")
    expect(row).to_be_visible()
    going.kill()
    expect(page.get_by_text("Live updates are interrupted")).to_be_visible()
    going.start()
    page.clock.run_for(3_500)
    expect(page.get_by_text("Live updates are interrupted")).to_be_hidden()
    going.advance(121)
    expect(row.locator(".dot")).to_have_attribute("data-online", "false")
    context.close()


@pytest.mark.parametrize("path", ["/users", "/users/show?user_id=ended"])
def test_session_that_ends_while_the_server_is_away_leads_to_the_sign_in(
    going: Product, app_id: str, browser: Browser, path: str
) -> None:
    going.ping(app_id, user_id="ended", name="Enid Ended")
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, f"{going.url}/login?next=/apps/{app_id}{quote(path)}")
    # The list's own poll would find out too.
    page.add_init_script("setInterval = () => 0")
    page.reload()
    going.kill()
    expect(page.get_by_text("Live updates are interrupted")).to_be_visible()
    context.clear_cookies()
    going.start()
    page.wait_for_url("**/login?next=*", timeout=60_000)
    context.close()


@pytest.mark.parametrize("path", ["/users", "/users/show?user_id=left"])
def test_teammate_who_is_removed_while_the_server_is_away_is_told_so_and_asks_no_more(
    going: Product, app_id: str, browser: Browser, path: str
) -> None:
    going.ping(app_id, user_id="left", name="Lea Left")
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, f"{going.url}/login?next=/apps/{app_id}{quote(path)}")
    going.kill()
    expect(page.get_by_text("Live updates are interrupted")).to_be_visible()
    with closing(sqlite3.connect(file_of(going.settings.database_url))) as conn, conn:
        conn.execute("DELETE FROM memberships WHERE app_id = ?", (app_id,))
    going.start()
    expect(page.get_by_text("a workspace that you are not a teammate of")).to_be_visible()
    context.close()


@pytest.mark.parametrize("notices", ["by asking", "by the browser's word"])
def test_dots_come_back_where_the_path_to_the_server_died_without_a_word(
    going: Product, app_id: str, browser: Browser, notices: str
) -> None:
    ada = going.ping(app_id, user_id="1", name="Ada")
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, f"{going.url}/login")
    snapshots: list[str | bytes] = []
    is_dead = False

    def relay(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        is_first = not snapshots

        def carry(frame: str | bytes) -> None:
            if not (is_first and is_dead):
                snapshots.append(frame)
                socket.send(frame)

        server.on_message(carry)

    page.clock.install()
    page.route_web_socket("**/socket", relay)
    page.reload()
    dot = page.locator(f"tr[data-contact-id='{ada}'] .dot")
    expect(dot).to_have_attribute("data-online", "true")
    eventually(lambda: snapshots, page)
    is_dead = True
    going.advance(121)
    if notices == "by asking":
        page.clock.run_for(35_000)
    else:
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(dot).to_have_attribute("data-online", "false")
    context.close()
