"""Qualification data as a profile shows it: each value, where it comes from, and what lost to it. Rules R30 to R33."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from app.attributes.operations import attributes_of
from app.attributes.records import DataAttribute
from app.auth.admins import members_of
from app.contacts.precedence import MESSENGER, Lost, Source, Standing
from app.contacts.qualification import Qualified, qualification_shown
from app.contacts.records import Contact
from app.dashboard.moments import Moment
from app.dashboard.values import ShownValue, typed_value
from app.ids import AppId
from app.trail.listing import names_of
from app.trail.records import Actor

_SOURCE_WORDS: Final[Mapping[Standing, str]] = {
    "manual": "by hand",
    "ping": "by ping",
    "operator": "by the operator",
    "rest": "by REST",
    "csv": "by CSV import",
    "empty": "no value yet",
}
_KEPT_FOR: Final[Mapping[Standing, str]] = {
    "manual": "set by hand",
    "ping": "said by ping",
    "operator": "collected by the operator",
    "rest": "written by REST",
    "csv": "imported from CSV",
}
_SAYERS: Final[Mapping[Source, str]] = {"rest": "REST", "csv": "CSV"}

Names = Mapping[str, str]
"""What writers are called, by how a value's provenance names them."""


@dataclass(frozen=True, slots=True)
class Editing:
    """Which attribute's field is open, and, after a try that failed, what was typed and what is wrong with it."""

    name: str
    typed: str | None = None
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class LostShown:
    """A write that lost: ``ping said 50, kept 200: set by hand``."""

    words: str
    who: str
    moment: Moment


@dataclass(frozen=True, slots=True)
class QualifiedOnPage:
    """One attribute of a profile. ``blank`` says in words why there is no value, where there is none."""

    attribute: DataAttribute
    source: Standing
    value: ShownValue | None
    blank: str
    origin: str
    moment: Moment | None
    lost: list[LostShown]
    typed: str
    wrong: str
    is_open: bool

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What the field offers, where it is no free text: values and their words, the blank first."""
        offered = _choices(self.attribute)
        if not offered or self.typed in {value for value, _ in offered}:
            return offered
        # What has come to be no choice any more is still what stands there.
        return [*offered, (self.typed, self.typed)]


@dataclass(frozen=True, slots=True)
class Known:
    """What the database tells of a contact's attributes."""

    qualified: list[Qualified]
    attributes: Mapping[str, DataAttribute]
    names: Names


def known_of(conn: Connection, contact: Contact) -> Known:
    qualified = qualification_shown(conn, contact)
    names = _names(conn, contact.app_id, qualified)
    return Known(qualified, attributes_of(conn, contact.app_id, "contact"), names)


def qualification_on_page(
    known: Known, editing: Editing | None, now: float, timezone: str
) -> list[QualifiedOnPage]:
    """The workspace's qualification data with a contact's values, in order."""
    return [_on_page(one, known.names, editing, now, timezone) for one in known.qualified]


def others_on_page(contact: Contact, known: Known, timezone: str) -> list[tuple[str, ShownValue]]:
    """The other custom attributes that have a value, by what they are called. Archived ones are not shown."""
    shown_above = {one.attribute.name for one in known.qualified}
    others = []
    for name, value in contact.custom_attributes.items():
        attribute = known.attributes.get(name)
        if name in shown_above or (attribute is not None and attribute.archived):
            continue
        others.append((attribute.label if attribute else name, ShownValue(value, attribute, timezone)))
    return sorted(others, key=lambda other: other[0].casefold())


def _on_page(
    one: Qualified, names: Names, editing: Editing | None, now: float, timezone: str
) -> QualifiedOnPage:
    origin, attribute = one.origin, one.attribute
    value = None if one.value is None else ShownValue(one.value, attribute, timezone)
    is_open = editing is not None and editing.name == attribute.name
    typed = editing.typed if editing is not None and is_open else None
    who = _who(origin.by, names)
    return QualifiedOnPage(
        attribute=attribute,
        source=origin.source,
        value=value,
        blank="left blank" if origin.is_locked else "unknown",
        origin=", ".join(filter(None, [_SOURCE_WORDS[origin.source], who])),
        moment=None if origin.at is None else Moment(origin.at, now, timezone),
        lost=[
            LostShown(
                words=_lost_words(loss, attribute, origin.source, value, timezone),
                who=_who(loss.by, names),
                moment=Moment(loss.at, now, timezone),
            )
            for loss in origin.lost
        ],
        typed=typed_value(one.value, attribute, timezone) if typed is None else typed,
        wrong=editing.wrong if editing is not None and is_open else "",
        is_open=is_open,
    )


def _choices(attribute: DataAttribute) -> list[tuple[str, str]]:
    if attribute.type == "boolean":
        return [("", "unknown"), ("true", "yes"), ("false", "no")]
    if attribute.type == "options":
        return [("", "unknown"), *((option, option) for option in attribute.options)]
    return []


def _lost_words(
    loss: Lost, attribute: DataAttribute, standing: Standing, value: ShownValue | None, timezone: str
) -> str:
    said = "nothing" if loss.value is None else ShownValue(loss.value, attribute, timezone).words
    sayer = _SAYERS.get(loss.source, loss.source)
    kept = "a blank" if value is None else value.words
    reason = _KEPT_FOR.get(standing)
    return (
        f"{sayer} said {said}, kept {kept}: {reason}"
        if reason
        else f"{sayer} said {said}, which was not kept"
    )


def _names(conn: Connection, app_id: AppId, qualified: Sequence[Qualified]) -> Names:
    """What teammates and tokens that wrote are called: teammates by name, former ones by email."""
    written_by = {one.origin.by for one in qualified} | {
        loss.by for one in qualified for loss in one.origin.lost
    }
    actors = [_actor(by) for by in written_by if by is not None and by.startswith(("admin:", "token:"))]
    if not actors:
        return {}
    names = {str(actor): name for actor, name in names_of(conn, app_id, actors).items()}
    for member in members_of(conn, app_id):
        if member.name and f"admin:{member.id}" in names:
            names[f"admin:{member.id}"] = member.name
    return names


def _actor(by: str) -> Actor:
    kind, _, number = by.partition(":")
    return Actor("admin" if kind == "admin" else "token", number)


def _who(by: str | None, names: Names) -> str:
    """The writer, in words; nothing where the source says it all."""
    if by is None or by == MESSENGER:
        return ""
    name = names.get(by)
    if name is not None:
        return f"token {name}" if by.startswith("token:") else name
    return {"cli": "the command line", "system": "Porchlight itself"}.get(by, by.replace(":", " "))
