"""What is done in a conversation over REST: reply, close, open, snooze, assign, bring in, let go, tag, redact."""

from collections.abc import Callable

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object
from app.api.calls import Call, call_of
from app.api.conversations import wants_text
from app.api.shapes.conversations import applied_tag_shape, conversation_shape, customers_shape
from app.auth.tokens import TokenGrant
from app.conversations import changes, operations, orders, participants, tagging
from app.conversations.pictures import Picture, picture_of
from app.conversations.records import Conversation
from app.errors import ParameterNotFound


async def post_reply(request: Request, grant: TokenGrant) -> Response:
    """``POST /conversations/{conversation_id}/reply``; ``last`` is the last one of the contact that is named."""
    order = orders.read_reply(await read_object(request))
    given = request.path_params["conversation_id"]
    return await _done(
        request,
        grant,
        lambda conn, call: operations.reply(conn, call.app_id, given, order, actor=call.actor, now=call.now),
    )


async def post_part(request: Request, grant: TokenGrant) -> Response:
    """``POST /conversations/{conversation_id}/parts``: close, open, snooze, assign."""
    order = orders.read_management(await read_object(request))
    given = request.path_params["conversation_id"]
    return await _done(
        request,
        grant,
        lambda conn, call: operations.manage(conn, call.app_id, given, order, actor=call.actor, now=call.now),
    )


async def post_redaction(request: Request, grant: TokenGrant) -> Response:
    """``POST /conversations/redact``."""
    order = orders.read_redaction(await read_object(request))
    return await _done(
        request,
        grant,
        lambda conn, call: changes.redact(conn, call.app_id, order, actor=call.actor, now=call.now),
    )


async def post_customer(request: Request, grant: TokenGrant) -> Response:
    """``POST /conversations/{conversation_id}/customers``: bring a contact in."""
    body = await read_object(request)
    whom = orders.read_customer(body)
    given = request.path_params["conversation_id"]
    picture = await _pictured(
        call_of(request, grant),
        lambda conn, call: participants.attach_contact(
            conn, call.app_id, given, whom, admin_id=body.get("admin_id"), actor=call.actor, now=call.now
        ),
    )
    return Json(customers_shape(picture))


async def delete_customer(request: Request, grant: TokenGrant) -> Response:
    """``DELETE /conversations/{conversation_id}/customers/{contact_id}``: let a contact go."""
    body = await read_object(request)
    if body.get("admin_id") is None:
        raise ParameterNotFound("admin_id is missing")
    given, contact_id = (request.path_params[name] for name in ("conversation_id", "contact_id"))
    picture = await _pictured(
        call_of(request, grant),
        lambda conn, call: participants.detach_contact(
            conn,
            call.app_id,
            given,
            contact_id,
            admin_id=body["admin_id"],
            actor=call.actor,
            now=call.now,
        ),
    )
    return Json(customers_shape(picture))


async def post_tag(request: Request, grant: TokenGrant) -> Response:
    """``POST /conversations/{conversation_id}/tags``."""
    body = await read_object(request)
    for name in ("id", "admin_id"):
        if body.get(name) is None:
            raise ParameterNotFound(f"{name} is missing")
    call = call_of(request, grant)
    given = request.path_params["conversation_id"]
    tagged = await call.write(
        lambda conn: tagging.tag_conversation(
            conn,
            call.app_id,
            given,
            body["id"],
            admin_id=body["admin_id"],
            actor=call.actor,
            now=call.now,
        )
    )
    return Json(applied_tag_shape(tagged))


async def delete_tag(request: Request, grant: TokenGrant) -> Response:
    """``DELETE /conversations/{conversation_id}/tags/{tag_id}``."""
    body = await read_object(request)
    if body.get("admin_id") is None:
        raise ParameterNotFound("admin_id is missing")
    call = call_of(request, grant)
    given, tag_id = (request.path_params[name] for name in ("conversation_id", "tag_id"))
    untagged = await call.write(
        lambda conn: tagging.untag_conversation(
            conn,
            call.app_id,
            given,
            tag_id,
            admin_id=body["admin_id"],
            actor=call.actor,
            now=call.now,
        )
    )
    return Json(applied_tag_shape(untagged))


Work = Callable[[Connection, Call], Conversation]


async def _done(request: Request, grant: TokenGrant, work: Work) -> Response:
    """Do it, and answer with the conversation as it is then."""
    picture = await _pictured(call_of(request, grant), work)
    return Json(conversation_shape(picture, as_text=wants_text(request)))


async def _pictured(call: Call, work: Work) -> Picture:
    return await call.write(lambda conn: picture_of(conn, work(conn, call), call.now))
