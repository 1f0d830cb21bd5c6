"""Somebody asks to be forgotten: an admin finds, deletes and restores them, in a real Chromium. Rules R60, R61."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from support.dashboard import names
from support.product import EMAIL, Product

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def desk(browser: Browser, cookies: Path, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    context = browser.new_context(storage_state=cookies, java_script_enabled=request.param)
    yield context
    context.close()


def search(page: Page) -> None:
    """Until the page's scripts run: a form that is sent before is asked about by the server, on a page of its own."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_R60_R61_a_person_is_deleted_by_email_and_restored(
    product: Product, app_id: str, desk: BrowserContext
) -> None:
    ada = product.ping(app_id, user_id="1", name="Ada Lovelace", email="ada@example.com")
    base = f"{product.url}/apps/{app_id}"
    page = desk.new_page()
    page.goto(f"{base}/settings/deleting-people-data")
    expect(page.get_by_text("Nobody was deleted in the last seven days.")).to_be_visible()
    page.get_by_label("User ID or email").fill("ada@example.com")
    search(page)
    expect(page.get_by_role("radio", name="Ada Lovelace")).to_be_checked()
    page.get_by_role("button", name="Permanently delete").click()

    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Ada Lovelace")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).not_to_be_visible()
    page.get_by_role("button", name="Permanently delete").click()
    dialog.get_by_role("button", name="Permanently delete").click()
    expect(page.get_by_role("status")).to_contain_text("Deleted.")

    page.goto(f"{base}/users")
    assert "Ada Lovelace" not in names(page)
    answer = page.goto(f"{base}/users/show?id={ada}")
    assert answer is not None
    assert answer.status == 404

    page.goto(f"{base}/settings/deleting-people-data")
    expect(page.locator(f"[data-deleted-id='{ada}']")).to_contain_text(f"Ada Lovelace Deleted by {EMAIL}")
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("status")).to_contain_text("Restored")
    page.goto(f"{base}/users")
    assert "Ada Lovelace" in names(page)


def test_R60_nobody_is_chosen_for_the_admin_where_several_fit_and_keys_are_enough(
    product: Product, app_id: str, browser: Browser, cookies: Path, tmp_path: Path
) -> None:
    people = tmp_path / "people.csv"
    people.write_text("role,name,email\nlead,Team One,team@example.com\nlead,Team Two,team@example.com\n")
    product.command("import", app_id, str(people))
    context = browser.new_context(storage_state=cookies)
    page = context.new_page()
    page.goto(f"{product.url}/apps/{app_id}/settings/deleting-people-data")
    expect(page.get_by_label("User ID or email")).to_be_focused()
    page.keyboard.type("team@example.com")
    search(page)
    expect(page.get_by_role("radio")).to_have_count(2)
    expect(page.locator("input[type=radio]:checked")).to_have_count(0)
    page.get_by_role("radio", name="Team Two").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Permanently delete")).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Team Two")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(page.get_by_role("button", name="Permanently delete")).to_be_focused()
    context.close()
