"""The description and the routes say the same, both ways."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest
from starlette.routing import Route

from app.api.routes import routes
from app.openapi.document import document

DOCUMENT: Final = document()
METHODS: Final = {"get", "post", "put", "patch", "delete"}
EVERY_TIME: Final = {"400", "401", "421", "429", "503", "507"}


def routed() -> Iterator[tuple[str, str]]:
    """Method and path of every route of REST, as the description writes them."""
    for route in routes:
        assert isinstance(route, Route)
        path = re.sub(r":\w+\}", "}", route.path)
        yield from ((method.lower(), path) for method in (route.methods or set()) - {"HEAD"})


def described() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path): item[method]
        for path, item in DOCUMENT["paths"].items()
        for method in METHODS & item.keys()
    }


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_route_is_described() -> None:
    assert sorted(set(routed()) - described().keys()) == []


def test_nothing_is_described_that_has_no_route() -> None:
    assert sorted(described().keys() - set(routed())) == []


@pytest.mark.parametrize(("method", "path"), sorted(described()))
def test_operation_tells_its_tag_its_success_and_its_refusals(method: str, path: str) -> None:
    operation = described()[method, path]
    assert operation["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}
    assert [status for status in operation["responses"] if status.startswith("2")]
    if operation.get("security") != []:
        assert operation["responses"].keys() >= EVERY_TIME
    if method != "get" and "requestBody" in operation:
        assert "413" in operation["responses"]


@pytest.mark.parametrize(("method", "path"), sorted(key for key in described() if "{" in key[1]))
def test_route_with_an_id_tells_what_an_unknown_one_is_answered(method: str, path: str) -> None:
    assert described()[method, path]["responses"].keys() & {"404", "200"} >= {"404"}


def test_every_reference_leads_somewhere() -> None:
    names = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert set(references(DOCUMENT)) - names == set()


def test_every_schema_is_used() -> None:
    names = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert names - set(references(DOCUMENT)) == set()


def test_it_is_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(DOCUMENT)) == DOCUMENT


def test_a_job_that_failed_whole_has_a_problem_without_a_line() -> None:
    problem = DOCUMENT["components"]["schemas"]["job"]["properties"]["problems"]["items"]
    assert problem["properties"]["line"]["type"] == ["integer", "null"]
