"""Filters and segments in a real Chromium: by keyboard, on a narrow screen, under the content policy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from support.dashboard import names, watch_for_trouble
from support.product import Product

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app_id(product: Product, app_id: str) -> str:
    """A workspace of two people."""
    product.ping(app_id, user_id="1", name="Ada Stone")
    product.ping(app_id, user_id="2", name="Ben Wood")
    return app_id


@pytest.fixture
def page(product: Product, app_id: str, browser: Browser, cookies: Path) -> Iterator[Page]:
    """The list on a narrow screen."""
    context = browser.new_context(storage_state=cookies, viewport={"width": 360, "height": 800})
    page = context.new_page()
    problems = watch_for_trouble(page)
    page.goto(f"{product.url}/apps/{app_id}/users")
    yield page
    assert problems == []
    context.close()


def test_a_filter_is_added_by_keyboard_on_a_narrow_screen(page: Page) -> None:
    assert sorted(names(page)) == ["Ada Stone", "Ben Wood"]
    page.get_by_role("button", name="Add filter").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Field")).to_be_focused()
    page.keyboard.press("n")  # further letters count as one word with it only if they come within a second
    page.keyboard.press("Tab")
    page.keyboard.press("s")
    page.keyboard.press("Tab")
    page.keyboard.type("ada")
    page.keyboard.press("Enter")
    page.wait_for_url("**filter=**")
    expect(page.get_by_text("Name starts with ada")).to_be_visible()
    expect(page.locator("tr[data-contact-id]")).to_have_count(1)
    expect(page.locator("tbody .person a")).to_have_text(["Ada Stone"])
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
    expect(page.locator("tbody .person a")).to_have_text(["Ben Wood"])
