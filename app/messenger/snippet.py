"""``GET /widget/<app_id>``: the script that a site embeds.

Every workspace gets the same bytes: the script finds its ``app_id`` in its own URL. They are joined
and compressed once, at the start, and kept in memory. A browser keeps them for five minutes, then
asks whether they have changed.
"""

import gzip
import hashlib
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.errors import PorchlightError
from app.ids import AppId
from app.messenger.script import joined_script
from app.refusals import log_refusal
from app.state import AppState, state_of
from app.workspaces.operations import get_workspace
from app.workspaces.whereabouts import require_here

CACHE_CONTROL: Final = "public, max-age=300, must-revalidate"
_JAVASCRIPT: Final = "text/javascript; charset=utf-8"
_HEADERS: Final = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Encoded:
    """The script in one encoding, under an ETag of its own: the two differ in their bytes."""

    body: bytes
    etag: str
    encoding: str | None


def plain(script: str) -> Encoded:
    body = script.encode()
    return Encoded(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', None)


def compressed(plain: Encoded) -> Encoded:
    return Encoded(gzip.compress(plain.body, 9, mtime=0), f'{plain.etag[:-1]}-gzip"', "gzip")


PLAIN: Final = plain(joined_script())
COMPRESSED: Final = compressed(PLAIN)


async def get_snippet(request: Request) -> Response:
    """The script, or a comment that says why there is none."""
    try:
        await _require_workspace(AppId(request.path_params["app_id"]), state_of(request))
    except PorchlightError as error:
        log_refusal("widget.refused", error.code, status=error.status)
        comment = f"/* Porchlight: {error.message}. */\n"
        headers = {**_HEADERS, "cache-control": "no-store", "content-type": _JAVASCRIPT}
        return Response(comment, error.status, headers)
    script = COMPRESSED if accepts_gzip(request.headers.get("accept-encoding", "")) else PLAIN
    headers = {**_HEADERS, "cache-control": CACHE_CONTROL, "etag": script.etag, "vary": "Accept-Encoding"}
    if _is_known(request.headers.get("if-none-match", ""), script.etag):
        return Response(status_code=304, headers=headers)
    if script.encoding:
        headers["content-encoding"] = script.encoding
    return Response(script.body, 200, {**headers, "content-type": _JAVASCRIPT})


async def _require_workspace(app_id: AppId, state: AppState) -> None:
    """Raises WorkspaceNotFound or WrongRegion. Memory knows nearly all; a new workspace is looked up."""
    require_here(app_id, state.settings)
    if state.directory.get(app_id) is None:
        state.directory.put(await state.database.read(lambda conn: get_workspace(conn, app_id)))


def accepts_gzip(header: str) -> bool:
    """Whether an ``Accept-Encoding`` header takes gzip: it is named, or ``*`` is, with no weight of zero."""
    weights: dict[str, bool] = {}
    for part in header.lower().split(","):
        name, _, parameters = part.partition(";")
        weight = parameters.replace(" ", "").removeprefix("q=")
        weights[name.strip()] = weight.rstrip("0") not in {"0.", ""} if parameters else True
    return weights.get("gzip", weights.get("*", False))


def _is_known(if_none_match: str, etag: str) -> bool:
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in known or "*" in known
