"""Tags over REST: those of a workspace, and those of a contact."""

from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object, read_object_or_null
from app.api.calls import call_of
from app.api.shapes.tags import tag_shape, tagging_shape
from app.auth.tokens import TokenGrant
from app.contacts.operations import get_contact, hold_contact
from app.contacts.tag_orders import carry_out, read_order
from app.contacts.tagging import tag_contact, untag_contact
from app.errors import ParameterNotFound
from app.tags import operations, store
from app.trail.records import Deed


async def list_tags(request: Request, grant: TokenGrant) -> Response:
    """``GET /tags``: all of them."""
    call = call_of(request, grant)
    found = await call.read(lambda conn: store.all_tags(conn, call.app_id))
    return Json({"type": "list", "data": [tag_shape(tag) for tag in found]})


async def get_tag(request: Request, grant: TokenGrant) -> Response:
    """``GET /tags/{id}``."""
    call = call_of(request, grant)
    tag_id = request.path_params["id"]
    return Json(tag_shape(await call.read(lambda conn: operations.get_tag(conn, call.app_id, tag_id))))


async def post_tags(request: Request, grant: TokenGrant) -> Response:
    """``POST /tags``: make or rename one, or put it on companies and users, or take it off them."""
    order = read_order(await read_object(request))
    call = call_of(request, grant)
    tag = await call.write(lambda conn: carry_out(conn, call.app_id, order, actor=call.actor, now=call.now))
    return Json(tag_shape(tag))


async def remove_tag(request: Request, grant: TokenGrant) -> Response:
    """``DELETE /tags/{id}``: nothing bears it from now on. The answer is empty."""
    call = call_of(request, grant)

    def work(conn: Connection) -> None:
        tag = operations.get_tag(conn, call.app_id, request.path_params["id"])
        operations.delete(conn, call.app_id, tag, actor=call.actor, now=call.now)

    await call.write(work)
    return Response(status_code=200, headers={"cache-control": "no-store"})


async def list_contact_tags(request: Request, grant: TokenGrant) -> Response:
    """``GET /contacts/{id}/tags``: all of them, the first applied first."""
    call = call_of(request, grant)

    def work(conn: Connection) -> tuple[str, list[dict[str, Any]]]:
        contact = get_contact(conn, call.app_id, request.path_params["id"])
        found = store.taggings_of(conn, call.app_id, "contact", [contact.id])[contact.id]
        return contact.id, [tagging_shape(tagging) for tagging in found]

    _, shapes = await call.view(
        work, lambda seen: Deed("contact.tags_viewed", "contact", seen[0], {"count": len(seen[1])})
    )
    return Json({"type": "list", "data": shapes})


async def post_contact_tag(request: Request, grant: TokenGrant) -> Response:
    """``POST /contacts/{id}/tags``: the tag as it is on the contact."""
    tag_id = (await read_object_or_null(request)).get("id")
    if tag_id is None or tag_id == "":
        raise ParameterNotFound("tag not specified: id is missing")
    call = call_of(request, grant)

    def work(conn: Connection) -> dict[str, Any]:
        contact = hold_contact(conn, call.app_id, request.path_params["id"])
        tag = operations.get_tag(conn, call.app_id, tag_id)
        return tagging_shape(tag_contact(conn, call.app_id, contact, tag, actor=call.actor, now=call.now))

    return Json(await call.write(work))


async def delete_contact_tag(request: Request, grant: TokenGrant) -> Response:
    """``DELETE /contacts/{id}/tags/{tag_id}``: the tag as it was on the contact."""
    call = call_of(request, grant)

    def work(conn: Connection) -> dict[str, Any]:
        contact = hold_contact(conn, call.app_id, request.path_params["id"])
        tag = operations.get_tag(conn, call.app_id, request.path_params["tag_id"])
        return tagging_shape(untag_contact(conn, call.app_id, contact, tag, actor=call.actor, now=call.now))

    return Json(await call.write(work))
