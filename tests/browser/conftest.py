"""Fixtures of the browser tests (see support/browser.py and support/messenger_server.py)."""

from support.browser import browser, context, playwright, window
from support.messenger_server import messenger, site

__all__ = ["browser", "context", "messenger", "playwright", "site", "window"]
