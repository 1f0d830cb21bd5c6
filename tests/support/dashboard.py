"""The dashboard as a teammate has it in a real Chromium: a server, a workspace, and a browser that is signed in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, WebSocket, expect

from support.browser import eventually
from support.product import EMAIL, PASSWORD, Product


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    product = Product(tmp_path_factory.mktemp("dashboard"))
    product.start()
    yield product
    product.stop()


@pytest.fixture(scope="module")
def app_id(product: Product) -> str:
    app_id = product.command("workspace", "create", "Demo")["app_id"]
    product.command("admin", "create", app_id, EMAIL, "--password-stdin", given=PASSWORD)
    return app_id


@pytest.fixture(scope="module")
def cookies(
    product: Product, app_id: str, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The cookies of a teammate who signed in, by keyboard alone."""
    path = tmp_path_factory.mktemp("cookies") / "state.json"
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{product.url}/login")
    expect(page.get_by_label("Email")).to_be_focused()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/apps/{app_id}/users")
    context.storage_state(path=path)
    context.close()
    return path


@pytest.fixture
def desk(browser: Browser, cookies: Path) -> Iterator[BrowserContext]:
    """A browser of that teammate's."""
    context = browser.new_context(storage_state=cookies)
    yield context
    context.close()


def watch_for_trouble(page: Page) -> list[str]:
    """Whatever a page must not do: dialogs, faults of scripts, breaches of the content policy."""
    problems: list[str] = []
    page.on("dialog", lambda dialog: (problems.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: problems.append(f"fault {error}"))
    page.on(
        "console",
        lambda said: problems.append(said.text) if "Content Security Policy" in said.text else None,
    )
    return problems


@pytest.fixture
def page(desk: BrowserContext) -> Iterator[Page]:
    """A page of that browser, in which nothing goes wrong."""
    page = desk.new_page()
    problems = watch_for_trouble(page)
    yield page
    assert problems == []


def open_live(page: Page, url: str) -> None:
    """Open a page of the dashboard, until it has been told who is online."""
    told: list[str | bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: told.extend([frame]))

    page.on("websocket", listen)
    page.goto(url)
    eventually(lambda: told, page)


def row(page: Page, contact_id: str) -> Locator:
    return page.locator(f"tr[data-contact-id='{contact_id}']")


def names(page: Page) -> list[str]:
    return page.locator("tbody .person a").all_inner_texts()
