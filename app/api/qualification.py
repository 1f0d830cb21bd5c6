"""A contact's qualification data over REST: where each value comes from, and lifting a lock. Rules R32 and R33."""

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.calls import call_of
from app.api.shapes.qualification import qualification_shape
from app.auth.tokens import TokenGrant
from app.contacts.operations import get_contact
from app.contacts.qualification import Qualified, qualification_shown, resync_attribute
from app.trail.records import Deed


async def get_qualification(request: Request, grant: TokenGrant) -> Response:
    """``GET /contacts/{id}/qualification``: each attribute in order, with its value, source and lost writes."""
    call = call_of(request, grant)
    contact_id = request.path_params["id"]

    def work(conn: Connection) -> list[Qualified]:
        return qualification_shown(conn, get_contact(conn, call.app_id, contact_id))

    qualified = await call.view(
        work, lambda _: Deed("contact.viewed", "contact", contact_id, {"fields": ["qualification"]})
    )
    return Json(qualification_shape(qualified))


async def post_resync(request: Request, grant: TokenGrant) -> Response:
    """``POST /contacts/{id}/qualification/{name}/resync``: a value set by hand may be filled by others again."""
    call = call_of(request, grant)
    contact_id, name = request.path_params["id"], request.path_params["name"]

    def work(conn: Connection) -> list[Qualified]:
        contact = resync_attribute(conn, call.app_id, contact_id, name, actor=call.actor, now=call.now)
        return qualification_shown(conn, contact)

    return Json(qualification_shape(await call.write(work)))
