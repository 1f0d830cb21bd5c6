"""Conversations over REST: begin one, read, list, change, delete."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object
from app.api.calls import Call, call_of
from app.api.pages import OF_ANOTHER_LIST, Cursor, CursorQuery, cursor_pages, cursor_query
from app.api.shapes.conversations import conversation_shape, deleted_shape, message_shape
from app.auth.tokens import TokenGrant
from app.conversations import changes, listing, operations, orders
from app.conversations.listing import Place
from app.conversations.pictures import Picture, picture_of, pictures_of
from app.conversations.records import ConversationId
from app.conversations.saving import get_conversation
from app.errors import ParameterInvalid
from app.ids import serial_id
from app.storage.database import READ_SECONDS
from app.trail.records import Deed

PER_PAGE: Final = 20


async def post_conversation(request: Request, grant: TokenGrant) -> Response:
    """``POST /conversations``: a contact's first message. Rule R70."""
    opening = orders.read_opening(await read_object(request))
    call = call_of(request, grant)
    begun = await call.write(
        lambda conn: operations.begin_conversation(conn, call.app_id, opening, actor=call.actor, now=call.now)
    )
    return Json(message_shape(begun, opening))


async def list_conversations(request: Request, grant: TokenGrant) -> Response:
    """``GET /conversations``: what changed last first, page by page."""
    return await answer_page(call_of(request, grant), cursor_query(request.query_params, PER_PAGE))


async def show_conversation(request: Request, grant: TokenGrant) -> Response:
    """``GET /conversations/{conversation_id}``, with its parts."""
    call = call_of(request, grant)
    given = request.path_params["conversation_id"]
    picture = await call.view(
        lambda conn: picture_of(conn, get_conversation(conn, call.app_id, given), call.now),
        lambda seen: Deed(
            "conversation.viewed",
            "conversation",
            str(seen.conversation.id),
            {"contact_ids": _contact_ids([seen])},
        ),
    )
    return Json(conversation_shape(picture, as_text=wants_text(request)))


async def put_conversation(request: Request, grant: TokenGrant) -> Response:
    """``PUT /conversations/{conversation_id}``: change what the body names."""
    named = orders.read_changes(await read_object(request))
    call = call_of(request, grant)
    given = request.path_params["conversation_id"]

    def work(conn: Connection) -> Picture:
        changed = changes.change_conversation(conn, call.app_id, given, named, actor=call.actor, now=call.now)
        return picture_of(conn, changed, call.now)

    return Json(conversation_shape(await call.write(work), as_text=wants_text(request)))


async def delete_conversation(request: Request, grant: TokenGrant) -> Response:
    """``DELETE /conversations/{conversation_id}``: for good."""
    call = call_of(request, grant)
    given = request.path_params["conversation_id"]
    deleted = await call.write(
        lambda conn: changes.delete_conversation(conn, call.app_id, given, actor=call.actor, now=call.now)
    )
    return Json(deleted_shape(deleted))


async def answer_page(
    call: Call, query: CursorQuery, *conditions: ColumnElement[bool], seconds: float = READ_SECONDS
) -> Response:
    """One page of the conversations that meet the conditions; raises ReadTooSlow after ``seconds``."""
    place = _place_of(query.cursor)

    def work(conn: Connection) -> tuple[list[Picture], bool, int]:
        found = listing.conversations_after(conn, call.app_id, place, query.per_page + 1, *conditions)
        page = pictures_of(conn, found[: query.per_page], call.now)
        total = listing.count_conversations(conn, call.app_id, *conditions)
        return page, len(found) > len(page), total

    page, goes_on, total = await call.view(
        work,
        lambda seen: Deed("conversation.listed", "conversation", None, _whose(seen[0])),
        seconds,
    )
    last = page[-1].conversation if goes_on else None
    last_key = None if last is None else (last.updated_at, last.id)
    return Json(
        {
            "type": "conversation.list",
            "pages": cursor_pages(query, total, last_key),
            "total_count": total,
            "conversations": [conversation_shape(picture) for picture in page],
        }
    )


def _whose(page: Sequence[Picture]) -> dict[str, object]:
    """Which conversations were seen, and whose they are, as the audit log tells it. Rule R82."""
    return {"ids": [picture.conversation.id for picture in page], "contact_ids": _contact_ids(page)}


def _contact_ids(page: Sequence[Picture]) -> list[str]:
    return sorted({participant.id for picture in page for participant in picture.participants})


def wants_text(request: Request) -> bool:
    """Whether bodies are asked for without their HTML."""
    return request.query_params.get("display_as") == "plaintext"


def _place_of(cursor: Cursor | None) -> Place | None:
    if cursor is None:
        return None
    match cursor.key:
        case (int() | float() as updated_at, int() as conversation_id) if serial_id(conversation_id):
            return Place(float(updated_at), ConversationId(conversation_id))
    raise ParameterInvalid(OF_ANOTHER_LIST)
