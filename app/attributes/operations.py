"""Make attributes, change and archive them. Rules R40 and R41."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from sqlalchemy import Connection

from app.attributes import rereading, store
from app.attributes.catalogue import Catalogue, catalogue_of
from app.attributes.naming import checked_description, checked_name, checked_options
from app.attributes.records import (
    DEFAULTS,
    AttributeId,
    AttributeType,
    DataAttribute,
    Model,
    Scalar,
)
from app.attributes.values import is_date_name, type_of_first
from app.errors import AttributeInUse, AttributeNotFound, ParameterInvalid
from app.ids import AppId
from app.trail.operations import record
from app.trail.records import Actor, Deed

MOST_ATTRIBUTES: Final = 250
"""Active ones of a workspace, of contacts and companies together; those that it was made with not counted."""

_MODEL_NAMES: Final[Mapping[Model, str]] = {"contact": "people", "company": "company"}


@dataclass(frozen=True, slots=True)
class AttributeDraft:
    """An attribute as somebody wants it made; ``admin_id`` is the teammate who does."""

    model: Model
    name: str
    type: AttributeType
    description: str | None = None
    options: Sequence[str] = ()
    messenger_writable: bool = True
    admin_id: int | None = None


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """What is to be different of an attribute; none leaves it as it is."""

    label: str | None = None
    description: str | None = None
    type: AttributeType | None = None
    options: Sequence[str] | None = None
    messenger_writable: bool | None = None
    archived: bool | None = None


def attributes_of(conn: Connection, app_id: AppId, model: Model) -> Mapping[str, DataAttribute]:
    """The attributes of a model by their names, archived ones too."""
    return catalogue_of(conn, app_id).of(model)


def attributes_to_index(conn: Connection, app_id: AppId) -> Mapping[str, DataAttribute]:
    """Those of contacts, for whoever writes values as they are searched: till then no type changes.

    Whoever also holds contacts, or makes attributes, does so first (see ``rereading``).
    """
    store.keep_types(conn, app_id)
    return attributes_of(conn, app_id, "contact")


def get_attribute(conn: Connection, app_id: AppId, attribute_id: AttributeId) -> DataAttribute:
    """Raises AttributeNotFound."""
    attribute = store.find_attribute(conn, app_id, attribute_id)
    if attribute is None:
        raise AttributeNotFound
    return attribute


def create_defaults(conn: Connection, app_id: AppId, now: float) -> None:
    """The attributes that a new workspace has: its first qualification data. Rule R30."""
    store.insert_attributes(
        conn,
        app_id,
        [
            replace(_new(app_id, "contact", name, type_, now), label=label, qualification_position=position)
            for position, (name, (label, type_)) in enumerate(DEFAULTS.items(), start=1)
        ],
    )


def create_attribute(
    conn: Connection, app_id: AppId, draft: AttributeDraft, *, actor: Actor, now: float
) -> DataAttribute:
    """Make an attribute by hand or by REST.

    Its name must be new among the workspace's contacts and companies both. Raises ParameterInvalid,
    ParameterNotFound.
    """
    name = checked_name(draft.name)
    if is_date_name(name) and draft.type != "date":
        raise ParameterInvalid(f"Data Type of {name} must be date: names that end in _at are dates")
    if draft.options and draft.type != "options":
        raise ParameterInvalid("options are for attributes of Data Type options alone")
    wanted = replace(
        _new(app_id, draft.model, name, draft.type, now),
        description=checked_description(draft.description),
        options=checked_options(draft.options) if draft.type == "options" else (),
        messenger_writable=draft.messenger_writable,
        admin_id=draft.admin_id,
    )
    store.hold_attributes(conn, app_id)
    catalogue = catalogue_of(conn, app_id)
    _require_new_name(catalogue, wanted)
    _require_room(catalogue)
    store.insert_attributes(conn, app_id, [wanted])
    made = attributes_of(conn, app_id, draft.model)[name]
    record(conn, app_id, actor, _deed("created", made), now)
    return made


def change_attribute(
    conn: Connection,
    app_id: AppId,
    attribute_id: AttributeId,
    change: AttributeChange,
    *,
    actor: Actor,
    now: float,
) -> DataAttribute:
    """Change an attribute; returns it as it is now.

    A change of type reads all its values anew, as they are searched (see ``rereading``): those that don't fit the
    new type stay stored and shown, and match no filter of that type. Options make a list of a text. Raises
    AttributeNotFound, ParameterInvalid, and AttributeInUse where a segment needs what is to be archived.
    """
    store.hold_attributes(conn, app_id)
    before = get_attribute(conn, app_id, attribute_id)
    after = _changed(before, change)
    if after == before:
        return before
    if after.archived and not before.archived and _is_in_use(conn, before):
        raise AttributeInUse
    if before.archived and not after.archived and not before.is_default:
        _require_room(catalogue_of(conn, app_id))
    after = replace(after, updated_at=now)
    store.update_attribute(conn, after)
    if after.model == "contact" and (after.type, after.options) != (before.type, before.options):
        rereading.begin(conn, after)
    record(conn, app_id, actor, _deed("updated", after, _differing(before, after)), now)
    return after


def make_missing(
    conn: Connection, app_id: AppId, model: Model, firsts: Mapping[str, Scalar], now: float
) -> Mapping[str, DataAttribute]:
    """Make the attributes that a ping brought first values of, as far as there is room for them. Rule R40.

    Returns all attributes of the model. Those for which there is no room are not among them.
    """
    store.hold_attributes(conn, app_id)
    catalogue = catalogue_of(conn, app_id)
    known = catalogue.of(model)
    room = max(MOST_ATTRIBUTES - active_count(catalogue), 0)
    missing = [(name, value) for name, value in firsts.items() if name not in known]
    store.insert_attributes(
        conn,
        app_id,
        [_new(app_id, model, name, type_of_first(name, value), now) for name, value in missing[:room]],
    )
    return attributes_of(conn, app_id, model)


def active_count(catalogue: Catalogue) -> int:
    """How many of a workspace's attributes count towards the 250."""
    every = chain(catalogue.contact.values(), catalogue.company.values())
    return sum(not attribute.archived and not attribute.is_default for attribute in every)


def _new(app_id: AppId, model: Model, name: str, type_: AttributeType, now: float) -> DataAttribute:
    return DataAttribute(
        id=AttributeId(0),
        app_id=app_id,
        model=model,
        name=name,
        label=name,
        description=None,
        type=type_,
        options=(),
        messenger_writable=True,
        archived=False,
        created_at=now,
        updated_at=now,
    )


def _require_new_name(catalogue: Catalogue, wanted: DataAttribute) -> None:
    for model, named in _MODEL_NAMES.items():
        if wanted.name in catalogue.of(model):
            raise ParameterInvalid(
                f"You already have '{wanted.name}' in your {named} data. "
                f"To save this as new {_MODEL_NAMES[wanted.model]} data, use a different name."
            )


def _require_room(catalogue: Catalogue) -> None:
    if active_count(catalogue) >= MOST_ATTRIBUTES:
        raise ParameterInvalid(
            f"You have {MOST_ATTRIBUTES} active attributes of people and companies, which is the most there may be: "
            "archive one first"
        )


def _changed(attribute: DataAttribute, change: AttributeChange) -> DataAttribute:
    type_ = change.type or attribute.type
    if change.options is not None and type_ == "string":
        type_ = "options"
    if is_date_name(attribute.name) and type_ != "date":
        raise ParameterInvalid(f"{attribute.name} is a date, as all names that end in _at are")
    if change.options is not None and type_ != "options":
        raise ParameterInvalid(f"{attribute.name} is no list: it takes no options")
    options = attribute.options if change.options is None else checked_options(change.options)
    if type_ == "options" and not options:
        raise ParameterInvalid(f"{attribute.name} needs options to be a list")
    return replace(
        attribute,
        label=attribute.label if change.label is None else checked_name(change.label),
        description=attribute.description
        if change.description is None
        else checked_description(change.description),
        type=type_,
        options=options if type_ == "options" else (),
        messenger_writable=attribute.messenger_writable
        if change.messenger_writable is None
        else change.messenger_writable,
        archived=attribute.archived if change.archived is None else change.archived,
    )


def _is_in_use(conn: Connection, attribute: DataAttribute) -> bool:
    """Whether a segment's filter names the attribute; segments are of people."""
    if attribute.model != "contact":
        return False
    fields = {attribute.name, f"custom_attributes.{attribute.name}"}
    return any(_names_any(tree, fields) for tree in store.filters_of_segments(conn, attribute.app_id))


def _names_any(tree: object, fields: Collection[str]) -> bool:
    if isinstance(tree, list):
        return any(_names_any(item, fields) for item in tree)
    if not isinstance(tree, dict):
        return False
    return tree.get("field") in fields or any(_names_any(item, fields) for item in tree.values())


def _differing(before: DataAttribute, after: DataAttribute) -> list[str]:
    names = ("label", "description", "type", "options", "messenger_writable", "archived")
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def _deed(action: str, attribute: DataAttribute, fields: Sequence[str] = ()) -> Deed:
    detail: dict[str, object] = {"model": attribute.model}
    if fields:
        detail["fields"] = list(fields)
    return Deed(f"data_attribute.{action}", "data_attribute", str(attribute.id), detail)
