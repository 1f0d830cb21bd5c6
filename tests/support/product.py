"""Porchlight as its user runs it: a process of its own, started by the command, killed by its id.

Whatever a test did with it, its log names nobody: that is looked at each time it is stopped.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from app.settings import Settings, load_settings
from scripts.loadgen.product import free_port

PASSWORD = "correct horse battery"
EMAIL = "tess@example.com"
_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+"  # an email
    r"|\bpl_[\w-]{8,}"  # a token
    r"|\b[uea][a-z0-9]{7}\.[0-9a-f]{24}\.[\w.-]+"  # a ticket
)


class Product:
    """A server on a free port, with everything it stores under ``folder``; the test clock is open."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self._folder = folder
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PORCHLIGHT_")},
            "PORCHLIGHT_DATA_DIR": str(folder / "data"),
            "PORCHLIGHT_TEST_CLOCK": "1",
            **{f"PORCHLIGHT_{name}": value for name, value in environ.items()},
        }
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._names: set[str] = set()

    @property
    def settings(self) -> Settings:
        """What the server is started with."""
        return load_settings(self._environ, self._folder)

    def command(self, *arguments: str, given: str = "") -> dict[str, str]:
        """Run ``porchlight …``: what it prints, by key."""
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", *arguments],
            env=self._environ,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"porchlight {arguments} failed: {done.stderr}")
        return dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)

    def start(self, *arguments: str) -> None:
        """Serve; ``arguments`` go to the command."""
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "serve", "--port", str(self.port), *arguments],
                env=self._environ,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/up", timeout=1):
                    return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"the server did not start: {self.log()}")

    def kill(self) -> None:
        """kill -9: no goodbye."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """End as an operator would; the exit status."""
        if self._process is None or self._process.poll() is not None:
            return 0
        self._process.terminate()
        status = self._process.wait(120)
        assert personal_in(self.log(), self._names) == []
        return status

    def log(self) -> str:
        return (self._folder / "server.log").read_text()

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def ping(self, app_id: str, **user_data: Any) -> str:
        """Somebody's ping, without a page: the contact's id."""
        self._names |= {name for name in [user_data.get("name") or ""] if " " in name}
        body = {
            "app_id": app_id,
            "user_data": user_data,
            "source": "apiBoot",
            "page_title": user_data.get("title"),
        }
        contact_id: str = self.post("/messenger/web/ping", body)["user"]["id"]
        return contact_id

    def advance(self, seconds: float) -> None:
        """Move the server's clock."""
        self.post("/test/clock", {"advance_seconds": seconds})

    def stop_time(self) -> None:
        """From now on the server's clock moves by ``advance`` alone."""
        self.post("/test/clock", {"freeze": True})

    def metric(self, name: str) -> float:
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=60) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith(f"{name} "):
                    return float(line.split()[1])
        raise KeyError(name)


def personal_in(log: str, names: Collection[str]) -> list[str]:
    """The emails, tokens, tickets and ``names`` in the lines of a log; what else is printed is no log."""
    lines = "\n".join(line for line in log.splitlines() if line.startswith("{"))
    return [*_PERSONAL.findall(lines), *(name for name in names if name in lines)]
