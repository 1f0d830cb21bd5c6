"""What is installed with the program is used by it, and pinned."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement

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


# The file of pins, and the extra that it serves.
PINS: Final = {"base": None, "postgres": "postgres", "test": "test"}
_PIN: Final = re.compile(r"^(?P<name>[a-z0-9.-]+)(?:\[[a-z,]+\])?==(?P<version>[^\s;]+)", re.MULTILINE)


@pytest.mark.parametrize(("file", "extra"), PINS.items())
def test_every_dependency_is_pinned_to_a_version_that_it_allows(file: str, extra: str | None) -> None:
    text = (ROOT / "requirements" / f"{file}.txt").read_text()
    pinned = {pin["name"]: pin["version"] for pin in _PIN.finditer(text)}
    wanted = PROJECT["dependencies"] + (PROJECT["optional-dependencies"][extra] if extra else [])
    for requirement in map(Requirement, wanted):
        version = pinned.get(_plain(requirement.name))
        assert version is not None, f"{requirement} is not pinned: run scripts/lock"
        assert requirement.specifier.contains(version), (
            f"{requirement} is pinned to {version}: run scripts/lock"
        )


@pytest.mark.parametrize("file", PINS)
def test_every_pin_bears_the_hashes_of_its_files(file: str) -> None:
    text = (ROOT / "requirements" / f"{file}.txt").read_text()
    pins = re.split(r"\n(?=\S)", text.strip())
    assert len(pins) == len(_PIN.findall(text)) > 20
    assert all("--hash=sha256:" in pin for pin in pins)
