"""The visitor's id: kept in first-party storage as long as there is any, and forgotten at sign-out."""

import pytest
from playwright.sync_api import BrowserContext, Page

from support.customer_site import CustomerSite, snippet
from support.messenger_server import MessengerServer

pytestmark = pytest.mark.browser


def visit(context: BrowserContext, url: str, messenger: MessengerServer) -> tuple[Page, str]:
    """Open the page and say under which id it pinged."""
    seen = len(messenger.pings)
    page = context.new_page()
    page.goto(url)
    messenger.wait_for(lambda: len(messenger.pings) > seen)
    return page, messenger.pings[-1].user_data["anonymous_id"]


@pytest.fixture
def shop(site: CustomerSite, messenger: MessengerServer) -> str:
    site.page("shop", snippet(messenger))
    return "shop"


def test_the_id_stays_from_page_to_page(
    context: BrowserContext, site: CustomerSite, shop: str, messenger: MessengerServer
) -> None:
    page, first = visit(context, site.url(shop), messenger)
    assert len(first) == 32
    _, second = visit(context, site.url(shop), messenger)
    assert first == second == page.evaluate("Intercom('getVisitorId')")


def test_another_profile_has_another_id(
    context: BrowserContext, site: CustomerSite, shop: str, messenger: MessengerServer
) -> None:
    assert context.browser is not None
    other = context.browser.new_context()
    _, first = visit(context, site.url(shop), messenger)
    _, second = visit(other, site.url(shop), messenger)
    other.close()
    assert first != second


def test_it_is_kept_for_the_whole_site_in_a_cookie_of_the_widest_domain(
    context: BrowserContext, site: CustomerSite, shop: str, messenger: MessengerServer
) -> None:
    _, first = visit(context, site.url(shop, "www.shop.test"), messenger)
    _, second = visit(context, site.url(shop, "shop.test"), messenger)
    _, third = visit(context, site.url(shop, "a.b.shop.test"), messenger)
    assert first == second == third
    (cookie,) = context.cookies()
    assert (cookie["name"], cookie["domain"]) == ("porchlight-id-uabc1234", ".shop.test")
    assert cookie["sameSite"] == "Lax"
    _, elsewhere = visit(context, site.url(shop, "other.test"), messenger)
    assert elsewhere != first


def test_without_cookies_local_storage_keeps_it(
    context: BrowserContext, site: CustomerSite, shop: str, messenger: MessengerServer
) -> None:
    _, first = visit(context, site.url(shop), messenger)
    context.clear_cookies()
    _, second = visit(context, site.url(shop), messenger)
    assert first == second


def test_where_all_storage_is_blocked_it_lives_as_long_as_the_page(
    context: BrowserContext, site: CustomerSite, shop: str, messenger: MessengerServer
) -> None:
    errors: list[str] = []
    site.page("frame", f"<!doctype html><iframe sandbox='allow-scripts' src='{site.url(shop)}'></iframe>")
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(site.url("frame"))
    messenger.wait_for(lambda: messenger.heartbeats)
    frame = page.frames[1]
    assert frame.evaluate("Intercom('getVisitorId')") == messenger.pings[0].user_data["anonymous_id"]
    assert (errors, context.cookies()) == ([], [])


def test_shutdown_forgets_it_and_the_next_boot_makes_another(
    context: BrowserContext, site: CustomerSite, shop: str, messenger: MessengerServer
) -> None:
    page, first = visit(context, site.url(shop, "www.shop.test"), messenger)
    page.evaluate("Intercom('shutdown')")
    assert page.evaluate("[document.cookie, localStorage.length]") == ["", 0]
    assert page.evaluate("Intercom('getVisitorId') === undefined") is True
    page.evaluate("Intercom('boot')")
    messenger.wait_for(lambda: len(messenger.pings) == 2)
    second = messenger.pings[1].user_data["anonymous_id"]
    assert second not in {first, ""}
    _, third = visit(context, site.url(shop, "www.shop.test"), messenger)
    assert third == second


@pytest.mark.parametrize("planted", ["", "short", "x" * 65, "%22%3E%3Cscript%3E"])
def test_an_id_that_cannot_be_ours_is_replaced(
    context: BrowserContext, site: CustomerSite, shop: str, messenger: MessengerServer, planted: str
) -> None:
    context.add_cookies([{"name": "porchlight-id-uabc1234", "value": planted, "url": site.url("")}])
    _, used = visit(context, site.url(shop), messenger)
    assert len(used) == 32
