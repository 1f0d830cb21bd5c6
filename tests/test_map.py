"""The tests mirror the house: whoever reads app/contacts/names.py knows where its tests lie.

A module without a test file of its own is named below, with the reason.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APP = ROOT / "app"
TESTS = ROOT / "tests"

# Module, and why no test file bears its name.
ELSEWHERE: dict[str, str] = {
    "app/state.py": "a record and its one look-up, without which no route's test would pass",
    "app/presence/lease.py": "a record and a protocol, which tests/presence/test_tracker.py moves",
    "app/search/asking.py": "what is asked; tests/search/test_finding.py asks it",
    "app/search/walks.py": "statements that tests/search/test_finding.py holds against the plans and a plain model",
    "app/storage/tables/contacts.py": "a description; tests/storage/migrations holds it against the migrations",
}

# Folders of tests that follow a journey through many modules.
CROSS_CUTTING = {"support", "journeys", "browser", "contract", "scripts"}
# Tests of the project as a whole.
OF_THE_PROJECT = {"test_dependencies", "test_docs", "test_floors", "test_map", "test_packaging"}


def has_logic(path: Path) -> bool:
    """Whether anything in the module decides or does: any function but a mere constructor."""
    tree = ast.parse(path.read_text("utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return any(function.name != "__init__" for function in functions)


def mirror_of(path: Path) -> Path:
    inside = path.relative_to(APP)
    return TESTS / inside.parent / f"test_{inside.name}"


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


MODULES = sorted(
    path
    for path in APP.rglob("*.py")
    # A migration is history: it is tested by being run, on both databases.
    if "versions" not in path.parts and has_logic(path)
)


@pytest.mark.parametrize("path", [path for path in MODULES if named(path) not in ELSEWHERE], ids=named)
def test_module_has_its_tests(path: Path) -> None:
    assert mirror_of(path).is_file(), f"{named(mirror_of(path))} is missing"


@pytest.mark.parametrize("name", ELSEWHERE)
def test_every_exception_is_still_one(name: str) -> None:
    path = ROOT / name
    assert path in MODULES
    assert not mirror_of(path).exists()


def test_every_test_file_mirrors_a_module() -> None:
    strays = [
        named(path)
        for path in sorted(TESTS.rglob("test_*.py"))
        if path.relative_to(TESTS).parts[0] not in CROSS_CUTTING
        and path.stem not in OF_THE_PROJECT
        and not mirrors_something(path)
    ]
    assert strays == []


def mirrors_something(test: Path) -> bool:
    """``test_pings.py`` mirrors ``pings``; so does ``test_pings_of_mobiles.py``, where one file would be too long."""
    folder = APP / test.parent.relative_to(TESTS)
    words = test.stem.removeprefix("test_").split("_")
    stems = {"_".join(words[:count]) for count in range(1, len(words) + 1)}
    return any((folder / f"{stem}.py").is_file() or (folder / stem).is_dir() for stem in stems)
