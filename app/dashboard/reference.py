"""``/docs``: the description of the REST API as a page, drawn on this host from ``/openapi.json``'s own source."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.dashboard.rendering import SAFE_HEADERS, render
from app.openapi.document import document

_METHODS: Final = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a property of an object: ``kind`` in words, ``schema`` where it has a name of its own."""

    name: str
    kind: str
    schema: str
    is_required: bool
    says: Markup


@dataclass(frozen=True, slots=True)
class Deed:
    """One method of a path."""

    method: str
    path: str
    summary: str
    says: Markup
    is_open: bool
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[tuple[str, Markup, str], ...]
    """Status, what it means, and the schema of what comes with it."""


async def show_reference(_request: Request) -> Response:
    """Everything in one page, the same for everybody."""
    return HTMLResponse(_page(), 200, dict(SAFE_HEADERS) | {"cache-control": "no-cache"})


@cache
def _page() -> Markup:
    told = document()
    schemas = told["components"]["schemas"]
    deeds: dict[str, list[Deed]] = {tag["name"]: [] for tag in told["tags"]}
    for path, item in told["paths"].items():
        for method in _METHODS:
            if method in item:
                deeds[item[method]["tags"][0]].append(_deed(path, method, item))
    return render(
        "reference.html",
        {
            "description": told["info"]["description"],
            "sections": [(tag["name"], tag["description"], deeds[tag["name"]]) for tag in told["tags"]],
            "schemas": [
                (name, _in_code(schema.get("description", "")), _fields(schema))
                for name, schema in schemas.items()
            ],
        },
    )


def _deed(path: str, method: str, item: Mapping[str, Any]) -> Deed:
    operation = item[method]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return Deed(
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        says=_in_code(operation.get("description", "")),
        is_open=operation.get("security") == [],
        parameters=tuple(
            Field(one["name"], *_kind(one["schema"]), one["required"], _in_code(one.get("description", "")))
            for one in (*item.get("parameters", ()), *operation.get("parameters", ()))
        ),
        body=_fields(body) or ((Field("", *_kind(body), True, Markup("")),) if body else ()),
        answers=tuple(
            (status, _in_code(answer["description"]), _named(answer))
            for status, answer in operation["responses"].items()
        ),
    )


def _fields(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    required = schema.get("required", ())
    return tuple(
        Field(name, *_kind(inner), name in required, _in_code(inner.get("description", "")))
        for name, inner in schema.get("properties", {}).items()
    )


def _in_code(text: str) -> Markup:
    """What stands between backticks is code."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else part for number, part in enumerate(parts)
    )


def _named(answer: Mapping[str, Any]) -> str:
    """The name of the schema that an answer, or the list in it, consists of."""
    for content in answer.get("content", {}).values():
        schema = content["schema"]
        inner = schema.get("properties", {}).get("data", schema)
        return _kind(inner)[1]
    return ""


def _kind(schema: Mapping[str, Any]) -> tuple[str, str]:
    """What a value is, in words; and the schema that says more."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name, name
    if "const" in schema:
        return f"“{schema['const']}”", ""
    if "enum" in schema:
        return " or ".join(f"“{value}”" for value in schema["enum"]), ""
    for several in ("anyOf", "oneOf"):
        if several in schema:
            kinds = [_kind(one) for one in schema[several]]
            return " or ".join(kind for kind, _ in kinds), next((name for _, name in kinds if name), "")
    kind = schema.get("type", "anything")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if words.startswith("array"):
        inner, name = _kind(schema.get("items", {}))
        return f"list of {inner}", name
    return words, ""
