"""The workspace's qualification data: which attributes of contacts its profiles show, and in what order. Rule R30.

An attribute that is taken off the list is hidden there, and nothing else: its values stay, and come back with it.
"""

from dataclasses import replace

from sqlalchemy import Connection

from app.attributes import store
from app.attributes.operations import attributes_of, get_attribute
from app.attributes.records import AttributeId, DataAttribute
from app.errors import AttributeNotFound, ParameterInvalid
from app.ids import AppId
from app.trail.operations import record
from app.trail.records import Actor, Deed


def qualification_of(conn: Connection, app_id: AppId) -> list[DataAttribute]:
    """The attributes that are shown, in order. An archived one is left out, and keeps its place."""
    shown = [
        (attribute.qualification_position, attribute)
        for attribute in attributes_of(conn, app_id, "contact").values()
        if attribute.qualification_position is not None and not attribute.archived
    ]
    return [attribute for _, attribute in sorted(shown, key=lambda pair: (pair[0], pair[1].id))]


def show_attribute(
    conn: Connection, app_id: AppId, attribute_id: AttributeId, *, actor: Actor, now: float
) -> DataAttribute:
    """Put an attribute at the end of the list; one that is there stays where it is.

    Raises AttributeNotFound, ParameterInvalid.
    """
    store.hold_attributes(conn, app_id)
    attribute = get_attribute(conn, app_id, attribute_id)
    if attribute.model != "contact":
        raise ParameterInvalid(f"{attribute.name} belongs to companies: qualification data is of people")
    if attribute.archived:
        raise ParameterInvalid(f"{attribute.name} is archived: bring it back first")
    if attribute.qualification_position is not None:
        return attribute
    taken = [
        other.qualification_position
        for other in attributes_of(conn, app_id, "contact").values()
        if other.qualification_position is not None
    ]
    return _placed(conn, attribute, max(taken, default=0) + 1, actor, now)


def hide_attribute(
    conn: Connection, app_id: AppId, attribute_id: AttributeId, *, actor: Actor, now: float
) -> DataAttribute:
    """Take an attribute off the list. Raises AttributeNotFound, also where it is not on it."""
    store.hold_attributes(conn, app_id)
    attribute = get_attribute(conn, app_id, attribute_id)
    if attribute.qualification_position is None:
        raise AttributeNotFound
    return _placed(conn, attribute, None, actor, now)


def _placed(
    conn: Connection, attribute: DataAttribute, position: int | None, actor: Actor, now: float
) -> DataAttribute:
    placed = replace(attribute, qualification_position=position, updated_at=now)
    store.update_attribute(conn, placed)
    action = "qualification.hidden" if position is None else "qualification.shown"
    record(conn, placed.app_id, actor, Deed(action, "data_attribute", str(placed.id)), now)
    return placed
