"""Which attributes qualify people: the whole team puts them on the list and takes them off. Rule R30."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.attributes.operations import AttributeDraft, attributes_of, create_attribute
from app.attributes.qualification import hide_attribute, qualification_of, show_attribute
from app.attributes.records import DataAttribute
from app.dashboard.access import Seat, member
from app.dashboard.layout import layout_of
from app.dashboard.rendering import page, see_other
from app.dashboard.values import TYPE_WORDS
from app.errors import NotFound, ParameterInvalid, ParameterNotFound
from app.ids import AppId
from app.state import state_of

PATH: Final = "/settings/qualification"


@dataclass(frozen=True, slots=True)
class Adding:
    """The form to add with: what was typed, and what is wrong with it. A blank ``chosen`` makes a new attribute."""

    chosen: str | None = None
    name: str = ""
    type: str = "string"
    options: str = ""
    wrong: str = ""


@member
async def show_qualification(request: Request, seat: Seat) -> Response:
    """The list; with ``add``, which is where a browser without scripts is led, the form is open."""
    return await _page(request, seat, Adding() if "add" in request.query_params else None)


@member
async def add_qualification(request: Request, seat: Seat) -> Response:
    """Put an attribute at the end of the list: one that there is, or a new one that is made here."""
    state, form = state_of(request), seat.form
    now = state.clock.now()
    adding = Adding(
        form.get("attribute", ""), form.get("name", ""), form.get("type", "string"), form.get("options", "")
    )

    def add(conn: Connection) -> None:
        attribute = _chosen(conn, seat, adding, now)
        show_attribute(conn, seat.app_id, attribute.id, actor=seat.actor, now=now)

    try:
        await state.database.write(add)
    except (ParameterInvalid, ParameterNotFound) as error:
        wrong = Adding(adding.chosen, adding.name[:500], adding.type, adding.options, f"{error.message}.")
        return await _page(request, seat, wrong)
    return see_other(f"/apps/{seat.app_id}{PATH}")


@member
async def remove_qualification(request: Request, seat: Seat) -> Response:
    """Take an attribute off the list; its values stay."""
    state, name = state_of(request), seat.form.get("name", "")
    now = state.clock.now()

    def remove(conn: Connection) -> None:
        attribute = attributes_of(conn, seat.app_id, "contact").get(name)
        if attribute is None:
            raise NotFound
        hide_attribute(conn, seat.app_id, attribute.id, actor=seat.actor, now=now)

    await state.database.write(remove)
    return see_other(f"/apps/{seat.app_id}{PATH}")


def _chosen(conn: Connection, seat: Seat, adding: Adding, now: float) -> DataAttribute:
    """The attribute that the form names or makes. Raises ParameterInvalid, ParameterNotFound."""
    if adding.chosen:
        known = attributes_of(conn, seat.app_id, "contact").get(adding.chosen)
        if known is None:
            raise ParameterInvalid("There is no such attribute")
        return known
    if adding.type not in TYPE_WORDS:
        raise ParameterInvalid("Choose one of the types")
    draft = AttributeDraft(
        model="contact",
        name=adding.name,
        type=adding.type,
        options=adding.options.splitlines() if adding.type == "options" else (),
        admin_id=seat.visit.admin.id,
    )
    return create_attribute(conn, seat.app_id, draft, actor=seat.actor, now=now)


async def _page(request: Request, seat: Seat, adding: Adding | None) -> Response:
    shown, others = await state_of(request).database.read(lambda conn: _lists(conn, seat.app_id))
    return page(
        "settings_qualification.html",
        {
            "layout": layout_of(seat, "settings"),
            "section": "qualification",
            "is_admin": seat.is_admin,
            "shown": shown,
            "offered": _offered(others),
            "types": TYPE_WORDS,
            "adding": adding or Adding(),
            "is_open": adding is not None,
        },
        status=400 if adding is not None and adding.wrong else 200,
    )


def _lists(conn: Connection, app_id: AppId) -> tuple[list[DataAttribute], list[DataAttribute]]:
    """What is on the list, and what could be."""
    shown = qualification_of(conn, app_id)
    names = {attribute.name for attribute in shown}
    known = attributes_of(conn, app_id, "contact").values()
    return shown, [one for one in known if one.name not in names and not one.archived]


def _offered(others: Sequence[DataAttribute]) -> Mapping[str, str]:
    """Names and labels to choose from; a label that several have is told apart by the name."""
    labels = Counter(attribute.label for attribute in others)
    said = {
        attribute.name: attribute.label
        if labels[attribute.label] == 1
        else f"{attribute.label} ({attribute.name})"
        for attribute in others
    }
    return dict(sorted(said.items(), key=lambda pair: pair[1].casefold()))
