"""The list's filter and segments, as forms: a filter is added, a filter is saved, a segment is deleted."""

from starlette.requests import Request
from starlette.responses import Response

from app.contacts.searching import Here, filter_of
from app.contacts.segments import SegmentDraft, create_segment, delete_segment, read_segment_draft
from app.dashboard.access import Seat, member
from app.dashboard.filters import read_tree, tree_text, with_part
from app.dashboard.list_query import read_list_query
from app.dashboard.rendering import see_other
from app.errors import ParameterInvalid
from app.state import state_of
from app.trail.records import Actor


@member
async def add_filter(request: Request, seat: Seat) -> Response:
    """Lead to the list with one filter more; raises ParameterInvalid for one that means nothing."""
    given = request.query_params
    query = read_list_query(given)
    part = {name: given.get(name, "") for name in ("field", "operator", "value")}
    if part["operator"] in ("is_unknown", "has_any_value"):
        del part["value"]
    tree = with_part(read_tree(query.filter), part)
    state = state_of(request)
    here = Here(seat.app_id, state.clock.now())
    await state.database.read(lambda conn: filter_of(conn, here, tree))
    return see_other(query.url(_list_of(seat), filter=tree_text(tree), page=1))


@member
async def save_segment(request: Request, seat: Seat) -> Response:
    """Save the current filter under a name. Rule R44."""
    query = read_list_query(seat.form)
    tree = read_tree(query.filter)
    if tree is None:
        raise ParameterInvalid("There is no filter to be saved: add one first")
    draft = SegmentDraft(read_segment_draft({"name": seat.form.get("name", "")}).name, tree)
    state = state_of(request)
    now = state.clock.now()
    await state.database.write(
        lambda conn: create_segment(conn, seat.app_id, draft, actor=_actor(seat), now=now)
    )
    return see_other(query.url(_list_of(seat), page=1))


@member
async def forget_segment(request: Request, seat: Seat) -> Response:
    """Delete a segment; the people and the filter that is shown stay."""
    query = read_list_query(seat.form)
    segment_id = seat.form.get("id", "")
    state = state_of(request)
    now = state.clock.now()
    await state.database.write(
        lambda conn: delete_segment(conn, seat.app_id, segment_id, actor=_actor(seat), now=now)
    )
    return see_other(query.url(_list_of(seat), page=1))


def _list_of(seat: Seat) -> str:
    return f"/apps/{seat.app_id}/users"


def _actor(seat: Seat) -> Actor:
    return Actor("admin", str(seat.visit.admin.id))
