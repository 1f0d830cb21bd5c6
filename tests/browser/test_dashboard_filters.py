"""Filters and segments in a real Chromium: by keyboard, on a narrow screen, under the content policy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from support.product import EMAIL, PASSWORD, Product

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    product = Product(tmp_path_factory.mktemp("filters"))
    product.start()
    yield product
    product.stop()


@pytest.fixture(scope="module")
def app_id(product: Product) -> str:
    app_id = product.command("workspace", "create", "Demo")["app_id"]
    product.command("admin", "create", app_id, EMAIL, "--password-stdin", given=PASSWORD)
    for user_id, name in (("1", "Ada Stone"), ("2", "Ben Wood")):
        product.post(
            "/messenger/web/ping",
            {"app_id": app_id, "user_data": {"user_id": user_id, "name": name}, "source": "apiBoot"},
        )
    return app_id


@pytest.fixture
def page(product: Product, app_id: str, browser: Browser, tmp_path: Path) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if "Content Security" in said.text else None)
    page.goto(f"{product.url}/login")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/apps/{app_id}/users")
    yield page
    assert problems == []
    context.close()


def names(page: Page) -> list[str]:
    return page.locator("tr[data-contact-id] a").all_inner_texts()


def test_a_filter_is_added_by_keyboard_on_a_narrow_screen(page: Page) -> None:
    assert sorted(names(page)) == ["Ada Stone", "Ben Wood"]
    page.get_by_role("button", name="Add filter").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Field")).to_be_focused()
    page.keyboard.type("Name")
    page.keyboard.press("Tab")
    page.keyboard.type("starts")
    page.keyboard.press("Tab")
    page.keyboard.type("ada")
    page.keyboard.press("Enter")
    page.wait_for_url("**filter=**")
    expect(page.get_by_text("Name starts with ada")).to_be_visible()
    expect(page.locator("tr[data-contact-id]")).to_have_count(1)
    assert names(page) == ["Ada Stone"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_editor_offers_what_the_field_takes_and_closes_on_escape(page: Page) -> None:
    page.get_by_role("button", name="Add filter").click()
    page.get_by_label("Field", exact=True).select_option("signed_up_at")
    operators = page.locator("select[name=operator] option:not([disabled])").all_inner_texts()
    assert operators[:3] == ["more than … days ago", "less than … days ago", "exactly … days ago"]
    page.get_by_label("Operator").select_option("more_than")
    page.get_by_label("Value").fill("-3")
    expect(page.get_by_text("That is before")).to_be_visible()
    page.get_by_label("Operator").select_option("is_unknown")
    expect(page.get_by_label("Value")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Field")).to_be_hidden()
    expect(page.get_by_role("button", name="Add filter")).to_be_focused()


def test_R44_a_filter_is_saved_as_a_segment_that_appears_beside_the_list(page: Page, app_id: str) -> None:
    page.get_by_role("button", name="Add filter").click()
    page.get_by_label("Field", exact=True).select_option("name")
    page.get_by_label("Operator").select_option("is")
    page.get_by_label("Value").fill("Ben Wood")
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("Save as segment").click()
    page.get_by_label("Name", exact=True).fill("Bens")
    page.get_by_role("button", name="Save segment").click()
    link = page.get_by_role("navigation", name="Segments").get_by_role("link", name="Bens")
    expect(link).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Clear filters").click()
    expect(page.locator("tr[data-contact-id]")).to_have_count(2)
    link.click()
    expect(page.locator("tr[data-contact-id]")).to_have_count(1)
    assert names(page) == ["Ben Wood"]
