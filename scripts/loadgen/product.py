"""A server of our own to put under load, and how to get into it: the only place that knows its commands.

It is started in a folder that is thrown away, by the same ``porchlight`` commands as anybody would
use, and signed in to by the form on ``/login``.
"""

import hashlib
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlencode

START_SECONDS: Final = 120.0
STOP_SECONDS: Final = 15.0
COMMAND_SECONDS: Final = 120.0
_PORTS: Final = range(20_000, 32_000)
EMAIL: Final = "load@example.com"
OWN_ORIGIN: Final = "https://load.example"
"""The site on which simulated messengers are embedded."""


class ProductError(RuntimeError):
    """The server, or one of its commands, did not do what it should; the message carries its own words."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where to send load: all that a messenger and a dashboard need to know."""

    url: str
    pid: int | None
    app_id: str
    identity_secret: str = ""
    cookie: str = ""
    """The session cookie of a teammate, as a Cookie header; empty where no dashboard is wanted."""


def porchlight() -> list[str]:
    """The command, as it is installed beside the Python that runs this."""
    return [str(Path(sys.executable).with_name("porchlight"))]


@contextmanager
def own_server(
    *, dashboards: bool, origin: str = OWN_ORIGIN, serve: Sequence[str] = ()
) -> Iterator[Workspace]:
    """A fresh server with one workspace, gone with all its data at the end.

    ``dashboards`` makes a teammate too and signs in. ``serve`` replaces the ``porchlight`` that serves.
    Raises ProductError.
    """
    with tempfile.TemporaryDirectory(prefix="porchlight-load-") as name:
        folder = Path(name)
        made = command(folder, "workspace", "create", "Load")
        app_id = made["app_id"]
        command(folder, "workspace", "set", app_id, "--allowed-origin", origin)
        password = hashlib.sha256(os.urandom(16)).hexdigest()
        if dashboards:
            command(folder, "admin", "create", app_id, EMAIL, "--password-stdin", stdin=password)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        argv = [*(serve or porchlight()), "serve", "--host", "127.0.0.1", "--port", str(port)]
        with serving(argv, url, folder) as pid:
            cookie = sign_in(url, EMAIL, password) if dashboards else ""
            yield Workspace(url, pid, app_id, made.get("identity_secret", ""), cookie)


def command(folder: Path, *words: str, stdin: str = "") -> dict[str, str]:
    """Run a ``porchlight`` command in ``folder``; returns the ``key: value`` lines that it prints."""
    done = subprocess.run(
        [*porchlight(), *words],
        cwd=folder,
        env=environment(folder),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    if done.returncode:
        raise ProductError(f"porchlight {' '.join(words)} failed:\n{done.stderr or done.stdout}")
    return key_values(done.stdout)


def key_values(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.splitlines())
    return {key.strip(): value.strip() for key, colon, value in pairs if colon}


def environment(folder: Path) -> dict[str, str]:
    """The caller's, without its settings: a load run must not touch anybody's data."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORCHLIGHT_")}
    return kept | {"PORCHLIGHT_DATA_DIR": str(folder / "data")}


def free_port() -> int:
    """A port that nobody has, and that the kernel gives nobody until it is listened on: it gives out higher ones."""
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise ProductError("no port of this machine is free")


@contextmanager
def serving(argv: Sequence[str], url: str, folder: Path) -> Iterator[int]:
    """A server process from when it answers ``/up`` to when it has ended. Yields its pid."""
    log = folder / f"server-{url.rpartition(':')[2]}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            argv,
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            # ^C is for the load generator: the server is needed for the report, and stopped after it.
            start_new_session=True,
        )
    try:
        _wait_until_up(process, url, log)
        yield process.pid
    finally:
        _stop(process)


def _wait_until_up(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up_at:
        if process.poll() is not None:
            raise ProductError(f"the server ended at once with status {process.returncode}:\n{_tail(log)}")
        try:
            with urllib.request.urlopen(f"{url}/up", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise ProductError(f"the server did not answer {url}/up within {START_SECONDS:g} s:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-20:])


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def sign_in(url: str, email: str, password: str) -> str:
    """Sign in by the form, as a teammate does; returns the cookies as a Cookie header. Raises ProductError."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    try:
        with browser.open(f"{url}/login", timeout=60) as page:
            token = hidden_field(page, "csrf_token")
        form = urlencode({"csrf_token": token, "email": email, "password": password}).encode()
        request = urllib.request.Request(f"{url}/login", form, {"Origin": url})
        with browser.open(request, timeout=60) as page:
            if page.url.endswith("/login"):
                raise ProductError(f"{email} could not sign in at {url}/login")
    except urllib.error.HTTPError as error:
        # The page after the sign-in may be anything; what counts is whether we have a session.
        if error.code in (401, 403, 422, 429):
            raise ProductError(f"{email} could not sign in at {url}/login: {error}") from error
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def hidden_field(page: IO[bytes], name: str) -> str:
    """The value of a hidden field of a form. Raises ProductError where there is none."""
    text = page.read().decode("utf-8", "replace")
    for tag in re.findall(r"<input\b[^>]*>", text):
        attributes = dict(re.findall(r"([\w-]+)=[\"']([^\"']*)[\"']", tag))
        if attributes.get("name") == name:
            return unescape(attributes.get("value", ""))
    raise ProductError(f"the page has no field {name}")
