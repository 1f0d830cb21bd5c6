"""People data: the attributes of a workspace's people, and what they are. Rules R40 and R41.

Teammates may look, admins may change. What is archived is written by nobody, and takes no place among the 250.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.attributes.naming import checked_description, checked_options
from app.attributes.operations import (
    AttributeChange,
    attributes_of,
    change_attribute,
    get_attribute,
)
from app.attributes.records import AttributeId, DataAttribute
from app.attributes.rereading import progress_of
from app.dashboard.access import Seat, admin_only, member
from app.dashboard.layout import layout_of
from app.dashboard.rendering import page, see_other
from app.dashboard.values import TYPE_WORDS
from app.errors import AttributeInUse, AttributeNotFound, ParameterInvalid
from app.state import state_of

PATH: Final = "/settings/people-data"
_ID: Final = re.compile(r"[0-9]{1,10}")
_LARGEST_ID: Final = (1 << 31) - 1
_NEEDED: Final = "A segment asks for this attribute: change or forget that segment first."


@dataclass(frozen=True, slots=True)
class Typed:
    """The form of one attribute: what stands in it, and what is wrong, by field."""

    type: str
    description: str
    options: str
    is_off_messenger: bool
    wrong: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A form that can't be taken: the field, and a sentence to stand beside it."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(name, message)
        self.wrong = {name: message}


@member
async def show_people_data(request: Request, seat: Seat) -> Response:
    """All attributes of people; ``saved`` is the one that was changed a moment ago."""
    return await _page(request, seat)


@admin_only
async def change_people_data(request: Request, seat: Seat) -> Response:
    """The type, description, options and writers of one attribute."""
    form, state = seat.form, state_of(request)
    now = state.clock.now()

    def change(conn: Connection) -> DataAttribute:
        attribute = _named(conn, seat)
        wanted = _read_change(form)
        try:
            return change_attribute(conn, seat.app_id, attribute.id, wanted, actor=seat.actor, now=now)
        except ParameterInvalid as error:
            raise Refused("type", f"{error.message}.") from None

    try:
        changed = await state.database.write(change)
    except Refused as refused:
        typed = Typed(
            form.get("type", ""),
            form.get("description", ""),
            form.get("options", ""),
            "off_messenger" in form,
            refused.wrong,
        )
        return await _page(request, seat, typed)
    return _back_to(seat, changed)


@admin_only
async def archive_people_data(request: Request, seat: Seat) -> Response:
    """Archive an attribute, or with ``archived`` = ``false`` bring it back."""
    state = state_of(request)
    wanted, now = AttributeChange(archived=seat.form.get("archived") != "false"), state.clock.now()

    def change(conn: Connection) -> DataAttribute:
        attribute = _named(conn, seat)
        try:
            return change_attribute(conn, seat.app_id, attribute.id, wanted, actor=seat.actor, now=now)
        except AttributeInUse:
            raise Refused("archived", _NEEDED) from None
        except ParameterInvalid as error:
            raise Refused("archived", f"{error.message}.") from None

    try:
        changed = await state.database.write(change)
    except Refused as refused:
        return await _page(request, seat, wrong=refused.wrong)
    return _back_to(seat, changed)


def _named(conn: Connection, seat: Seat) -> DataAttribute:
    """The attribute of people that a form names; raises AttributeNotFound."""
    given = seat.form.get("id", "")
    if not _ID.fullmatch(given) or int(given) > _LARGEST_ID:
        raise AttributeNotFound
    attribute = get_attribute(conn, seat.app_id, AttributeId(int(given)))
    if attribute.model != "contact":
        raise AttributeNotFound
    return attribute


def _read_change(form: Mapping[str, str]) -> AttributeChange:
    """What a form wants to be different; raises Refused."""
    kind = form.get("type", "")
    if kind not in TYPE_WORDS:
        raise Refused("type", "Choose one of the types.")
    description = form.get("description", "").strip()
    options = form.get("options", "").splitlines() if kind == "options" else None
    try:
        checked_description(description)
    except ParameterInvalid as error:
        raise Refused("description", f"{error.message}.") from None
    try:
        if options is not None:
            options = [option for option in options if option.strip()]
            checked_options(options)
    except ParameterInvalid as error:
        raise Refused("options", f"{error.message}.") from None
    return AttributeChange(
        type=kind,
        description=description,
        options=options,
        messenger_writable="off_messenger" not in form,
    )


async def _page(
    request: Request, seat: Seat, typed: Typed | None = None, *, wrong: Mapping[str, str] | None = None
) -> Response:
    attributes, unread = await state_of(request).database.read(
        lambda conn: (attributes_of(conn, seat.app_id, "contact"), progress_of(conn, seat.app_id))
    )
    refused = seat.form.get("id") if typed or wrong else None
    rows = [
        (
            one,
            typed
            if typed and str(one.id) == refused
            else _typed(one, wrong if str(one.id) == refused else None),
        )
        for one in sorted(attributes.values(), key=lambda one: (not one.is_default, one.label.casefold()))
    ]
    return page(
        "settings_people_data.html",
        {
            "layout": layout_of(seat, "settings"),
            "section": "people-data",
            "is_admin": seat.is_admin,
            "active": [row for row in rows if not row[0].archived],
            "archived": [row for row in rows if row[0].archived],
            "types": TYPE_WORDS,
            "unread": unread,
            "saved": request.query_params.get("saved", ""),
        },
        status=400 if typed or wrong else 200,
    )


def _typed(attribute: DataAttribute, wrong: Mapping[str, str] | None) -> Typed:
    return Typed(
        attribute.type,
        attribute.description or "",
        "\n".join(attribute.options),
        not attribute.messenger_writable,
        wrong or {},
    )


def _back_to(seat: Seat, attribute: DataAttribute) -> Response:
    return see_other(f"/apps/{seat.app_id}{PATH}?saved={attribute.id}#attribute-{attribute.id}")
