"""Programs of the machine that some tests start for themselves: Chromium, Redis, PostgreSQL.

Where one is missing its tests are skipped, with the reason; where nothing may be skipped (on a
build machine: ``CI`` set, or ``PORCHLIGHT_TESTS_MAY_SKIP=0``) they fail instead.
"""

import os
import shutil
from pathlib import Path

import pytest

# The names under which a program is found, the best first; and the Debian package that brings it.
_NAMES = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "redis-server": ("redis-server", "valkey-server"),
    "postgres": ("postgres",),
    "initdb": ("initdb",),
    "pg_ctl": ("pg_ctl",),
}
_PACKAGES = {"node": "nodejs", "postgres": "postgresql", "initdb": "postgresql", "pg_ctl": "postgresql"}
# Debian keeps PostgreSQL's programs off the PATH.
_FOLDERS = "/usr/lib/postgresql"


def require_program(name: str) -> Path:
    """Where the program is; skips the test that asks, or fails it where nothing may be skipped."""
    found = find_program(name)
    if found is not None:
        return found
    reason = f"{name} is not on this machine (Debian: apt-get install {_PACKAGES.get(name, name)})"
    if may_skip():
        pytest.skip(reason)
    pytest.fail(f"{reason}, and here no test may be skipped", pytrace=False)


def find_program(name: str) -> Path | None:
    for candidate in _NAMES.get(name, (name,)):
        path = shutil.which(candidate)
        if path is not None:
            return Path(path)
    return max(Path(_FOLDERS).glob(f"*/bin/{name}"), key=_version, default=None)


def may_skip() -> bool:
    chosen = os.environ.get("PORCHLIGHT_TESTS_MAY_SKIP")
    if chosen is not None:
        return chosen != "0"
    return os.environ.get("CI", "").lower() in {"", "0", "false"}


def _version(program: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in program.parts[4].split(".") if part.isdigit())
