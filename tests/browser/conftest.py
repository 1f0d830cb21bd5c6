"""Fixtures of the browser tests (see support/browser.py, dashboard.py, messenger_server.py and customer_site.py)."""

from support.browser import browser, context, playwright, window
from support.customer_site import site
from support.dashboard import app_id, cookies, desk, page, product
from support.messenger_server import messenger

__all__ = [
    "app_id",
    "browser",
    "context",
    "cookies",
    "desk",
    "messenger",
    "page",
    "playwright",
    "product",
    "site",
    "window",
]
