"""What is installed with the program is used by it."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parent.parent
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NAMES: Final = [re.split(r"[\[<>=]", wanted)[0] for wanted in PROJECT["dependencies"]]

# No module of ours names them.
USED_BY_OTHERS: Final = {
    "python-multipart": "starlette reads forms with it",
    "tzdata": "read as files, for the cities of time zones",
    "uvloop": "uvicorn takes it for its event loop where it is there",
}


def _plain(distribution: str) -> str:
    return distribution.lower().replace("_", "-")


def imported() -> set[str]:
    """The packages that modules of app/ import."""
    found = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_dependency_is_imported_or_has_a_reason(name: str) -> None:
    modules = {module for module, names in packages_distributions().items() if name in map(_plain, names)}
    assert modules, "it is not installed"
    assert (name in USED_BY_OTHERS) is not bool(modules & imported())
