"""The audit log and the receipts of destructions, for admins: read page by page, and exported. Rules R65, R82.

An export is made as it is sent, a thousand entries at a time, however long the log is; and it is on
the log itself, before its first byte goes out. So is each page that is looked at, once it has been read:
what it shows does not hold the look.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.auth.admins import members_of
from app.dashboard.access import Seat, admin_only
from app.dashboard.layout import layout_of
from app.dashboard.moments import Moment
from app.dashboard.rendering import SAFE_HEADERS, page
from app.errors import ParameterInvalid
from app.state import AppState, state_of
from app.trail.listing import Entry, Receipt, View, entries_of, names_of, receipts_of
from app.trail.records import Actor, Deed
from app.trail.views import log_view

PAGE_SIZE: Final = 50
EXPORT_BATCH: Final = 1000
_MOST_DIGITS: Final = 15
_LONGEST_FILTER: Final = 100


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the page shows it."""

    moment: Moment
    who: str
    who_url: str
    action: str
    action_url: str
    subject: str
    subject_url: str | None
    detail: str


@admin_only
async def show_audit(request: Request, seat: Seat) -> Response:
    """The newest entries; ``before`` leads on, ``actor`` and ``action`` leave the others out."""
    state, view = state_of(request), _read_view(request)
    now = state.clock.now()

    def read(conn: Connection) -> tuple[list[Entry], dict[Actor, str], list[tuple[str, str]]]:
        entries, names = _named(conn, seat, entries_of(conn, seat.app_id, view, PAGE_SIZE + 1))
        members = [(f"admin:{member.id}", member.email) for member in members_of(conn, seat.app_id)]
        return entries, names, members

    entries, names, members = await state.database.read(read)
    shown, path = entries[:PAGE_SIZE], request.url.path
    if shown:  # who looked at whom is personal data too
        deed = Deed("audit_log.viewed", "audit_log", None, {"count": len(shown)})
        await log_view(state.database, seat.app_id, seat.actor, deed, now)
    older = _url(path, replace(view, before=shown[-1].id)) if len(entries) > PAGE_SIZE else None
    return page(
        "settings_audit.html",
        {
            "layout": layout_of(seat, "settings"),
            "section": "audit",
            "is_admin": True,
            "lines": [_line(seat, path, entry, names, now) for entry in shown],
            "view": view,
            "actors": _actors(view, members, names),
            "older_url": older,
            "newest_url": _url(path, replace(view, before=None)) if view.before is not None else None,
            "everything_url": path if view != View(before=view.before) else None,
        },
    )


@admin_only
async def export_audit(request: Request, seat: Seat) -> Response:
    """The whole log as one JSON object, the newest entry first; the same filters as the page's."""
    state, view = state_of(request), _read_view(request)
    deed = Deed("audit_log.exported", "audit_log")
    await log_view(state.database, seat.app_id, seat.actor, deed, state.clock.now())
    return _download(_entries_in_json(state, seat, view), f"audit-{seat.app_id}.json")


@admin_only
async def export_receipts(request: Request, seat: Seat) -> Response:
    """Every destruction, the newest first."""
    state = state_of(request)
    deed = Deed("receipts.exported", "receipt")
    await log_view(state.database, seat.app_id, seat.actor, deed, state.clock.now())
    found = await state.database.read(lambda conn: receipts_of(conn, seat.app_id))
    body = {"type": "list", "app_id": seat.app_id, "receipts": [_receipt(receipt) for receipt in found]}

    async def whole() -> AsyncIterator[bytes]:
        yield msgspec.json.encode(body)

    return _download(whole(), f"receipts-{seat.app_id}.json")


async def _entries_in_json(state: AppState, seat: Seat, view: View) -> AsyncIterator[bytes]:
    def batch_of(asked: View) -> Callable[[Connection], tuple[list[Entry], dict[Actor, str]]]:
        return lambda conn: _named(conn, seat, entries_of(conn, seat.app_id, asked, EXPORT_BATCH))

    yield b'{"type":"list","app_id":' + msgspec.json.encode(seat.app_id) + b',"entries":['
    between = b""
    while True:
        entries, names = await state.database.read(batch_of(view))
        for entry in entries:
            yield between + msgspec.json.encode(_entry(entry, names))
            between = b",\n"
        if len(entries) < EXPORT_BATCH:
            break
        view = replace(view, before=entries[-1].id)
    yield b"]}"


def _named(conn: Connection, seat: Seat, entries: list[Entry]) -> tuple[list[Entry], dict[Actor, str]]:
    return entries, names_of(conn, seat.app_id, [entry.actor for entry in entries])


def _entry(entry: Entry, names: dict[Actor, str]) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "at": entry.at,
        "actor": {"type": entry.actor.type, "id": entry.actor.id, "name": names.get(entry.actor)},
        "action": entry.action,
        "subject": {"type": entry.subject_type, "id": entry.subject_id},
        "detail": entry.detail,
    }


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "id": str(receipt.id),
        "destroyed_at": receipt.destroyed_at,
        "deleted_at": receipt.deleted_at,
        "asked_by": receipt.asked_by,
        "destroyed": receipt.destroyed,
        "kept": receipt.kept,
    }


def _download(content: AsyncIterator[bytes], name: str) -> Response:
    headers = {**SAFE_HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(content, 200, headers, media_type="application/json; charset=utf-8")


def _read_view(request: Request) -> View:
    """What the address asks for; raises ParameterInvalid."""
    params = request.query_params
    before = params.get("before") or None
    if before is not None and not (before.isascii() and before.isdigit() and len(before) <= _MOST_DIGITS):
        raise ParameterInvalid(f"before is {before[:40]!r}: it is the number of an entry")
    actor, action = (_read_filter(params.get(name), name) for name in ("actor", "action"))
    return View(
        actor, action, _read_filter(params.get("subject"), "subject"), int(before) if before else None
    )


def _read_filter(text: str | None, name: str) -> str | None:
    if text and (len(text) > _LONGEST_FILTER or not text.isprintable()):
        raise ParameterInvalid(f"{name} is no {name} that the log could hold")
    return text or None


def _url(path: str, view: View) -> str:
    given = {"actor": view.actor, "action": view.action, "subject": view.subject_id, "before": view.before}
    query = urlencode({name: value for name, value in given.items() if value is not None})
    return f"{path}?{query}" if query else path


def _actors(view: View, members: list[tuple[str, str]], names: dict[Actor, str]) -> list[tuple[str, str]]:
    """Whom the page's filter offers: teammates, whoever is on the page, the command line and the server."""
    offered = {str(actor): name for actor, name in names.items()} | dict(members)
    offered |= {"cli": "Command line", "system": "Porchlight itself"}
    if view.actor is not None:
        offered.setdefault(view.actor, view.actor)
    return list(offered.items())


def _line(seat: Seat, path: str, entry: Entry, names: dict[Actor, str], now: float) -> Line:
    is_person = entry.subject_type in ("contact", "visitor") and entry.subject_id is not None
    return Line(
        moment=Moment(entry.at, now, seat.workspace.timezone),
        who=names.get(entry.actor, str(entry.actor)),
        who_url=_url(path, View(actor=str(entry.actor))),
        action=entry.action,
        action_url=_url(path, View(action=entry.action)),
        subject=" ".join(filter(None, (entry.subject_type.replace("_", " "), entry.subject_id))),
        subject_url=_url(path, View(subject_id=entry.subject_id)) if is_person else None,
        detail=_in_words(entry.detail),
    )


def _in_words(detail: Any) -> str:
    """``fields: name, phone``; of long lists only how many."""
    parts = []
    for name, value in detail.items():
        if isinstance(value, list):
            few = all(isinstance(part, str) for part in value) and len(value) <= 8
            parts.append(f"{name}: {', '.join(value) if few else len(value)}")
        else:
            parts.append(f"{name}: {value}")
    return "; ".join(parts)
