"""The user list: one page of people as they are at this moment, and what it asks for afterwards.

A page is drawn once. From then on its dots follow presence over the socket; who is new is only
counted, until somebody asks for the list anew. Rule R4.
"""

from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.contacts.filtered import filtered_page, fitting, uncounted_page
from app.contacts.listing import (
    FEW_IDS,
    OnlineOnly,
    Order,
    People,
    Person,
    belonging,
    made_since,
    nearest_of,
    page_of,
)
from app.contacts.names import shown_name
from app.contacts.records import Role
from app.dashboard.access import Seat, member
from app.dashboard.filter_bar import filter_bar, filtering_of, read_filter
from app.dashboard.forms import link_origin
from app.dashboard.layout import layout_of
from app.dashboard.list_query import TABS, ListQuery, Tab, read_list_query
from app.dashboard.moments import Moment
from app.dashboard.online_counts import line_of
from app.dashboard.paging import pages_around
from app.dashboard.rendering import Avatar, json_answer, page_around, render
from app.dashboard.seen import Seen, seen_of
from app.errors import ParameterInvalid, ReadTooSlow
from app.ids import AppId, ContactId
from app.presence.store import read_counts
from app.search.asking import EVERYBODY, Ask
from app.search.store import count_people
from app.state import AppState, state_of
from app.trail.records import Deed
from app.trail.views import log_view

SEARCH_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 0.08
"""A page is sent in one piece where its people are found within this time."""
MOST_NEW: Final = 500
COMMIT_SECONDS: Final = 2.0
"""So long before a page was drawn somebody may have pinged who was recorded only after."""
CHART_SECONDS: Final = 86_400.0

_COLUMNS: Final[tuple[tuple[Order | None, str, str], ...]] = (
    ("name", "Name", "person"),
    (None, "Email", "email"),
    ("last_seen", "Last seen", "seen"),
    ("sessions", "Web sessions", "sessions"),
    ("created", "First seen", "first"),
    (None, "Location", "place"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A person as the list shows them."""

    id: ContactId
    shown: str
    avatar: Avatar
    role: Role
    email: str | None
    seen: Seen
    sessions: int
    first_seen: Moment
    place: str | None


@dataclass(frozen=True, slots=True)
class TabLink:
    """A tab: where it leads, and how many people it has."""

    name: str
    url: str
    count: str
    is_current: bool
    is_live: bool


@dataclass(frozen=True, slots=True)
class Column:
    """The header of a column; ``url`` leads to the list in its order, none where it can't be sorted by."""

    name: str
    kind: str
    url: str | None
    sort: str | None


@member
async def show_list(request: Request, seat: Seat) -> Response:
    """The list in the state that the address names. A search that takes longer comes after the rest of its page."""
    state, query = state_of(request), read_list_query(request.query_params)
    now = state.clock.now()
    counts, filtering = await state.database.read(
        lambda conn: (_counts_of(conn, seat.app_id), filtering_of(conn, state, seat.app_id, query, now))
    )
    online_count = state.tracker.online_count(seat.app_id)
    context = {
        "layout": layout_of(seat, "people"),
        "now": now,
        "timezone": seat.workspace.timezone,
        "query": query,
        "online_count": online_count,
        "tabs": _tabs(query, request.url.path, counts, online_count),
        **filter_bar(query, request.url.path, filtering, now, seat.workspace.timezone),
    }
    people = _people_part(request, seat, query, _Shown(now, counts, filtering.ask))
    return await page_around("users.html", context, "people", people, PATIENCE_SECONDS)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the people are shown by: the moment, how many each tab has, and the filter if any."""

    now: float
    counts: dict[Role | None, int]
    ask: Ask | None


async def _people_part(request: Request, seat: Seat, query: ListQuery, shown: _Shown) -> Markup:
    """The people themselves, with the links to further pages; or why there are none."""
    state, path, now = state_of(request), request.url.path, shown.now
    people, fresh, is_cut = await _found(state, seat, query, shown)
    if people.rows:
        deed = Deed("contact.listed", "contact", None, {"ids": [person.id for person in people.rows]})
        await log_view(state.database, seat.app_id, seat.actor, deed, now)
    return render(
        "people.html",
        {
            "app_id": seat.app_id,
            "query": query,
            "columns": _columns(query, path),
            "rows": [_row(state, seat, person, now) for person in people.rows],
            "pages": []
            if is_cut
            else pages_around(query.page, people.has_next, _total(query, people, shown.counts)),
            "has_next": people.has_next,
            "page_url": lambda number: query.url(path, page=number),
            "clear_url": query.url(path, search="", page=1),
            "unfiltered_url": query.url(path, filter="", page=1),
            "first_url": query.url(path, page=1),
            "is_cut": is_cut,
            "is_empty_workspace": shown.counts[None] == 0,
            "origin": link_origin(request),
            **_news_of(query, path, now, fresh),
        },
    )


async def _found(
    state: AppState, seat: Seat, query: ListQuery, shown: _Shown
) -> tuple[People, list[ContactId], bool]:
    """The people of a page; who was recorded just now; and whether the search had to be cut short."""
    online = _online_of(state, seat.app_id) if query.tab == "online" else None

    def read(conn: Connection) -> tuple[People, list[ContactId]]:
        fresh = made_since(conn, seat.app_id, query.view, shown.now - COMMIT_SECONDS, MOST_NEW + 1)
        if shown.ask is not None:
            return filtered_page(conn, query.view, shown.ask), fresh
        return page_of(conn, seat.app_id, query.view, online), fresh

    try:
        people, fresh = await state.database.read(read, seconds=SEARCH_SECONDS)
    except ReadTooSlow:
        if shown.ask is not None:
            return await _uncounted(state, query, shown.ask)
        # Words that fit very many people, in an order that has to look at them all.
        nearest = await state.database.read(lambda conn: nearest_of(conn, seat.app_id, query.view, online))
        return replace(nearest, has_next=False), [], True
    return people, fresh, False


async def _uncounted(state: AppState, query: ListQuery, ask: Ask) -> tuple[People, list[ContactId], bool]:
    """The page without how many there are; nobody where that takes too long as well."""
    try:
        people = await state.database.read(
            lambda conn: uncounted_page(conn, query.view, ask), seconds=SEARCH_SECONDS
        )
    except ReadTooSlow:
        return People([], has_next=False, total=None), [], True
    return people, [], False


@member
async def news(request: Request, seat: Seat) -> Response:
    """Who would be new on the page that was drawn at ``since``, and how many are online now."""
    state, query = state_of(request), read_list_query(request.query_params)
    since = _since(request.query_params.get("since", ""))
    view, app_id = query.view, seat.app_id
    arrived = state.tracker.arrivals(app_id, since)[: MOST_NEW + 1] if query.shows_latest_first else []

    def read(conn: Connection) -> list[ContactId]:
        came = belonging(conn, app_id, view, arrived)
        if query.tab != "online":
            came += made_since(conn, app_id, view, since - COMMIT_SECONDS, MOST_NEW + 1)
        shown = read_filter(conn, state, app_id, query, state.clock.now())
        ids = list(dict.fromkeys(came))
        return ids if shown is None else fitting(conn, ids, shown.node, shown.around)

    ids = await state.database.read(read, seconds=SEARCH_SECONDS)
    return json_answer(
        {
            "now": state.clock.now(),
            "online": state.tracker.online_count(app_id),
            "ids": ids[:MOST_NEW],
            "more": len(ids) > MOST_NEW,
        }
    )


@member
async def online_counts(request: Request, seat: Seat) -> Response:
    """How many were online, minute by minute, in the last 24 hours, and now."""
    state = state_of(request)
    now = state.clock.now()
    start = now - CHART_SECONDS
    points = await state.database.read(lambda conn: read_counts(conn, seat.app_id, start))
    line = line_of(points, now, state.tracker.online_count(seat.app_id))
    return json_answer({"from": start, "until": now, **line})


def _online_of(state: AppState, app_id: AppId) -> OnlineOnly:
    """Who is online now. The question is asked on a reader's thread: it is one look into a mapping."""
    tracker = state.tracker
    ids = tuple(tracker.online_ids(app_id)) if tracker.online_count(app_id) <= FEW_IDS else None
    return OnlineOnly(ids, lambda contact_id: tracker.is_online(app_id, contact_id))


def _row(state: AppState, seat: Seat, person: Person, now: float) -> Row:
    shown = shown_name(person.name, person.email, person.external_id, person.pseudonym)
    return Row(
        id=person.id,
        shown=shown,
        avatar=Avatar(person.id, shown, person.avatar_url),
        role=person.role,
        email=person.email,
        seen=seen_of(state, seat.workspace, person.id, person.last_seen_at, now),
        sessions=person.session_count,
        first_seen=Moment(person.created_at, now, seat.workspace.timezone),
        place=", ".join(filter(None, (person.city, person.country))) or None,
    )


def _counts_of(conn: Connection, app_id: AppId) -> dict[Role | None, int]:
    """How many people each tab has but *Online now*."""
    tabs: tuple[Role | None, ...] = (None, "user", "lead")
    return {role: count_people(conn, app_id, EVERYBODY if role is None else (role,)) for role in tabs}


def _tabs(query: ListQuery, path: str, counts: dict[Role | None, int], online_count: int) -> list[TabLink]:
    shown: dict[Tab, int] = {
        "all": counts[None],
        "online": online_count,
        "users": counts["user"],
        "leads": counts["lead"],
    }
    return [
        TabLink(name, query.url(path, tab=tab, page=1), f"{shown[tab]:,}", tab == query.tab, tab == "online")
        for tab, name in TABS.items()
    ]


def _columns(query: ListQuery, path: str) -> list[Column]:
    direction = "descending" if query.descending else "ascending"
    return [
        Column(
            name,
            kind,
            query.sorted_by(order, path) if order else None,
            direction if order == query.order else None,
        )
        for order, name, kind in _COLUMNS
    ]


def _total(query: ListQuery, people: People, counts: dict[Role | None, int]) -> int | None:
    """How many people the view has, where that is known."""
    if people.total is not None or query.search or query.filter or query.tab == "online":
        return people.total
    return counts[query.view.role]


def _news_of(query: ListQuery, path: str, now: float, fresh: list[ContactId]) -> dict[str, str]:
    """Where to ask for news, and who is none: those recorded just before the page was drawn.

    Where those are very many (an import is running), only who comes after the page is news.
    """
    is_flood = len(fresh) > MOST_NEW
    url = query.url(f"{path}/new")
    since = now + COMMIT_SECONDS if is_flood else now
    return {
        "news_url": f"{url}{'&' if '?' in url else '?'}since={since!r}",
        "known_ids": "" if is_flood else " ".join(fresh),
    }


def _since(text: str) -> float:
    try:
        since = float(text)
    except ValueError:
        since = float("nan")
    if not 0 <= since < 1e11:
        raise ParameterInvalid(f"since is {text[:40]!r}: it must be a moment in Unix seconds")
    return since
