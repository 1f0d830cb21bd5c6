"""The whole description: every piece in its place, with what all of them share."""

import re
from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

import app
from app.openapi import (
    admins,
    attributes,
    companies,
    contacts,
    conversations,
    events,
    imports,
    marks,
    presence,
    segments,
    server,
    visitors,
    webhooks,
)
from app.openapi.parts import TEXT, WHOLE, Paths, Schema, always, many, may_be_null, record

PIECES: Final[tuple[ModuleType, ...]] = (
    contacts,
    segments,
    companies,
    attributes,
    marks,
    visitors,
    events,
    conversations,
    admins,
    presence,
    webhooks,
    imports,
    server,
)
"""In the order in which they are read."""

_IN_PATH: Final = re.compile(r"\{(\w+)\}")

_SHARED: Final[dict[str, Schema]] = {
    "error_list": record(
        {
            "type": always("error.list"),
            "request_id": TEXT,
            "errors": many(record({"code": TEXT, "message": TEXT}, required=["code", "message"])),
        },
        required=["type", "request_id", "errors"],
        description="What went wrong. `code` is for programs, `message` for people.",
    ),
    "search": record(
        {
            "query": record(
                {"field": TEXT, "operator": TEXT, "value": {}},
                description=(
                    "`field`, `operator` and `value`; or `operator` `AND` or `OR` with a list of such queries as"
                    " `value`: at most 15 in a group, 2 levels deep, 1,000 values in all."
                ),
            ),
            "pagination": may_be_null(record({"per_page": WHOLE, "starting_after": may_be_null(TEXT)})),
            "sort": may_be_null(record({"field": TEXT, "order": TEXT})),
        },
        required=["query"],
        description="What is looked for.",
    ),
    "offset_pages": record(
        {
            "type": always("pages"),
            "page": WHOLE,
            "per_page": WHOLE,
            "total_pages": WHOLE,
            "next": may_be_null(TEXT),
        },
        description="Where one is in a list; `next` is the address of the page that follows.",
    ),
    "cursor_pages": record(
        {
            "type": always("pages"),
            "page": WHOLE,
            "per_page": WHOLE,
            "total_pages": WHOLE,
            "next": may_be_null(record({"per_page": WHOLE, "starting_after": TEXT})),
        },
        description="Where one is in a list. Without `next` this page is the last.",
    ),
}


def document() -> dict[str, Any]:
    """The description as JSON has it."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Porchlight",
            "version": app.__version__,
            "description": (
                "Who is in your app right now, and who they are. Compatible with Intercom's REST API, and a little"
                " more: presence, webhooks, restoring deleted people."
            ),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "security": [{"bearer": []}],
        "tags": [{"name": piece.TAG, "description": _first_line(piece)} for piece in PIECES],
        "paths": {path: _item(path, methods) for path, methods in _paths().items()},
        "components": {
            "schemas": _SHARED
            | {name: schema for piece in PIECES for name, schema in _schemas(piece).items()},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths() -> Paths:
    paths: Paths = {}
    for piece in PIECES:
        for path, methods in piece.PATHS.items():
            paths.setdefault(path, {}).update(methods)
    return paths


def _schemas(piece: ModuleType) -> dict[str, Schema]:
    return getattr(piece, "SCHEMAS", {})


def _item(path: str, methods: Mapping[str, Any]) -> dict[str, Any]:
    names = _IN_PATH.findall(path)
    if not names:
        return dict(methods)
    in_path = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in names]
    return {"parameters": in_path, **methods}


def _first_line(piece: ModuleType) -> str:
    return (piece.__doc__ or "").partition("\n")[0]
