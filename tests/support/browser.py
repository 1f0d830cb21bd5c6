"""A real Chromium for tests: the machine's own, driven by Playwright.

``browser`` is the quick one: Playwright's contexts, isolated from each other, in which every page believes itself
visible and focused. ``open_window()`` is a Chromium of its own, without that make-believe: in it a tab behind
another is really hidden, and can be frozen.

Both live no longer than a test module: Playwright's synchronous API keeps an event loop running while it is open,
and asynchronous tests of other modules need the thread for theirs.
"""

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Playwright, expect, sync_playwright

from support.programs import require_program

START_SECONDS = 120
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    # Names for pages to live under; whatever ends in .test is this machine.
    "--host-resolver-rules=MAP *.test 127.0.0.1",
]

# How long a claim about a page may take to come true, on however busy a machine.
expect.set_options(timeout=60_000)

# Where time stands still, it is this; in Unix seconds.
STANDSTILL = 1_790_000_000

# Counts the sockets that a page opens, the frames that it receives and the requests that it makes, knows which still
# wait for an answer, and writes down what other tabs say.
_WATCH = """
  window.opened = window.received = 0; window.fetched = []; window.waiting = new Set(); window.heard = [];
  const RealSocket = WebSocket, RealChannel = BroadcastChannel, realFetch = fetch;
  window.WebSocket = class extends RealSocket {
    asked = [];
    constructor(url) {
      super(url);
      opened += 1;
      this.ask();
      const answered = () => waiting.delete(this.asked.shift());
      const over = () => this.asked.forEach((one) => waiting.delete(one));
      this.addEventListener('open', answered);
      this.addEventListener('message', () => { received += 1; answered(); });
      this.addEventListener('error', over);
      this.addEventListener('close', over);
    }
    ask() { const one = {}; this.asked.push(one); waiting.add(one); }
    send(text) { this.ask(); super.send(text); }
  };
  window.BroadcastChannel = class extends RealChannel {
    constructor(name) {
      super(name);
      this.addEventListener('message', (event) => heard.push(event.data));
    }
  };
  const awaited = (promise) => {
    const settled = () => waiting.delete(promise);
    waiting.add(promise);
    promise.then(settled, settled);
    return promise;
  };
  window.fetch = (url, options) => {
    fetched.push(new URL(url).pathname);
    const answer = awaited(realFetch(url, options));
    answer.then((response) => {
      const body = response.json.bind(response);
      response.json = () => awaited(body());
    }, () => {});
    return answer;
  };
"""


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    require_program("chromium")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium for the tests of one module; each takes its own ``new_context()``."""
    browser = playwright.chromium.launch(
        executable_path=require_program("chromium"), args=FLAGS, timeout=START_SECONDS * 1000
    )
    yield browser
    browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile of its own, with its own cookies and storage."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def window(playwright: Playwright) -> Iterator[BrowserContext]:
    """The profile of a Chromium window in which tabs are hidden for real (see ``open_window``)."""
    with open_window(playwright) as window:
        yield window


@contextlib.contextmanager
def open_window(playwright: Playwright) -> Iterator[BrowserContext]:
    """Start a Chromium whose pages know what they are: visible in front, hidden behind."""
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        program = subprocess.Popen(
            [
                require_program("chromium"),
                "--headless",
                "--remote-debugging-port=0",
                f"--user-data-dir={profile}",
                *FLAGS,
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port = _debugging_port(program, Path(profile))
            browser = playwright.chromium.connect_over_cdp(
                f"http://127.0.0.1:{port}", no_defaults=True, timeout=START_SECONDS * 1000
            )
            yield browser.contexts[0]
            browser.close()
        finally:
            program.terminate()
            program.wait(60)


def freeze(page: Page) -> None:
    """Freeze a hidden page, as browsers do to save power: its scripts and timers stand still."""
    _lifecycle(page, "frozen")


def resume(page: Page) -> None:
    _lifecycle(page, "active")


def eventually(holds: Callable[[], object], page: Page | None = None, seconds: float = 60) -> None:
    """Until a claim that can only be asked for is true; meanwhile Playwright tells what it hears of the page."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        if page is None:
            time.sleep(0.02)
        else:
            page.wait_for_timeout(20)


def stop_clock(context: BrowserContext) -> None:
    """From the first on, the pages of a context live in a time that moves as a test moves it, and not by itself."""
    context.clock.install(time=STANDSTILL)
    context.clock.pause_at(STANDSTILL + 3600)


def watch_network(context: BrowserContext) -> None:
    """Let pages count in ``opened`` the sockets they open, in ``received`` the frames that come, in ``fetched`` the
    paths they ask for, and in ``heard`` what other tabs say to them."""
    context.add_init_script(_WATCH)


def hear_all(page: Page) -> None:
    """Until a watched page has had the answer to all that it sent."""
    page.wait_for_function("waiting.size === 0", polling=20)


def pass_time(page: Page, seconds: int) -> None:
    """Move the clock of a watched page second by second; answers, which take real time, are waited for in each."""
    for _ in range(seconds):
        page.clock.run_for(1_000)
        hear_all(page)


def _lifecycle(page: Page, state: str) -> None:
    session: CDPSession = page.context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": state})
    session.detach()


def _debugging_port(program: subprocess.Popen[bytes], profile: Path) -> int:
    """The port that Chromium chose; it writes it down once it listens."""
    note = profile / "DevToolsActivePort"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and program.poll() is None:
        if note.exists() and len(lines := note.read_text().splitlines()) == 2:
            return int(lines[0])
        time.sleep(0.02)
    raise RuntimeError(f"Chromium did not start (exit status {program.poll()})")
