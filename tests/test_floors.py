"""The house has floors, and imports go down only.

A module may import its own package and whatever lies on a lower floor: never a higher one, and
never a neighbour on its own. That keeps the shape easy to see, and circles impossible.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APP = ROOT / "app"

# From the ground up: modules and packages directly under app/.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"clock", "errors", "ids", "log", "metrics", "wire"}),
    frozenset({"limits", "refusals"}),
    frozenset(
        {
            "openapi",
            "settings",
            "collector",
            "threads",
            "server",
            "storage",
            "places",
            "static_files",
            "markup",
        }
    ),
    frozenset({"search", "presence", "auth", "trail"}),
    frozenset({"attributes"}),
    frozenset({"workspaces", "tags"}),
    frozenset({"state", "companies"}),
    frozenset({"contacts"}),
    frozenset({"lifespan"}),
    frozenset({"messenger", "conversations"}),
    frozenset({"api", "dashboard", "demo"}),
    frozenset({"delivery"}),
    frozenset({"main"}),
    frozenset({"serving", "commands"}),
    frozenset({"cli"}),
)
FLOOR_OF = {name: number for number, names in enumerate(FLOORS, start=1) for name in names}

# Imports that wait until a function runs, and why they may.
LATE: dict[tuple[str, str], str] = {
    ("app.cli", "app.serving"): "the other commands start faster without the server",
}

MODULES = sorted(path for path in APP.rglob("*.py") if path != APP / "__init__.py")


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


PACKAGES = {dotted(path) for path in MODULES if path.stem == "__init__"}


def unit_of(module: str) -> str:
    """The package or module directly under app/ that a dotted name belongs to; empty for ``app`` itself."""
    return module.split(".")[1] if "." in module else ""


def imported(tree: ast.AST, module: str, *, is_package: bool) -> Iterator[str]:
    """Every module of app/ that is named by an import in ``tree``, relative ones spelled out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                kept = parts[: len(parts) - node.level + (1 if is_package else 0)]
                base = ".".join([*kept, *filter(None, [base])])
            # `from app import contacts` names the package in the second half.
            names = [f"app.{alias.name}" for alias in node.names] if base == "app" else [base]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == "app")


def imports_of(path: Path) -> list[str]:
    return list(
        imported(ast.parse(path.read_text("utf-8")), dotted(path), is_package=path.stem == "__init__")
    )


def faults_of(module: str, imports: list[str]) -> list[str]:
    unit = unit_of(module)
    faults = []
    for target in imports:
        other = unit_of(target)
        if other in {unit, ""}:
            continue
        if FLOOR_OF[other] >= FLOOR_OF[unit]:
            faults.append(f"{module} (floor {FLOOR_OF[unit]}) imports {target} (floor {FLOOR_OF[other]})")
    return faults


def test_every_module_has_a_floor() -> None:
    assert {unit_of(dotted(path)) for path in MODULES} <= FLOOR_OF.keys()


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_imports_go_down_only(path: Path) -> None:
    assert faults_of(dotted(path), imports_of(path)) == []


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_no_function_imports_the_house_behind_its_back(path: Path) -> None:
    # An import inside a function is how a circle hides. Inside one package it may wait for what an extra brings.
    module = dotted(path)
    assert late_imports(ast.parse(path.read_text("utf-8")), module) - LATE.keys() == set()


def test_every_late_import_is_still_one() -> None:
    paths = {dotted(path): path for path in MODULES}
    for late in LATE:
        module = late[0]
        assert late in late_imports(ast.parse(paths[module].read_text("utf-8")), module)


def late_imports(tree: ast.Module, module: str) -> set[tuple[str, str]]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {
        (module, name)
        for function in functions
        for name in imported(function, module, is_package=module in PACKAGES)
        if unit_of(name) != unit_of(module)
    }


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("app.presence.tracker", "from app.api.presence import stream", "imports app.api.presence"),
        ("app.presence.tracker", "from app.auth import tickets", "imports app.auth"),
        ("app.presence.tracker", "import app.main", "imports app.main"),
        ("app.presence.tracker", "from ..dashboard import pages", "imports app.dashboard"),
        ("app.presence.tracker", "from app import dashboard", "imports app.dashboard"),
    ],
)
def test_an_import_that_goes_up_is_found(module: str, source: str, fault: str) -> None:
    names = list(imported(ast.parse(source), module, is_package=False))
    assert fault in "".join(faults_of(module, names))


@pytest.mark.parametrize(
    "source",
    ["from app.clock import Clock", "from app.presence.hub import Hub", "from . import hub", "import re"],
)
def test_an_import_that_goes_down_or_stays_is_none_of_its_business(source: str) -> None:
    names = list(imported(ast.parse(source), "app.presence.tracker", is_package=False))
    assert faults_of("app.presence.tracker", names) == []
