"""``intercom-client`` 7.0.3 for Node: each file beside this one is a suite of its own, run against a started server."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from support.customers import Asked, Customer
from support.programs import require_program

pytestmark = pytest.mark.journey

ROOT = Path(__file__).parent.parent.parent
SUITES = sorted(Path(__file__).parent.glob("node_*.mjs"))


@pytest.fixture(scope="module")
def node() -> Path:
    """Node, with the client installed as the lock file has it."""
    program = require_program("node")
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]["intercom-client"]
    manifest = ROOT / "node_modules" / "intercom-client" / "package.json"
    if not manifest.is_file() or json.loads(manifest.read_text())["version"] != wanted:
        npm = require_program("npm")
        subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=ROOT, check=True, timeout=300
        )
    return program


@pytest.mark.parametrize("suite", SUITES, ids=lambda path: path.stem.removeprefix("node_"))
def test_the_official_client_works(
    node: Path, suite: Path, customer: Customer, asked: Asked, tmp_path: Path
) -> None:
    noted = tmp_path / "asked"
    environ = os.environ | {
        "PORCHLIGHT_TESTS_URL": customer.product.url,
        "PORCHLIGHT_TESTS_APP_ID": customer.app_id,
        "PORCHLIGHT_TESTS_TOKEN": customer.token,
        "PORCHLIGHT_TESTS_ASKED": str(noted),
    }
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", suite],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for line in noted.read_text().splitlines():
        method, _, path = line.partition(" ")
        asked["node"].add((method, path))
