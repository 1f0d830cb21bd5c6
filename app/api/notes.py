"""Notes on contacts over REST."""

from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object
from app.api.calls import call_of
from app.api.pages import offset_pages, offset_query
from app.api.shapes.notes import note_shape
from app.auth.tokens import TokenGrant
from app.contacts import notes, notes_store
from app.contacts.note_bodies import read_body
from app.contacts.notes_store import Note
from app.contacts.operations import get_contact
from app.ids import AppId
from app.trail.records import Deed
from app.workspaces.teammates import teammates_of


async def list_notes(request: Request, grant: TokenGrant) -> Response:
    """``GET /contacts/{id}/notes``: page by page, the newest first."""
    query = offset_query(request)
    call = call_of(request, grant)

    def work(conn: Connection) -> tuple[str, list[dict[str, Any]], int]:
        contact = get_contact(conn, call.app_id, request.path_params["id"])
        found = notes_store.notes_of(conn, call.app_id, contact.id, limit=query.per_page, offset=query.offset)
        total = notes_store.count_notes_of(conn, call.app_id, contact.id)
        return contact.id, note_shapes(conn, call.app_id, found), total

    _, shapes, total = await call.view(
        work, lambda seen: Deed("contact.notes_viewed", "contact", seen[0], {"count": len(seen[1])})
    )
    pages = offset_pages(request, query, total)
    return Json({"type": "list", "data": shapes, "total_count": total, "pages": pages})


async def post_note(request: Request, grant: TokenGrant) -> Response:
    """``POST /contacts/{id}/notes``: by the teammate of ``admin_id``, or by nobody."""
    given = await read_object(request)
    body = read_body(given.get("body"))
    call = call_of(request, grant)

    def work(conn: Connection) -> list[dict[str, Any]]:
        note = notes.write_note(
            conn,
            call.app_id,
            request.path_params["id"],
            body,
            author_id=given.get("admin_id"),
            actor=call.actor,
            now=call.now,
        )
        return note_shapes(conn, call.app_id, [note])

    [shape] = await call.write(work)
    return Json(shape)


async def get_note(request: Request, grant: TokenGrant) -> Response:
    """``GET /notes/{id}``."""
    call = call_of(request, grant)

    def work(conn: Connection) -> dict[str, Any]:
        note = notes.get_note(conn, call.app_id, request.path_params["id"])
        return note_shapes(conn, call.app_id, [note])[0]

    return Json(
        await call.view(
            work, lambda seen: Deed("note.viewed", "note", seen["id"], {"contact_id": seen["contact"]["id"]})
        )
    )


def note_shapes(conn: Connection, app_id: AppId, found: list[Note]) -> list[dict[str, Any]]:
    """Notes of one workspace as they are answered, with who wrote them."""
    authors = {mate.id: mate for mate in teammates_of(conn, app_id)} if found else {}
    return [note_shape(note, authors.get(note.admin_id) if note.admin_id else None) for note in found]
