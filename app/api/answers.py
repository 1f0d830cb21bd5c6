"""Answers in JSON."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response


class Json(Response):
    """A value as JSON. What is true of presence now is not true for long, so nobody may keep it."""

    media_type = "application/json; charset=utf-8"

    def __init__(self, value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(msgspec.json.encode(value), status, {"cache-control": "no-store", **(headers or {})})
