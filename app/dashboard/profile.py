"""A profile: everything known of one person, with the same dot as on the list. Rule R51."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.contacts.names import shown_name
from app.contacts.profiles import (
    CompanyShown,
    EventShown,
    companies_of,
    named_by_id,
    named_by_user_id,
    recent_events_of,
    shown_by_email,
)
from app.contacts.records import Contact
from app.dashboard.access import Seat, member
from app.dashboard.layout import layout_of
from app.dashboard.moments import Moment
from app.dashboard.qualification import Editing, Known, known_of, others_on_page, qualification_on_page
from app.dashboard.rendering import Avatar, is_web_url, page
from app.dashboard.seen import Seen, seen_of
from app.dashboard.strip import DayBar, duration, strip_begins, strip_of
from app.errors import NotFound, ParameterNotFound
from app.ids import AppId, ContactId
from app.presence.store import read_intervals
from app.state import AppState, state_of
from app.trail.records import Deed
from app.trail.views import log_view

MOST_EVENTS: Final = 20

_QUESTIONS: Final[dict[str, Callable[[Connection, AppId, str], list[Contact]]]] = {
    "id": named_by_id,
    "user_id": named_by_user_id,
    "email": shown_by_email,
}


@dataclass(frozen=True, slots=True)
class Story:
    """What the database tells of a contact beside its own row."""

    companies: list[CompanyShown]
    events: list[EventShown]
    intervals: list[tuple[float, float]]
    known: Known


@member
async def show_profile(request: Request, seat: Seat) -> Response:
    """The profile that the address names; where an email names several, all of them to choose from.

    ``edit`` names an attribute whose field is open: that is how a browser without scripts gets to it.
    """
    state = state_of(request)
    key, value = _asked(request)
    ask = _QUESTIONS[key]
    found = await state.database.read(lambda conn: ask(conn, seat.app_id, value))
    if not found:
        return _nobody(seat, key, value)
    now = state.clock.now()
    await log_view(state.database, seat.app_id, seat.actor, _deed(found), now)
    if len(found) > 1:
        people = [_namesake(state, seat, contact, now) for contact in found]
        layout = layout_of(seat, "people")
        context = {"layout": layout, "email": value, "people": people, **_clock_of(seat, now)}
        return page("several.html", context)
    edit = request.query_params.get("edit")
    return await show_person(state, seat, found[0], now, editing=Editing(edit) if edit else None)


async def show_person(
    state: AppState, seat: Seat, contact: Contact, now: float, *, editing: Editing | None = None
) -> Response:
    """The profile of somebody; the caller has put the view on the log. 400 where what was typed was refused."""
    timezone = seat.workspace.timezone
    begins = strip_begins(now, timezone)

    def read(conn: Connection) -> Story:
        ended = read_intervals(conn, seat.app_id, contact.id, begins)
        return Story(
            companies_of(conn, seat.app_id, contact.id),
            recent_events_of(conn, seat.app_id, contact.id, MOST_EVENTS),
            [(interval.online_from, interval.online_until) for interval in ended],
            known_of(conn, contact),
        )

    story = await state.database.read(read)
    presence = state.tracker.presence(seat.app_id, contact.id)
    intervals = list(story.intervals)
    if presence is not None and presence.since is not None:
        intervals.append((presence.since, now))
    bars = strip_of(intervals, now, timezone)
    shown = _shown(contact)
    return page(
        "profile.html",
        {
            "layout": layout_of(seat, "people"),
            "contact": contact,
            "shown": shown,
            "avatar": Avatar(contact.id, shown, contact.avatar_url),
            "seen": seen_of(state, seat.workspace, contact.id, contact.last_seen_at, now),
            "first_seen": _moment(contact.first_seen_at, now, timezone),
            "signed_up": _moment(contact.signed_up_at, now, timezone),
            "place": _joined(contact.city, contact.region, contact.country),
            "browser": _joined(contact.browser, contact.browser_version, by=" "),
            "page_link": contact.page_url if contact.page_url and is_web_url(contact.page_url) else None,
            "qualification": qualification_on_page(story.known, editing, now, timezone),
            "attributes": others_on_page(contact, story.known, timezone),
            "companies": story.companies,
            "events": [(event.name, _moment(event.created_at, now, timezone)) for event in story.events],
            "bars": bars,
            "strip_summary": _summary(bars),
            **_clock_of(seat, now),
        },
        status=400 if editing is not None and editing.wrong else 200,
    )


@dataclass(frozen=True, slots=True)
class Namesake:
    """One of several people with the same email."""

    id: ContactId
    shown: str
    avatar: Avatar
    role: str
    external_id: str | None
    seen: Seen


def _namesake(state: AppState, seat: Seat, contact: Contact, now: float) -> Namesake:
    shown = _shown(contact)
    return Namesake(
        id=contact.id,
        shown=shown,
        avatar=Avatar(contact.id, shown, contact.avatar_url),
        role=contact.role,
        external_id=contact.external_id,
        seen=seen_of(state, seat.workspace, contact.id, contact.last_seen_at, now),
    )


def _deed(found: list[Contact]) -> Deed:
    """Who is looked at."""
    if len(found) == 1:
        return Deed("contact.viewed", "contact", found[0].id)
    return Deed("contact.listed", "contact", None, {"ids": [contact.id for contact in found]})


def _asked(request: Request) -> tuple[str, str]:
    """By what somebody is looked for; raises ParameterNotFound."""
    for key in _QUESTIONS:
        value = request.query_params.get(key)
        if value is not None:
            return key, value
    raise ParameterNotFound("A profile is found by id, user_id or email: add ?id=… to the address")


def _nobody(seat: Seat, key: str, value: str) -> Response:
    if key == "id":
        raise NotFound
    what = {"user_id": "user ID", "email": "email"}[key]
    context = {"layout": layout_of(seat, "people"), "what": what, "value": value[:200]}
    return page("nobody.html", context, status=404)


def _moment(at: float | None, now: float, timezone: str) -> Moment | None:
    return None if at is None else Moment(at, now, timezone)


def _summary(bars: list[DayBar]) -> str:
    """The strip in words, for whoever does not see it."""
    days = [bar for bar in bars if bar.online_seconds > 0]
    if not days:
        return f"Not online in the last {len(bars)} days."
    total = duration(sum(bar.online_seconds for bar in days))
    return f"Online on {len(days)} of the last {len(bars)} days, {total.removesuffix(' online')} in all."


def _shown(contact: Contact) -> str:
    return shown_name(contact.name, contact.email, contact.external_id, contact.pseudonym)


def _joined(*parts: str | None, by: str = ", ") -> str | None:
    return by.join(dict.fromkeys(filter(None, parts))) or None


def _clock_of(seat: Seat, now: float) -> dict[str, object]:
    """What the page's scripts need to tell how long ago something was."""
    return {"now": now, "timezone": seat.workspace.timezone}
