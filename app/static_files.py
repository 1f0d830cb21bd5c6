"""The files under ``static/``: where they are, and how they are served.

In a checkout they lie beside ``app/``, in an installed package within it. Files of other people
carry their version in their folder's name and may be kept for ever; ours are asked for again each
time, and answered with 304 while they have not changed.
"""

import os
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_HERE: Final = Path(__file__).parent
_FOR_EVER: Final = "public, max-age=31536000, immutable"


def static_dir() -> Path:
    """The folder of static files; raises FileNotFoundError in a broken installation."""
    for folder in (_HERE / "static", _HERE.parent / "static"):
        if (folder / "favicon.svg").is_file():
            return folder
    raise FileNotFoundError("static/ is missing: install the package anew")


class Statics(StaticFiles):
    """Static files with the headers that make them safe and quick."""

    def __init__(self) -> None:
        super().__init__(directory=static_dir())

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        is_vendored = "vendor" in Path(full_path).parts
        response.headers["cache-control"] = _FOR_EVER if is_vendored else "no-cache"
        response.headers["x-content-type-options"] = "nosniff"
        if "sec-fetch-dest" in Headers(scope=scope) and str(full_path).endswith(".svg"):
            # A drawing opened by itself is a document: it may do nothing.
            response.headers["content-security-policy"] = "default-src 'none'; style-src 'unsafe-inline'"
        return response
