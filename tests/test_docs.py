"""What the outside relies on is written down: settings, routes, commands, close codes, metrics.

And the other way round: what the documents name as a setting is one.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.metrics_core import Metric
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from typer.main import get_command

from app import metrics, settings, wire
from app.cli import cli
from app.main import create_app
from app.settings import load_settings
from test_floors import FLOOR_OF

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = "\n".join(path.read_text("utf-8") for path in DOCUMENTS)

# For whoever runs the suite; told in scripts/README.md.
OF_THE_SUITE = "PORCHLIGHT_TESTS_"


def settings_read() -> set[str]:
    """Every name of a setting that the settings module mentions."""
    tree = ast.parse(Path(settings.__file__).read_text("utf-8"))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {
        text for text in texts if isinstance(text, str) and re.fullmatch(r"PORCHLIGHT_[A-Z_]*[A-Z]", text)
    }


def paths_of(routes: list[BaseRoute], prefix: str = "") -> Iterator[str]:
    for route in routes:
        if isinstance(route, Mount):
            yield from (
                paths_of(list(route.routes or []), prefix + route.path)
                if route.routes
                else [f"{prefix}{route.path}/"]
            )
        elif isinstance(route, Route | WebSocketRoute):
            yield prefix + route.path


def all_paths(folder: Path) -> list[str]:
    """The paths of every route, the test clock's too, without the types of their parameters."""
    app = create_app(load_settings({"PORCHLIGHT_TEST_CLOCK": "1"}, folder))
    return sorted({re.sub(r"\{(\w+)(:\w+)?\}", r"<\1>", path) for path in paths_of(app.routes)})


def metric_names() -> set[str]:
    collected: Iterator[Metric] = iter(metrics.REGISTRY.collect())
    counters = {f"{metric.name}_total" if metric.type == "counter" else metric.name for metric in collected}
    return counters | set(metrics.READINGS)


@pytest.mark.parametrize("name", sorted(settings_read()))
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_the_settings_that_are_read_are_the_ones_that_are_known() -> None:
    assert settings_read() == set(settings.NAMES)


def test_no_document_names_a_setting_that_does_not_exist() -> None:
    named = set(re.findall(r"PORCHLIGHT_[A-Z_]*[A-Z]", TEXT))
    assert {name for name in named if not name.startswith(OF_THE_SUITE)} <= set(settings.NAMES)


def test_every_route_is_documented(tmp_path: Path) -> None:
    paths = all_paths(tmp_path)
    assert "/presence" in paths
    assert [path for path in paths if f"{path}`" not in TEXT and f"{path}?" not in TEXT] == []


@pytest.mark.parametrize("name", sorted(get_command(cli).commands))  # type: ignore[attr-defined]
def test_every_command_is_documented(name: str) -> None:
    assert f"`porchlight {name}" in TEXT


@pytest.mark.parametrize(
    "code", sorted(code for code in wire.CLOSE_REASONS if code >= 4_400), ids=lambda code: f"code {code}"
)
def test_every_close_code_of_ours_is_documented(code: int) -> None:
    assert re.search(rf"\| {code} \|", TEXT)


def test_every_close_code_has_a_reason() -> None:
    codes = {value for name, value in vars(wire).items() if name.isupper() and isinstance(value, int)}
    assert {code for code in codes if 4_400 <= code < 4_500} <= wire.CLOSE_REASONS.keys()


@pytest.mark.parametrize("name", sorted(metric_names()))
def test_every_metric_is_documented(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_every_picture_and_file_that_the_documents_point_to_is_there() -> None:
    for path in DOCUMENTS:
        targets = re.findall(r"(?:\]\(|src(?:set)?=\")([^)#\"\s]+)", path.read_text("utf-8"))
        local = [target for target in targets if "://" not in target]
        assert [target for target in local if not (path.parent / target).exists()] == []


def anchors_of(path: Path) -> set[str]:
    """Where links may lead in a document: its headings, as they are made into anchors."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_heading_that_a_document_points_to_is_there(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]*)#([^)\s]+)\)", path.read_text("utf-8"))
    assert [
        (target, anchor)
        for target, anchor in links
        if anchor not in anchors_of(path.parent / target if target else path)
    ] == []


def test_the_map_names_each_part_of_the_house_and_goes_down_floor_by_floor() -> None:
    (plan,) = re.findall(r"^```\n(app/cli.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)
    lines = [line.removeprefix("app/").partition("  ")[0] for line in plan.partition("\n\n")[0].splitlines()]
    names = [name.removesuffix("/").removesuffix(".py") for line in lines for name in line.split(" · ")]
    assert sorted(names) == sorted(FLOOR_OF)
    floors = [FLOOR_OF[name] for name in names]
    assert floors == sorted(floors, reverse=True)
