"""From a real page's heartbeat to the green dot: the whole road, in real Chromium, against a real process.

One window shows the dashboard, others the customer's pages. Every change of a dot is written down
in the dashboard's page itself, so a flicker can't hide between two looks.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from support.browser import freeze, open_window, resume
from support.product import EMAIL, PASSWORD, Product

pytestmark = [pytest.mark.browser, pytest.mark.journey]

RECORD_DOTS = """
() => {
  window.dots = [];
  new MutationObserver((mutations) => {
    for (const mutation of mutations) {
      const row = mutation.target.closest('[data-contact-id]');
      window.dots.push([row.dataset.contactId, mutation.target.dataset.online, Date.now()]);
    }
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-online'] });
}
"""


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = Product(tmp_path)
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
        page.goto(f"{product.url}/apps/{app_id}/users")
        page.evaluate(RECORD_DOTS)

    def dot(self, contact_id: str, online: bool) -> None:
        """The contact's dot is on (or off), or soon will be: how soon is measured apart, as machines are noisy."""
        row = self.page.locator(f"[data-contact-id='{contact_id}'] [data-online]").first
        expect(row).to_have_attribute("data-online", "true" if online else "false", timeout=10_000)
        expect(row).to_have_accessible_name("Online" if online else "Offline")

    def changes(self, contact_id: str) -> list[str]:
        """Each value that the contact's dot was changed to, since the page was opened."""
        return [value for id_, value, _ in self.page.evaluate("() => window.dots") if id_ == contact_id]

    def ids(self) -> list[str]:
        rows = self.page.locator("tr[data-contact-id]")
        return [row.get_attribute("data-contact-id") or "" for row in rows.all()]


def known_user(product: Product, app_id: str, user_id: str, name: str) -> str:
    """A user whom the server has seen before and who is offline now: the id."""
    ping = {"app_id": app_id, "user_data": {"user_id": user_id, "name": name}, "source": "apiBoot"}
    contact_id: str = product.post("/messenger/web/ping", ping)["user"]["id"]
    product.advance(121)
    return contact_id


def sign_in(page: Page, user_id: str) -> None:
    """Boot the messenger as the customer's site does for somebody who is signed in."""
    page.evaluate(f"() => window.Intercom('boot', {{ ...window.intercomSettings, user_id: '{user_id}' }})")


def sign_in_now(page: Page, user_id: str) -> float:
    """Sign in; the moment it was asked for, in milliseconds."""
    asked_at: float = page.evaluate("() => Date.now()")
    sign_in(page, user_id)
    return asked_at


def sign_out_now(page: Page, _user_id: str) -> float:
    asked_at: float = page.evaluate(
        "() => { const now = Date.now(); window.Intercom('shutdown'); return now; }"
    )
    return asked_at


def visit(page: Page, product: Product, path: str = "/demo") -> None:
    page.goto(product.url + path)
    page.wait_for_function("() => typeof window.Intercom === 'function' && !!window.Intercom('getVisitorId')")


def eventually(holds: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def test_dot_follows_a_page_from_open_to_long_closed(
    product: Product, app_id: str, browser: Browser, site: BrowserContext
) -> None:
    ada = known_user(product, app_id, "ada", "Ada Lovelace")
    dashboard = Dashboard(browser.new_page(), product, app_id)
    dashboard.dot(ada, False)

    first = site.new_page()
    visit(first, product)
    sign_in(first, "ada")
    dashboard.dot(ada, True)

    # From page to page: not one flicker.
    for path in ("/demo/pricing", "/demo", "/demo/pricing"):
        visit(first, product, path)
        sign_in(first, "ada")
        eventually(lambda: product.metric("porchlight_messenger_sockets") >= 1)
    assert dashboard.changes(ada) == ["true"]

    # Two tabs of one browser are one stream.
    second = site.new_page()
    visit(second, product)
    sign_in(second, "ada")
    eventually(lambda: product.metric("porchlight_messenger_sockets") == 1)
    assert dashboard.changes(ada) == ["true"]

    # The first tab closed, the second takes the stream over; the last one closed, the dot stays for its time.
    first.close()
    eventually(lambda: product.metric("porchlight_messenger_sockets") == 1)
    second.close()
    eventually(lambda: product.metric("porchlight_messenger_sockets") == 0)
    product.advance(118)
    dashboard.dot(ada, True)
    assert dashboard.changes(ada) == ["true"]
    product.advance(3)
    dashboard.dot(ada, False)
    assert dashboard.changes(ada) == ["true", "false"]


def test_R4_dot_follows_within_a_second(
    product: Product, app_id: str, browser: Browser, site: BrowserContext
) -> None:
    ada = known_user(product, app_id, "ada", "Ada Lovelace")
    dashboard = Dashboard(browser.new_page(), product, app_id)
    page = site.new_page()
    visit(page, product)
    delays: list[float] = []
    for call in (sign_in_now, sign_out_now) * 4:
        asked_at = call(page, "ada")
        dashboard.dot(ada, call is sign_in_now)
        delays.append(dashboard.page.evaluate("() => window.dots.at(-1)[2]") - asked_at)
    # The middle one: another program's turn on this machine is none of our doing.
    assert statistics.median(delays) < 1000, delays


def test_frozen_page_goes_off_on_time_and_is_back_within_a_second_of_its_resumption(
    product: Product, app_id: str, browser: Browser, site: BrowserContext
) -> None:
    ada = known_user(product, app_id, "ada", "Ada Lovelace")
    dashboard = Dashboard(browser.new_page(), product, app_id)
    page = site.new_page()
    visit(page, product)
    sign_in(page, "ada")
    dashboard.dot(ada, True)

    # Hidden: another tab in front of it. A hidden page still counts.
    other = site.new_page()
    other.bring_to_front()
    eventually(lambda: page.evaluate("() => document.visibilityState") == "hidden")
    product.advance(60)
    dashboard.dot(ada, True)

    freeze(page)
    product.advance(121)
    dashboard.dot(ada, False)
    resume(page)
    dashboard.dot(ada, True)
    assert dashboard.changes(ada) == ["true", "false", "true"]


def test_R7_signing_out_puts_the_dot_off_at_once(
    product: Product, app_id: str, browser: Browser, site: BrowserContext
) -> None:
    ada = known_user(product, app_id, "ada", "Ada Lovelace")
    dashboard = Dashboard(browser.new_page(), product, app_id)
    page = site.new_page()
    visit(page, product)
    sign_in(page, "ada")
    dashboard.dot(ada, True)
    page.evaluate("() => window.Intercom('shutdown')")
    dashboard.dot(ada, False)


def test_R5_server_killed_and_started_again_flips_no_dot(
    product: Product, app_id: str, browser: Browser, site: BrowserContext
) -> None:
    ada = known_user(product, app_id, "ada", "Ada Lovelace")
    bob = known_user(product, app_id, "bob", "Bob")
    dashboard = Dashboard(browser.new_page(), product, app_id)
    page = site.new_page()
    visit(page, product)
    sign_in(page, "ada")
    dashboard.dot(ada, True)

    product.kill()
    product.start()

    # Both come back by themselves: the dashboard within 5 s, the messenger within 20 s.
    eventually(lambda: product.metric("porchlight_dashboards") == 1, 10)
    eventually(lambda: product.metric("porchlight_messenger_sockets") == 1, 30)
    eventually(lambda: product.metric("porchlight_heartbeats_total") >= 1, 30)
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

    ping = {"app_id": app_id, "user_data": {"user_id": "new", "name": "Nora New"}, "source": "apiBoot"}
    nora = product.post("/messenger/web/ping", ping)["user"]["id"]
    hint = dashboard.page.get_by_role("button", name="1 new person: refresh")
    expect(hint).to_be_visible(timeout=15_000)
    assert dashboard.ids() == [ada]

    hint.click()
    expect(dashboard.page.locator(f"tr[data-contact-id='{nora}']")).to_be_visible()
    dashboard.dot(nora, True)
    assert sorted(dashboard.ids()) == sorted([ada, nora])
