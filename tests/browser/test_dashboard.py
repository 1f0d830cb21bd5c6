"""The list of people in a real Chromium: live search, dots and counts that move by themselves, avatars."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from support.browser import stop_clock
from support.dashboard import names, open_live, row
from support.product import EMAIL, PASSWORD, Product

pytestmark = pytest.mark.browser

COLOUR = "(element) => getComputedStyle(element).backgroundColor"


def test_search_answers_while_one_types_and_keeps_the_keyboard(
    product: Product, app_id: str, page: Page
) -> None:
    ada = product.ping(app_id, user_id="s1", name="Quilla Lovelace")
    product.ping(app_id, user_id="s2", name="Grace Hopper")
    page.goto(f"{product.url}/apps/{app_id}/users")
    page.keyboard.press("/")
    box = page.get_by_role("searchbox", name="Search people")
    expect(box).to_be_focused()
    page.keyboard.type("quil")
    expect(page).to_have_url(re.compile(r"/users\?q=quil$"))
    expect(page.locator("tr[data-contact-id]")).to_have_count(1)
    expect(row(page, ada)).to_be_visible()
    expect(box).to_be_focused()
    # The list that was drawn is alive: its dot follows presence.
    product.advance(121)
    expect(row(page, ada).locator(".dot")).to_have_attribute("data-online", "false")
    product.ping(app_id, user_id="s1")
    expect(row(page, ada).locator(".dot")).to_have_attribute("data-online", "true")
    box.fill("")
    expect(page.get_by_text("Grace Hopper")).to_be_visible()


def test_list_works_where_sockets_are_forbidden(product: Product, app_id: str, page: Page) -> None:
    product.ping(app_id, user_id="alone", name="Solo Socketless")
    page.add_init_script(
        "WebSocket = Object.assign(function () { throw new DOMException('no', 'SecurityError') }, { OPEN: 1 })"
    )
    page.goto(f"{product.url}/apps/{app_id}/users")
    expect(page.get_by_text("Live updates are interrupted")).to_be_visible()
    page.get_by_label("Search people").fill("solo")
    expect(page.locator("tr[data-contact-id]")).to_have_count(1)
    expect(page.get_by_text("Solo Socketless")).to_be_visible()


def test_list_stays_when_the_server_has_no_answer_to_a_search(
    product: Product, app_id: str, page: Page
) -> None:
    product.ping(app_id, user_id="stays", name="Sadie Stays")
    page.goto(f"{product.url}/apps/{app_id}/users")
    address = page.url
    page.route("**/users?q=*", lambda route: route.fulfill(status=500, body="<h1>Not now</h1>"))
    with page.expect_response("**/users?q=*"):
        page.get_by_label("Search people").fill("sadie")
    page.wait_for_selector("#people:not([aria-busy])")
    assert page.get_by_text("Sadie Stays").count() == 1
    assert page.url == address


def test_search_works_without_scripts(product: Product, app_id: str, browser: Browser, cookies: Path) -> None:
    product.ping(app_id, user_id="n1", name="Noscript Nell")
    context = browser.new_context(storage_state=cookies, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{product.url}/apps/{app_id}/users")
    page.get_by_role("searchbox", name="Search people").fill("nosc")
    page.keyboard.press("Enter")
    page.wait_for_url("**/users?q=nosc")
    assert names(page) == ["Noscript Nell"]
    context.close()


def test_R4_live_refresh_moves_dots_last_seen_and_the_count_and_nothing_else(
    product: Product, app_id: str, page: Page
) -> None:
    ada = product.ping(app_id, user_id="r4", name="Rowena Four", email="r4@example.com")
    product.ping(app_id, user_id="r4-first", name="Rowena First")
    product.advance(121)
    page.goto(f"{product.url}/apps/{app_id}/users")
    expect(row(page, ada).locator(".dot")).to_have_attribute("data-online", "false")
    expect(page.locator("[data-online-count]")).to_have_text(["0", "0"])
    unlit = page.locator(".lamp").evaluate(COLOUR)
    rows, tabs = rows_without_presence(page), tabs_without_the_count(page)
    page.evaluate(
        """() => {
          const MOVING = { '.dot': 'dot', 'time[data-last-seen]': 'last seen', '[data-online-count]': 'count',
                           '[data-refresh]': 'hint', 'figure.chart': 'chart' };
          window.touched = new Set();
          new MutationObserver((all) => {
            for (const change of all) {
              const node = change.target.nodeType === 1 ? change.target : change.target.parentElement;
              const known = Object.keys(MOVING).find((selector) => node.closest(selector));
              window.touched.add(known ? MOVING[known] : node.outerHTML.slice(0, 200));
            }
          }).observe(document.querySelector('#list'), {
            subtree: true, childList: true, attributes: true, characterData: true });
        }"""
    )
    # What would change the row's place in the order, its name, its email and its sessions.
    product.ping(app_id, user_id="r4", name="Rowena Renamed", email="new@example.com")
    product.ping(app_id, user_id="r4-new", name="Somebody New")
    expect(row(page, ada).locator(".dot")).to_have_attribute("data-online", "true")
    expect(row(page, ada).locator("time[data-last-seen]")).to_have_text("just now")
    expect(page.locator("[data-online-count]")).to_have_text(["2", "2"])
    expect(page.locator(".lamp")).not_to_have_css("background-color", unlit)
    refresh = page.get_by_role("button", name=re.compile(r"^\d+ new (person|people): refresh$"))
    expect(refresh).to_be_visible()
    assert set(page.evaluate("() => [...window.touched]")) - {"chart"} == {
        "dot",
        "last seen",
        "count",
        "hint",
    }
    assert rows_without_presence(page) == rows
    assert tabs_without_the_count(page) == tabs
    refresh.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Rowena Renamed")).to_be_visible()
    expect(page.get_by_text("Somebody New")).to_be_visible()


def rows_without_presence(page: Page) -> list[list[str]]:
    """The rows in their order: id, then each cell's words but for "last seen"."""
    told: list[list[str]] = page.locator("tr[data-contact-id]").evaluate_all(
        """rows => rows.map((row) => [row.dataset.contactId,
             ...[...row.querySelectorAll('td:not(.col-seen)')].map((cell) => cell.textContent.trim())])"""
    )
    return told


def tabs_without_the_count(page: Page) -> list[str]:
    told: list[str] = page.locator("#tabs a").evaluate_all(
        "tabs => tabs.filter((tab) => !tab.querySelector('[data-online-count]')).map((tab) => tab.textContent.trim())"
    )
    return told


def test_count_above_the_list_follows_a_dot_at_once_and_is_asked_for_at_most_each_two_seconds(
    product: Product, app_id: str, desk: BrowserContext
) -> None:
    ada = product.ping(app_id, user_id="count-1", name="Countess Ada")
    bob = product.ping(app_id, user_id="count-2", name="Count Bob")
    product.advance(121)
    stop_clock(desk)
    page = desk.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/users/new?" in request.url else None)
    open_live(page, f"{product.url}/apps/{app_id}/users")
    product.ping(app_id, user_id="count-1")
    expect(page.locator("[data-online-count]")).to_have_text(["1", "1"])
    expect(row(page, ada).locator(".dot")).to_have_attribute("data-online", "true")
    product.ping(app_id, user_id="count-2")
    expect(row(page, bob).locator(".dot")).to_have_attribute("data-online", "true")
    page.clock.run_for(1_999)
    expect(page.locator("[data-online-count]")).to_have_text(["1", "1"])
    assert len(asked) == 1
    page.clock.run_for(1)
    expect(page.locator("[data-online-count]")).to_have_text(["2", "2"])
    assert len(asked) == 2
    # Whoever is not on the page turns no dot; a list that is drawn anew has them, and the count with them.
    product.ping(app_id, user_id="count-3", name="Viscount New")
    page.get_by_label("Search people").press("Enter")
    expect(page.get_by_text("Viscount New")).to_be_visible()
    expect(page.locator("[data-online-count]")).to_have_text(["3", "3"])
    assert len(asked) == 2


def test_last_seen_goes_on_by_the_servers_clock(product: Product, app_id: str, page: Page) -> None:
    bob = product.ping(app_id, user_id="clock", name="Clockwork Bob")
    page.goto(f"{product.url}/apps/{app_id}/users")
    product.advance(121)
    last_seen = row(page, bob).locator("time[data-last-seen]")
    expect(last_seen).to_have_text("2 minutes ago")
    product.advance(3_600)
    expect(last_seen).to_have_text("1 hour ago")


def test_signing_out_in_one_tab_leads_the_other_to_the_sign_in(
    product: Product, app_id: str, browser: Browser
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{product.url}/login")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/users")
    other = context.new_page()
    other.goto(f"{product.url}/apps/{app_id}/users")
    page.get_by_text("Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    other.wait_for_url("**/login?next=*", timeout=60_000)
    context.close()


def test_R53_avatar_that_fails_gives_way_to_the_initials(
    product: Product, app_id: str, desk: BrowserContext
) -> None:
    good = product.ping(
        app_id,
        user_id="a1",
        name="Gwen Good",
        avatar={"type": "avatar", "image_url": "https://cdn.test/good.png"},
    )
    bad = product.ping(
        app_id,
        user_id="a2",
        name="Bea Broken",
        avatar={"type": "avatar", "image_url": "https://cdn.test/broken.png"},
    )
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
        "0000000049454e44ae426082"
    )
    referrers: list[str | None] = []

    def cdn(route: Route) -> None:
        referrers.append(route.request.headers.get("referer"))
        if "good" in route.request.url:
            route.fulfill(content_type="image/png", body=pixel)
        else:
            route.fulfill(status=404, body="")

    page = desk.new_page()
    page.route("https://cdn.test/**", cdn)
    page.goto(f"{product.url}/apps/{app_id}/users?q=b")
    page.goto(f"{product.url}/apps/{app_id}/users?sort=created")
    expect(row(page, bad).locator(".avatar img")).to_have_count(0)
    expect(row(page, bad).locator(".avatar")).to_have_text("BB")
    expect(row(page, good).locator(".avatar img")).to_have_count(1)
    assert referrers
    assert set(referrers) == {None}
