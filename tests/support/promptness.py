"""How soon dots turn, on a machine that other programs share.

A page writes down each change of a dot as it happens. From what it took is left out what the machine
took: the longest time that one thread of ours (of the test, the server, Chromium) was ready to run
meanwhile, and the machine ran others. Where it is at rest that is next to nothing, and the bound exact.
"""

import contextlib
from collections.abc import Callable
from pathlib import Path

import psutil
from playwright.sync_api import Page, expect

_RECORD_DOTS = """
() => {
  window.dots = [];
  new MutationObserver((mutations) => {
    for (const mutation of mutations) {
      const row = mutation.target.closest('[data-contact-id]');
      window.dots.push([row.dataset.contactId, mutation.target.dataset.online, Date.now()]);
    }
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-online'] });
}
"""


def record_dots(page: Page) -> None:
    """Let a page of the dashboard write down in ``window.dots`` whose dot turned, to what, and when."""
    page.evaluate(_RECORD_DOTS)


def expect_dot(page: Page, contact_id: str, online: bool) -> None:
    """The contact's dot is on (or off), or will be."""
    row = page.locator(f"[data-contact-id='{contact_id}'] [data-online]").first
    expect(row).to_have_attribute("data-online", "true" if online else "false")
    expect(row).to_have_accessible_name("Online" if online else "Offline")


def seconds_until_dot(page: Page, contact_id: str, online: bool, cause: Callable[[], float]) -> float:
    """What the product took from ``cause``, which does something and tells when, to the turn of a recorded dot.

    The moment is by ``Date.now()``, which is the same in every page.
    """
    before = _waits()
    caused_at = cause()
    expect_dot(page, contact_id, online)
    turned_at: float = page.evaluate("(id) => window.dots.findLast(([whose]) => whose === id)[2]", contact_id)
    waited = max(seconds - before.get(thread, 0) for thread, seconds in _waits().items())
    return (turned_at - caused_at) / 1000 - waited


def _waits() -> dict[str, float]:
    """How long each thread of this process, and of all that it began, has waited for a processor so far."""
    found: dict[str, float] = {}
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        for thread in Path(f"/proc/{process.pid}/task").glob("*"):
            with contextlib.suppress(OSError):  # it ended meanwhile
                found[thread.name] = int((thread / "schedstat").read_text().split()[1]) / 1e9
    return found
