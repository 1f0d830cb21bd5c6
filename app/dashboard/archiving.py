"""*Archive* and *Unarchive* on a profile: off the lists, and back, with nothing lost. Rule R64."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from app.contacts import departures
from app.contacts.records import Contact
from app.dashboard.access import Seat, member
from app.dashboard.rendering import see_other
from app.state import state_of


@member
async def archive_person(request: Request, seat: Seat) -> Response:
    return await _done(request, seat, departures.archive)


@member
async def unarchive_person(request: Request, seat: Seat) -> Response:
    return await _done(request, seat, departures.unarchive)


async def _done(request: Request, seat: Seat, deed: Callable[..., Awaitable[Contact]]) -> Response:
    """Do it, and lead back to the profile; raises UserNotFound."""
    state = state_of(request)
    contact_id = seat.form.get("id", "")
    contact = await deed(state, seat.app_id, contact_id, actor=seat.actor, now=state.clock.now())
    return see_other(f"/apps/{seat.app_id}/users/show?id={contact.id}")
