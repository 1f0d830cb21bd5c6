"""The first start, as its reader lives it: two windows, the printed links, the first green dot."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from support.browser import eventually
from support.dashboard import open_live
from support.promptness import record_dots, seconds_until_dot

pytestmark = [pytest.mark.browser, pytest.mark.journey]


@pytest.fixture
def printed(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What ``porchlight serve --demo`` printed at its first start, by key; it serves until the test is over."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORCHLIGHT_")}
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--demo", "--port", "0"],
            env=kept | {"PORCHLIGHT_DATA_DIR": str(tmp_path / "data")},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert server.stdout is not None
    try:
        greeting = ""
        for line in server.stdout:  # it ends where the server does
            greeting += line
            if line.startswith("Stop the server"):
                break
        yield dict(re.findall(r"^(\w+): (\S+)$", greeting, re.MULTILINE))
    finally:
        server.terminate()
        server.communicate(timeout=60)


def let_go(ping: Route) -> float:
    """Send a ping that was held back; the moment, in milliseconds."""
    sent_at = time.time() * 1000
    ping.continue_()
    return sent_at


def test_the_first_green_dot_comes_within_a_second_and_moves_nobody(
    browser: Browser, printed: dict[str, str]
) -> None:
    users, customer = browser.new_context().new_page(), browser.new_context().new_page()
    open_live(users, printed["dashboard"])
    rows = users.locator("[data-contact-id]")
    expect(rows).to_have_count(50)
    expect(users.locator("[data-online='true'][role='img']")).to_have_count(0)
    before = rows.evaluate_all("rows => rows.map((row) => row.dataset.contactId)")

    ada = rows.first
    expect(ada).to_contain_text("Ada Okonkwo")
    record_dots(users)
    pings: list[Route] = []

    def hold_back(ping: Route) -> None:
        pings.append(ping)

    customer.route("**/messenger/web/ping", hold_back)
    customer.goto(printed["demo_page"])
    # Playwright may hand it over after it has told of the request.
    eventually(lambda: pings, customer)
    assert seconds_until_dot(users, before[0], True, lambda: let_go(pings[0])) < 1
    assert rows.evaluate_all("rows => rows.map((row) => row.dataset.contactId)") == before
    expect(customer.get_by_text("You are Ada Okonkwo")).to_be_visible()


def test_the_sign_in_link_works_once(browser: Browser, printed: dict[str, str]) -> None:
    first, second = browser.new_context().new_page(), browser.new_context().new_page()
    first.goto(printed["dashboard"])
    expect(first).to_have_url(re.compile(r"/apps/\w{8}/users"))
    second.goto(printed["dashboard"])
    expect(second.locator("[data-contact-id]")).to_have_count(0)
