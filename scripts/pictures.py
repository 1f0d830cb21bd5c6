"""Takes pictures of the demo for the README, in light and dark.

A server is started in a folder that is thrown away. A dozen of its people come online as their
browsers would bring them, by pings; one comes by the demo page itself, before the camera.
"""

import json
import re
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from loadgen.product import free_port, porchlight, serving
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

WIDTH: Final = 1280
HEIGHT: Final = 800
ONLINE: Final = (
    "elsa",
    "olena",
    "priya",
    "eleni",
    "anahit",
    "joe",
    "marcia",
    "soeren",
    "zoe",
    "emile",
    "liam",
)
"""Who is online in the pictures, beside the first of the users, who comes by the demo page."""
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--no-proxy-server", "--hide-scrollbars")
SCHEMES: Final[Sequence[Literal["light", "dark"]]] = ("light", "dark")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("The pictures need Chromium, which is not on this machine.")
    with tempfile.TemporaryDirectory(prefix="porchlight-pictures-") as name:
        data = Path(name)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = [*porchlight(), "serve", "--demo", "--port", str(port)]
        with serving(command, url, data), sync_playwright() as playwright:
            links = _links(data / f"server-{port}.log")
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            for path in take(browser, url, links, folder):
                print(path)
            browser.close()


def take(browser: Browser, url: str, links: dict[str, str], folder: Path) -> list[Path]:
    """All pictures: the list, the demo page and a profile, each in light and dark."""
    teammate, customer = _window(browser), _window(browser)
    users = teammate.new_page()
    users.goto(links["dashboard"])
    # The list is there first, so that the dots turn on in their places.
    for login in ONLINE:
        _ping(url, links["app_id"], login)
    demo = customer.new_page()
    demo.goto(links["demo_page"])
    shown = [login for login in ONLINE if users.get_by_text(f"{login}@").count()]
    expect(users.locator('[data-contact-id] [data-online="true"]')).to_have_count(len(shown) + 1)
    expect(users.locator("[data-online-count]").first).to_have_text(str(len(ONLINE) + 1), timeout=30_000)
    # The chart is drawn every minute: only then does it know of those who came.
    users.wait_for_event("response", lambda answer: answer.url.endswith("/users/online"), timeout=70_000)
    expect(users.locator("[data-chart-summary]")).to_have_text(re.compile(f": {len(ONLINE) + 1} at "))
    taken = [*_both(users, folder, "list"), *_both(demo, folder, "demo")]
    users.locator("[data-contact-id] a").first.click()
    users.wait_for_load_state("networkidle")
    return [*taken, *_both(users, folder, "profile")]


def _window(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5)


def _both(page: Page, folder: Path, name: str) -> list[Path]:
    paths = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        # Two frames: what is drawn by script follows the scheme a frame later.
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        path = folder / f"{name}-{scheme}.png"
        page.screenshot(path=path)
        paths.append(path)
    return paths


def _ping(url: str, app_id: str, login: str) -> None:
    body = {"app_id": app_id, "user_data": {"user_id": login}, "platform": "web", "source": "apiBoot"}
    request = urllib.request.Request(
        f"{url}/messenger/web/ping", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


def _links(log: Path) -> dict[str, str]:
    """What the first start printed, by key."""
    return dict(re.findall(r"^(\w+): (\S+)$", log.read_text("utf-8"), re.MULTILINE))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
