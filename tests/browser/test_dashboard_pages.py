"""Every page of the dashboard in a real Chromium: hostile people, small screens, keyboards, buttons that copy."""

import json
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from support.dashboard import names, row, watch_for_trouble
from support.product import Product

pytestmark = pytest.mark.browser

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)>'
PATHS = (
    "/users",
    "/users?tab=online",
    "/users?q=zzz",
    "/users/show?user_id=hostile",
    "/settings/messenger",
    "/settings/tokens",
    "/settings/teammates",
    "/settings/qualification",
    "/settings/people-data",
    "/settings/audit",
    "/settings/deleting-people-data?q=hostile",
    "/settings/imports",
    "/reports",
    "/reports/missing-users",
)


@pytest.mark.parametrize("path", PATHS)
def test_hostile_people_do_nothing_on_any_page(product: Product, app_id: str, page: Page, path: str) -> None:
    body = {
        "app_id": app_id,
        "user_data": {
            "user_id": "hostile",
            "name": HOSTILE,
            "email": "hostile@example.com",
            "phone": HOSTILE,
            "custom": HOSTILE,
            HOSTILE[:30]: "key",
            "avatar": {"type": "avatar", "image_url": "javascript:alert(4)"},
        },
        "source": "apiBoot",
        "referer": "javascript:alert(5)",
        "page_title": HOSTILE,
    }
    request = urllib.request.Request(
        f"{product.url}/messenger/web/ping",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "User-Agent": "Mozilla <script>alert(6)</script>"},
    )
    urllib.request.urlopen(request, timeout=60).close()
    page.goto(f"{product.url}/apps/{app_id}{path}")
    page.wait_for_load_state("networkidle")
    assert page.locator("main img[src='x'], main svg[onload], main script").count() == 0
    if path == "/users":
        assert any(name.startswith('"><img') for name in names(page))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_360_pixels(
    product: Product, app_id: str, browser: Browser, cookies: Path, scheme: str
) -> None:
    product.ping(app_id, user_id="w1", name="W" * 120, email=f"{'w' * 50}@example.com")
    context = browser.new_context(
        storage_state=cookies, viewport={"width": 360, "height": 740}, color_scheme=scheme
    )
    page = context.new_page()
    problems = watch_for_trouble(page)
    for path in (*(f"/apps/{app_id}{path}" for path in PATHS), "/demo", "/demo/pricing", "/no-such-page"):
        page.goto(product.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    assert problems == []
    context.close()


def test_long_name_leaves_the_buttons_beside_it_whole(product: Product, app_id: str, page: Page) -> None:
    product.ping(app_id, user_id="long", name="W" * 120)
    page.goto(f"{product.url}/apps/{app_id}/users/show?user_id=long")
    archive = page.get_by_role("button", name="Archive")
    assert archive.evaluate("(button) => button.getClientRects()[0].height") < 50


def test_everything_on_the_list_is_reached_by_keyboard_and_shows_its_focus(
    product: Product, app_id: str, page: Page
) -> None:
    product.ping(app_id, user_id="k1", name="Keyboard Kim")
    page.goto(f"{product.url}/apps/{app_id}/users?q=keyboard")
    reached: list[str] = []
    for _ in range(25):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => {
              const element = document.activeElement;
              const style = getComputedStyle(element);
              const shown = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
              return [element.innerText?.trim() || element.getAttribute('aria-label') || '', shown];
            }"""
        )
        if told[0]:
            reached.append(told[0].split("\n")[0])
            assert told[1], f"{told[0]} does not show its focus"
        if told[0] == "Keyboard Kim":
            break
    for wanted in ("Skip to the page", "People", "Settings", "Account", "Search people", "Name", "Last seen"):
        assert wanted in reached, (wanted, reached)
    page.keyboard.press("Enter")
    page.wait_for_url("**/users/show?id=*")
    expect(page.get_by_role("heading", name="Keyboard Kim", exact=True)).to_be_visible()


def test_menu_of_the_bar_closes_by_escape_and_by_whatever_is_done_elsewhere(
    product: Product, app_id: str, page: Page
) -> None:
    page.goto(f"{product.url}/apps/{app_id}/settings/messenger")
    account = page.locator("summary", has_text="Account")
    sign_out = page.get_by_role("button", name="Sign out")
    account.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(sign_out).to_be_focused()
    page.keyboard.press("Escape")
    expect(sign_out).to_be_hidden()
    expect(account).to_be_focused()
    account.click()
    expect(sign_out).to_be_visible()
    page.get_by_role("heading").first.click()
    expect(sign_out).to_be_hidden()
    account.click()
    page.get_by_role("link", name="API tokens").focus()
    expect(sign_out).to_be_hidden()


def test_dot_and_table_are_told_to_those_who_do_not_see_them(
    product: Product, app_id: str, page: Page
) -> None:
    ada = product.ping(app_id, user_id="aria", name="Aria Label")
    page.goto(f"{product.url}/apps/{app_id}/users")
    expect(row(page, ada).get_by_role("img", name="Online")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Last seen")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")


def test_snippet_is_copied_and_token_is_made(
    product: Product, app_id: str, desk: BrowserContext, page: Page
) -> None:
    product.ping(app_id, user_id="here", name="Somebody Here")
    desk.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{product.url}/apps/{app_id}/settings/messenger")
    page.get_by_role("button", name="Copy snippet").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert f"/widget/{app_id}" in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("link", name="API tokens").click()
    page.get_by_label("Name").fill("billing")
    page.get_by_role("button", name="Make token").click()
    token = page.locator("[data-token]").inner_text()
    request = urllib.request.Request(f"{product.url}/presence", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert json.load(answer)["total"] >= 1
    page.get_by_role("button", name="Revoke billing").click()
    expect(page.get_by_text("None yet")).to_be_visible()
