"""Contacts over REST: make, read, change, list."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object
from app.api.calls import Call, call_of
from app.api.pages import OF_ANOTHER_LIST, Cursor, cursor_pages, cursor_query
from app.api.shapes.contacts import contact_reference, contact_shape
from app.api.shapes.presence import presence_shape
from app.auth.tokens import TokenGrant
from app.contacts import departures, operations, reading
from app.contacts.drafts import read_draft
from app.contacts.marks import Marks, marks_of
from app.contacts.reading import Place
from app.contacts.records import Contact
from app.errors import ParameterInvalid
from app.ids import AppId, ContactId, is_contact_id
from app.search.asking import PEOPLE
from app.search.store import count_people
from app.trail.records import Deed


async def post_contact(request: Request, grant: TokenGrant) -> Response:
    """``POST /contacts``: a new lead or user. Rule R50."""
    draft = read_draft(await read_object(request))
    call = call_of(request, grant)
    contact = await call.write(
        lambda conn: operations.create_contact(conn, call.app_id, draft, actor=call.actor, now=call.now)
    )
    return Json(shape_of(call, contact, Marks()))


async def get_contact(request: Request, grant: TokenGrant) -> Response:
    """``GET /contacts/{id}``: one contact, archived or not."""
    call = call_of(request, grant)
    contact_id = request.path_params["id"]
    return await _viewed(
        call, lambda conn: with_marks(conn, operations.get_contact(conn, call.app_id, contact_id))
    )


async def get_contact_by_external_id(request: Request, grant: TokenGrant) -> Response:
    """``GET /contacts/find_by_external_id/{external_id}``: a user by the customer's own id, in any characters."""
    call = call_of(request, grant)
    external_id = request.path_params["external_id"]
    return await _viewed(
        call,
        lambda conn: with_marks(conn, operations.get_user_by_external_id(conn, call.app_id, external_id)),
    )


async def put_contact(request: Request, grant: TokenGrant) -> Response:
    """``PUT /contacts/{id}``: change what the body gives, and nothing else."""
    draft = read_draft(await read_object(request))
    call = call_of(request, grant)
    contact_id = request.path_params["id"]

    def work(conn: Connection) -> tuple[Contact, Marks]:
        changed = operations.change_contact(
            conn, call.app_id, contact_id, draft, actor=call.actor, now=call.now
        )
        return with_marks(conn, changed)

    return Json(shape_of(call, *await call.write(work)))


async def delete_contact(request: Request, grant: TokenGrant) -> Response:
    """``DELETE /contacts/{id}``: gone for everybody at once, and for good after seven days. Rules R60, R61."""
    _, contact = await _done(request, grant, departures.delete)
    return Json(contact_reference(contact, deleted=True))


async def restore_contact(request: Request, grant: TokenGrant) -> Response:
    """``POST /contacts/{id}/restore``: a deleted contact comes back whole. Rule R61."""
    call, contact = await _done(request, grant, departures.restore)
    marks = await call.read(lambda conn: marks_of(conn, call.app_id, [contact.id])[contact.id])
    return Json(shape_of(call, contact, marks))


async def archive_contact(request: Request, grant: TokenGrant) -> Response:
    """``POST /contacts/{id}/archive``: off the lists. Rule R64."""
    _, contact = await _done(request, grant, departures.archive)
    return Json(contact_reference(contact, archived=True))


async def unarchive_contact(request: Request, grant: TokenGrant) -> Response:
    """``POST /contacts/{id}/unarchive``: on the lists again, and no longer blocked. Rule R64."""
    _, contact = await _done(request, grant, departures.unarchive)
    return Json(contact_reference(contact, archived=False))


async def block_contact(request: Request, grant: TokenGrant) -> Response:
    """``POST /contacts/{id}/block``: off the lists, and its pings are refused."""
    _, contact = await _done(request, grant, departures.block)
    return Json(contact_reference(contact, blocked=True))


async def list_contacts(request: Request, grant: TokenGrant) -> Response:
    """``GET /contacts``: leads and users, the newest first, page by page."""
    query = cursor_query(request.query_params)
    place = place_of(query.cursor)
    call = call_of(request, grant)

    def work(conn: Connection) -> tuple[list[tuple[Contact, Marks]], int]:
        found = reading.people_after(conn, call.app_id, place, query.per_page + 1)
        return all_with_marks(conn, call.app_id, found), count_people(conn, call.app_id, PEOPLE)

    found, total = await call.view(
        work,
        lambda seen: Deed("contact.listed", "contact", None, whose(seen[0][: query.per_page])),
    )
    page = found[: query.per_page]
    last_key = (page[-1][0].created_at, page[-1][0].id) if len(found) > len(page) else None
    return Json(
        {
            "type": "list",
            "data": [shape_of(call, contact, marks) for contact, marks in page],
            "total_count": total,
            "pages": cursor_pages(query, total, last_key),
        }
    )


def whose(people: Iterable[tuple[Contact, Marks]]) -> dict[str, list[str]]:
    """Whose data were seen, as the audit log tells it. Rule R82."""
    return {"ids": [contact.id for contact, _ in people]}


def with_marks(conn: Connection, contact: Contact) -> tuple[Contact, Marks]:
    """A contact with what is shown beside it."""
    return contact, marks_of(conn, contact.app_id, [contact.id])[contact.id]


def all_with_marks(conn: Connection, app_id: AppId, found: Sequence[Contact]) -> list[tuple[Contact, Marks]]:
    """The same for many, with no more questions than for one."""
    marks = marks_of(conn, app_id, [contact.id for contact in found])
    return [(contact, marks[contact.id]) for contact in found]


def shape_of(call: Call, contact: Contact, marks: Marks) -> dict[str, Any]:
    """A contact as it is answered, with its presence of this moment."""
    presence = presence_shape(call.state.tracker, call.app_id, contact.id, contact.last_seen_at)
    return contact_shape(contact, presence, marks)


def place_of(cursor: Cursor | None) -> Place | None:
    """Where a page of the list begins; raises ParameterInvalid for a cursor of something else."""
    if cursor is None:
        return None
    match cursor.key:
        case (int() | float() as created_at, str() as contact_id) if is_contact_id(contact_id):
            return Place(float(created_at), ContactId(contact_id))
    raise ParameterInvalid(OF_ANOTHER_LIST)


async def _done(
    request: Request, grant: TokenGrant, deed: Callable[..., Awaitable[Contact]]
) -> tuple[Call, Contact]:
    """Do something to the contact that the path names; whatever the body holds is left unread."""
    call = call_of(request, grant)
    contact_id = request.path_params["id"]
    return call, await deed(call.state, call.app_id, contact_id, actor=call.actor, now=call.now)


async def _viewed(call: Call, work: Any) -> Response:
    contact, marks = await call.view(work, lambda seen: Deed("contact.viewed", "contact", seen[0].id))
    return Json(shape_of(call, contact, marks))
