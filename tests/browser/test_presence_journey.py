"""From a real page's heartbeat to the green dot: the whole road, in real Chromium, against a real process.

One window shows the dashboard, others the customer's pages. Every change of a dot is written down
in the dashboard's page itself, so a flicker can't hide between two looks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from support.browser import eventually, freeze, open_window, resume
from support.dashboard import open_live
from support.product import EMAIL, PASSWORD, Product
from support.promptness import expect_dot, record_dots, seconds_until_dot

pytestmark = [pytest.mark.browser, pytest.mark.journey]


@pytest.fixture
def environ() -> dict[str, str]:
    """Settings of the server that aren't the defaults."""
    return {}


@pytest.fixture
def product(tmp_path: Path, environ: dict[str, str]) -> Iterator[Product]:
    product = Product(tmp_path, **environ)
    product.start()
    yield product
    product.stop()


@pytest.fixture
def app_id(product: Product) -> str:
    app_id = product.command("workspace", "create", "Demo")["app_id"]
    product.command("admin", "create", app_id, EMAIL, "--password-stdin", given=PASSWORD)
    return app_id


@pytest.fixture
def site(playwright: Playwright) -> Iterator[BrowserContext]:
    """A Chromium window of a customer, in which tabs are really hidden."""
    with open_window(playwright) as window:
        yield window


class Dashboard:
    """The live user list of a teammate who signed in."""

    def __init__(self, page: Page, product: Product, app_id: str) -> None:
        self.page = page
        page.goto(f"{product.url}/login")
        page.get_by_label("Email").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/apps/*/users*")
        open_live(page, f"{product.url}/apps/{app_id}/users")
        record_dots(page)

    def dot(self, contact_id: str, online: bool) -> None:
        """The contact's dot is on (or off), or will be: how soon is measured apart."""
        expect_dot(self.page, contact_id, online)

    def changes(self, contact_id: str) -> list[str]:
        """Each value that the contact's dot was changed to, since the page was opened."""
        return [value for id_, value, _ in self.page.evaluate("() => window.dots") if id_ == contact_id]

    def ids(self) -> list[str]:
        rows = self.page.locator("tr[data-contact-id]")
        return [row.get_attribute("data-contact-id") or "" for row in rows.all()]


def known_user(product: Product, app_id: str, user_id: str, name: str) -> str:
    """A user whom the server has seen before and who is offline now: the id."""
    contact_id = product.ping(app_id, user_id=user_id, name=name)
    product.advance(121)
    return contact_id


def hide(page: Page) -> None:
    """Put another tab in front of it."""
    page.context.new_page().bring_to_front()
    eventually(lambda: page.evaluate("() => document.visibilityState") == "hidden")


def sign_in(page: Page, user_id: str) -> None:
    """Boot the messenger as the customer's site does for somebody who is signed in, and wait until that is recorded.

    A ping outlives its page: it would be a sign of life whenever it came.
    """
    with page.expect_response(
        lambda answer: f"%22{user_id}%22" in (answer.request.post_data or "")
    ) as answer:
        page.evaluate(
            f"() => window.Intercom('boot', {{ ...window.intercomSettings, user_id: '{user_id}' }})"
        )
    assert answer.value.ok


def sign_in_now(page: Page) -> float:
    """Sign in as Ada; the moment it was asked for, in milliseconds."""
    asked_at: float = page.evaluate(
        "() => { const now = Date.now();"
        " window.Intercom('boot', { ...window.intercomSettings, user_id: 'ada' }); return now; }"
    )
    return asked_at


def sign_out_now(page: Page) -> float:
    asked_at: float = page.evaluate(
        "() => { const now = Date.now(); window.Intercom('shutdown'); return now; }"
    )
    return asked_at


def resume_now(page: Page) -> float:
    """Wake a frozen page; the moment it knew."""
    resume(page)
    page.wait_for_function("() => window.resumedAt")
    resumed_at: float = page.evaluate("() => window.resumedAt")
    return resumed_at


@contextmanager
def heartbeat_of(product: Product) -> Iterator[None]:
    """One more has come, in the present of a clock that stands still."""
    seen = product.metric("porchlight_heartbeats_total")
    yield
    eventually(lambda: product.metric("porchlight_heartbeats_total") > seen)


def visit(page: Page, product: Product, path: str = "/demo") -> None:
    page.goto(product.url + path)
    page.wait_for_function("() => typeof window.Intercom === 'function' && !!window.Intercom('getVisitorId')")


def test_dot_follows_a_page_from_open_to_long_closed(
    product: Product, app_id: str, browser: Browser, site: BrowserContext
) -> None:
    ada = known_user(product, app_id, "ada", "Ada Lovelace")
    dashboard = Dashboard(browser.new_page(), product, app_id)
    dashboard.dot(ada, False)
    product.stop_time()

    first = site.new_page()
    visit(first, product)
    sign_in(first, "ada")
    dashboard.dot(ada, True)

    # From page to page: not one flicker.
    for path in ("/demo/pricing", "/demo", "/demo/pricing"):
        visit(first, product, path)
        sign_in(first, "ada")
        # The page itself, not what is left of the one before: the next tab must find it beating.
        first.wait_for_function("() => window.Porchlight.silence === ''")
    assert dashboard.changes(ada) == ["true"]

    # Two tabs of one browser are one stream.
    second = site.new_page()
    visit(second, product)
    sign_in(second, "ada")
    eventually(lambda: product.metric("porchlight_messenger_sockets") == 1)
    assert dashboard.changes(ada) == ["true"]

    # The first tab closed, the second takes the stream over; the last one closed, the dot stays for its time.
    with heartbeat_of(product):
        first.close()
    second.close()
    eventually(lambda: product.metric("porchlight_messenger_sockets") == 0)
    product.advance(118)
    dashboard.dot(ada, True)
    assert dashboard.changes(ada) == ["true"]
    product.advance(3)
    dashboard.dot(ada, False)
    assert dashboard.changes(ada) == ["true", "false"]


def test_R4_R7_dot_follows_each_sign_in_and_sign_out_within_a_second(
    product: Product, app_id: str, browser: Browser, site: BrowserContext
) -> None:
    ada = known_user(product, app_id, "ada", "Ada Lovelace")
    dashboard = Dashboard(browser.new_page(), product, app_id)
    page = site.new_page()
    visit(page, product)
    for _ in range(4):
        assert seconds_until_dot(dashboard.page, ada, True, lambda: sign_in_now(page)) < 1
        assert seconds_until_dot(dashboard.page, ada, False, lambda: sign_out_now(page)) < 1


@pytest.mark.parametrize("environ", [{"HEARTBEAT_SECONDS": "1"}])
def test_R6_hidden_page_keeps_the_dot_by_its_heartbeats(
    product: Product, app_id: str, browser: Browser, site: BrowserContext
) -> None:
    ada = known_user(product, app_id, "ada", "Ada Lovelace")
    dashboard = Dashboard(browser.new_page(), product, app_id)
    page = site.new_page()
    visit(page, product)
    sign_in(page, "ada")
    dashboard.dot(ada, True)
    hide(page)
    product.stop_time()

    for _ in range(3):
        product.advance(60)
        with heartbeat_of(product):
            pass

    sign_out_now(page)
    dashboard.dot(ada, False)
    assert dashboard.changes(ada) == ["true", "false"]


def test_R6_frozen_page_goes_off_on_time_and_is_back_within_a_second(
    product: Product, app_id: str, browser: Browser, site: BrowserContext
) -> None:
    ada = known_user(product, app_id, "ada", "Ada Lovelace")
    bob = known_user(product, app_id, "bob", "Bob")
    dashboard = Dashboard(browser.new_page(), product, app_id)
    page = site.new_page()
    visit(page, product)
    product.stop_time()
    product.ping(app_id, user_id="bob", name="Bob")
    product.advance(1)
    with heartbeat_of(product):
        sign_in(page, "ada")
    dashboard.dot(ada, True)
    dashboard.dot(bob, True)
    page.evaluate("() => void document.addEventListener('resume', () => { window.resumedAt = Date.now(); })")
    hide(page)
    freeze(page)
    eventually(lambda: product.metric("porchlight_messenger_sockets") == 0)

    # 120.5 s of Bob's silence, 119.5 s of Ada's.
    product.advance(119.5)
    dashboard.dot(bob, False)
    assert dashboard.changes(ada) == ["true"]
    product.advance(1.5)
    dashboard.dot(ada, False)

    assert seconds_until_dot(dashboard.page, ada, True, lambda: resume_now(page)) < 1
    assert dashboard.changes(ada) == ["true", "false", "true"]


def test_R5_server_killed_and_started_again_flips_no_dot(
    product: Product, app_id: str, browser: Browser, site: BrowserContext
) -> None:
    ada = known_user(product, app_id, "ada", "Ada Lovelace")
    bob = known_user(product, app_id, "bob", "Bob")
    dashboard = Dashboard(browser.new_page(), product, app_id)
    page = site.new_page()
    # How long it waits to come back is drawn by lot, and longer after each miss: here the draws are short.
    page.add_init_script("Math.random = () => 0.1")
    visit(page, product)
    sign_in(page, "ada")
    dashboard.dot(ada, True)

    product.kill()
    product.start()

    # Both come back by themselves.
    eventually(lambda: product.metric("porchlight_dashboards") == 1)
    eventually(lambda: product.metric("porchlight_messenger_sockets") == 1)
    eventually(lambda: product.metric("porchlight_heartbeats_total") >= 1)
    dashboard.dot(ada, True)
    assert dashboard.changes(ada) == ["true"]
    assert dashboard.changes(bob) == []
    # The dashboard's socket is alive again: changes still come through.
    page.evaluate("() => window.Intercom('shutdown')")
    dashboard.dot(ada, False)


def test_R4_nobody_new_is_brought_in_until_the_list_is_refreshed(
    product: Product, app_id: str, browser: Browser
) -> None:
    ada = known_user(product, app_id, "ada", "Ada Lovelace")
    dashboard = Dashboard(browser.new_page(), product, app_id)
    assert dashboard.ids() == [ada]

    nora = product.ping(app_id, user_id="new", name="Nora New")
    hint = dashboard.page.get_by_role("button", name="1 new person: refresh")
    expect(hint).to_be_visible()
    assert dashboard.ids() == [ada]

    hint.click()
    expect(dashboard.page.locator(f"tr[data-contact-id='{nora}']")).to_be_visible()
    dashboard.dot(nora, True)
    assert sorted(dashboard.ids()) == sorted([ada, nora])
