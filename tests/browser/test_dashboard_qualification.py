"""Qualification data in a real Chromium: set by hand, kept from pings, let go again. Rules R30 to R33."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from support.product import Product

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>"


def row_of(page: Page, name: str) -> Locator:
    return page.locator(f'[data-attribute="{name}"]')


def set_by_hand(page: Page, name: str, text: str) -> None:
    row = row_of(page, name)
    row.get_by_role("button", name="Edit", exact=True).click()
    row.get_by_role("textbox", name="Company").fill(text)
    row.get_by_role("button", name="Save", exact=True).click()
    expect(row_of(page, name)).to_have_attribute("data-source", "manual")


def test_R31_R32_value_set_by_hand_is_kept_from_pings_until_it_is_resynced(
    product: Product, app_id: str, page: Page
) -> None:
    ada = product.ping(app_id, user_id="q1", name="Ada", company_size=10)
    page.goto(f"{product.url}/apps/{app_id}/users/show?id={ada}")
    row = row_of(page, "company_size")
    expect(row).to_have_attribute("data-source", "ping")
    expect(row.get_by_role("button", name="Re-sync")).to_have_count(0)
    set_by_hand(page, "company_size", "200")
    expect(row).to_contain_text("by hand, tess@example.com, just now")
    product.advance(3_600)
    product.ping(app_id, user_id="q1", company_size=50)
    page.reload()
    expect(row).to_have_attribute("data-source", "manual")
    expect(row).to_contain_text("ping said 50, kept 200: set by hand")
    row.get_by_role("button", name="Re-sync", exact=True).click()
    expect(row).to_have_attribute("data-source", "empty")
    product.ping(app_id, user_id="q1", company_size=50)
    page.reload()
    expect(row).to_have_attribute("data-source", "ping")
    expect(row.locator(".value")).to_have_text("50")


def test_blank_set_by_hand_stays_blank(product: Product, app_id: str, page: Page) -> None:
    ada = product.ping(app_id, user_id="q2", company_name="Engines")
    page.goto(f"{product.url}/apps/{app_id}/users/show?id={ada}")
    set_by_hand(page, "company_name", "")
    product.ping(app_id, user_id="q2", company_name="Engines again")
    page.reload()
    row = row_of(page, "company_name")
    expect(row).to_have_attribute("data-source", "manual")
    expect(row).to_contain_text("ping said Engines again, kept a blank: set by hand")


def test_field_opens_and_closes_by_keyboard(product: Product, app_id: str, page: Page) -> None:
    ada = product.ping(app_id, user_id="q3", company_size=10)
    page.goto(f"{product.url}/apps/{app_id}/users/show?id={ada}")
    row = row_of(page, "company_size")
    edit, field = row.get_by_role("button", name="Edit"), row.get_by_role("textbox", name="Company size")
    edit.focus()
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    page.keyboard.type("77")
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    expect(edit).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_have_value("10")
    page.keyboard.type("lots")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Company size must be a whole number.")
    expect(field).to_be_focused()
    # The page is another one now: its script says so once it runs.
    expect(row.locator("[aria-expanded=true]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    expect(row.locator(".value")).to_have_text("10")


def test_resync_shows_where_pointer_or_keyboard_is_and_always_for_touch(
    product: Product, app_id: str, page: Page, browser: Browser, cookies: Path
) -> None:
    ada = product.ping(app_id, user_id="q4", company_size=10)
    address = f"{product.url}/apps/{app_id}/users/show?id={ada}"
    page.goto(address)
    set_by_hand(page, "company_size", "20")
    page.goto(address)
    resync = row_of(page, "company_size").locator(".resync")
    page.mouse.move(0, 0)
    expect(resync).to_have_css("opacity", "0")
    row_of(page, "company_size").hover()
    expect(resync).to_have_css("opacity", "1")
    page.mouse.move(0, 0)
    expect(resync).to_have_css("opacity", "0")
    page.get_by_role("button", name="Re-sync").focus()
    expect(resync).to_have_css("opacity", "1")
    touch = browser.new_context(storage_state=cookies, has_touch=True, is_mobile=True)
    by_finger = touch.new_page()
    by_finger.goto(address)
    expect(by_finger.locator(".resync")).to_have_css("opacity", "1")
    touch.close()


def test_profile_works_without_scripts(
    product: Product, app_id: str, browser: Browser, cookies: Path
) -> None:
    ada = product.ping(app_id, user_id="q5", company_size=10)
    plain = browser.new_context(storage_state=cookies, java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"{product.url}/apps/{app_id}/users/show?id={ada}")
    set_by_hand(page, "company_size", "20")
    expect(row_of(page, "company_size").locator(".value")).to_have_text("20")
    row_of(page, "company_size").get_by_role("button", name="Re-sync").click()
    expect(row_of(page, "company_size")).to_have_attribute("data-source", "empty")
    plain.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_hostile_attributes_are_text_and_nothing_runs_off_a_small_screen(
    product: Product, app_id: str, page: Page, colours: Any
) -> None:
    eve = product.ping(
        app_id,
        user_id=f"q6-{colours}",
        **{HOSTILE: HOSTILE, "x" * 190: "y" * 255, "company_name": HOSTILE},
    )
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme=colours)
    page.goto(f"{product.url}/apps/{app_id}/users/show?id={eve}")
    expect(row_of(page, "company_name").locator(".value")).to_have_text(HOSTILE)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    set_by_hand(page, "company_name", HOSTILE + colours)
    page.wait_for_load_state()  # Before its styles are there, the page has no width of its own.
    assert page.evaluate("document.documentElement.scrollWidth") == 360


# The settings


def test_R30_attribute_is_added_to_the_list_by_keyboard_and_removed_again(
    product: Product, app_id: str, page: Page
) -> None:
    ada = product.ping(app_id, user_id="q7", budget=900)
    settings, profile = f"/apps/{app_id}/settings/qualification", f"/apps/{app_id}/users/show?id={ada}"
    page.goto(product.url + settings)
    choice = page.get_by_role("combobox", name="Attribute")
    expect(choice).to_be_hidden()
    page.get_by_role("button", name="Add data").focus()
    page.keyboard.press("Enter")
    expect(choice).to_be_focused()
    choice.select_option("budget")
    expect(page.get_by_label("Name")).to_be_hidden()
    page.get_by_role("button", name="Add", exact=True).focus()
    page.keyboard.press("Enter")
    expect(row_of(page, "budget")).to_be_visible()
    page.goto(product.url + profile)
    expect(row_of(page, "budget").locator(".value")).to_have_text("900")
    page.goto(product.url + settings)
    row_of(page, "budget").get_by_role("button", name="Remove", exact=True).click()
    expect(row_of(page, "budget")).to_have_count(0)
    page.goto(product.url + profile)
    expect(row_of(page, "budget")).to_have_count(0)


def test_R30_new_attribute_is_made_where_it_is_added(product: Product, app_id: str, page: Page) -> None:
    page.goto(f"{product.url}/apps/{app_id}/settings/qualification")
    page.get_by_role("button", name="Add data").click()
    page.get_by_role("combobox", name="Attribute").select_option(label="A new attribute…")
    options = page.get_by_label("Options of a list")
    expect(options).to_be_hidden()
    page.get_by_label("Name").fill("Budget class")
    page.get_by_label("Type").select_option("List")
    options.fill("Small\nLarge")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(row_of(page, "Budget class")).to_contain_text("List")
    ada = product.ping(app_id, user_id="q8")
    page.goto(f"{product.url}/apps/{app_id}/users/show?id={ada}")
    row = row_of(page, "Budget class")
    row.get_by_role("button", name="Edit").click()
    row.get_by_role("combobox", name="Budget class").select_option("Large")
    row.get_by_role("button", name="Save").click()
    expect(row.locator(".value")).to_have_text("Large")


def test_R41_type_set_to_date_makes_dates_of_numbers(product: Product, app_id: str, page: Page) -> None:
    ada = product.ping(app_id, user_id="q9", renews=1_700_000_000)
    page.goto(f"{product.url}/apps/{app_id}/settings/people-data")
    row = row_of(page, "renews")
    row.get_by_label("Type").select_option("Date")
    row.get_by_role("button", name="Save", exact=True).click()
    expect(row).to_contain_text("Saved.")
    expect(row.get_by_label("Type")).to_have_value("date")
    row.get_by_label("Type").select_option("List")
    row.get_by_label("Options of the list").fill("one")
    row.get_by_role("button", name="Save", exact=True).click()
    expect(row).to_contain_text("a list has 2 to 250.")
    page.goto(f"{product.url}/apps/{app_id}/users/show?id={ada}")
    expect(page.locator("dd", has_text="14 Nov 2023, 22:13:20 UTC")).to_be_visible()
    page.goto(f"{product.url}/apps/{app_id}/settings/people-data")
    row.get_by_role("button", name="Archive", exact=True).click()
    row.get_by_role("button", name="Unarchive", exact=True).click()
    expect(row.get_by_label("Type")).to_have_value("date")
