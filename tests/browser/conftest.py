"""Fixtures of the browser tests (see support/browser.py, support/messenger_server.py and support/customer_site.py)."""

from support.browser import browser, context, playwright, window
from support.customer_site import site
from support.messenger_server import messenger

__all__ = ["browser", "context", "messenger", "playwright", "site", "window"]
