"""Deeds with tags: make, rename, delete, put on and take off. Each is on the audit log.

Whoever puts a tag on something has made sure that the something is there, and tells webhooks, for the topic's
name depends on what is tagged: see ``app/contacts/tagging.py``.
"""

from dataclasses import replace

from sqlalchemy import Connection

from app.errors import Conflict, NotFound, TagInUse
from app.ids import AdminId, AppId, TagId, serial_id
from app.tags import store
from app.tags.dependants import rename_in_segments, segments_naming
from app.tags.records import Subject, Tag, Tagging
from app.trail.operations import record
from app.trail.records import Actor, Deed


def get_tag(conn: Connection, app_id: AppId, given_id: object, *, hold: bool = False) -> Tag:
    """The tag of an id as somebody gave it, a number or its text; raises NotFound.

    ``hold``: nobody else renames it before this transaction ends.
    """
    tag_id = serial_id(given_id)
    tag = None if tag_id is None else store.find_tag(conn, app_id, TagId(tag_id), hold=hold)
    if tag is None:
        raise NotFound
    return tag


def find_or_make(conn: Connection, app_id: AppId, name: str, *, actor: Actor, now: float) -> Tag:
    """The tag of a name, regardless of case; made where there is none yet."""
    known = store.find_named(conn, app_id, name)
    if known is not None:
        return known
    tag = store.insert_tag(conn, app_id, name, now)
    record(conn, app_id, actor, Deed("tag.created", "tag", str(tag.id)), now)
    return tag


def rename(conn: Connection, app_id: AppId, given_id: object, name: str, *, actor: Actor, now: float) -> Tag:
    """Give a tag another name, or the same one in other letters; segments that ask for it by its name follow.

    Raises NotFound, Conflict.
    """
    tag = get_tag(conn, app_id, given_id, hold=True)
    if name == tag.name:
        return tag
    holder = store.find_named(conn, app_id, name)
    if holder is not None and holder.id != tag.id:
        raise Conflict(f"A tag of that name already exists with id={holder.id}")
    store.rename_tag(conn, app_id, tag.id, name)
    record(conn, app_id, actor, Deed("tag.updated", "tag", str(tag.id), {"fields": ["name"]}), now)
    for segment in rename_in_segments(conn, app_id, tag, name, now):
        record(
            conn, app_id, actor, Deed("segment.updated", "segment", segment.id, {"fields": ["filter"]}), now
        )
    return replace(tag, name=name)


def delete(conn: Connection, app_id: AppId, tag: Tag, *, actor: Actor, now: float) -> None:
    """Whatever bears the tag bears it no more. Raises TagInUse where a segment asks for it."""
    dependants = segments_naming(conn, app_id, tag)
    if dependants:
        listed = ", ".join(segment.name for segment in dependants)
        raise TagInUse(f"Unable to delete Tag with dependent objects. Segments: {listed}.")
    store.delete_tag(conn, app_id, tag.id)
    record(conn, app_id, actor, Deed("tag.deleted", "tag", str(tag.id)), now)


def put_on(
    conn: Connection,
    app_id: AppId,
    tag: Tag,
    subject: Subject,
    *,
    actor: Actor,
    now: float,
) -> bool:
    """Put a tag on something that is there. Whether it bears it only since now."""
    by = AdminId(int(actor.id)) if actor.type == "admin" and actor.id is not None else None
    is_new = store.put_on(conn, app_id, tag.id, subject, by=by, now=now)
    if is_new:
        record(conn, app_id, actor, _deed("tag.created", tag, subject), now)
    return is_new


def take_off(
    conn: Connection,
    app_id: AppId,
    tag: Tag,
    subject: Subject,
    *,
    actor: Actor,
    now: float,
) -> bool:
    """Take a tag off something. Whether it bore it until now."""
    was_there = store.take_off(conn, app_id, tag.id, subject)
    if was_there:
        record(conn, app_id, actor, _deed("tag.deleted", tag, subject), now)
    return was_there


def is_on(conn: Connection, app_id: AppId, tag: Tag, subject: Subject) -> bool:
    return any(
        tagging.tag.id == tag.id
        for tagging in store.taggings_of(conn, app_id, subject.kind, [subject.id])[subject.id]
    )


def tagging_of(conn: Connection, app_id: AppId, tag: Tag, subject: Subject) -> Tagging:
    """The tag on something; raises NotFound where it is not."""
    for tagging in store.taggings_of(conn, app_id, subject.kind, [subject.id])[subject.id]:
        if tagging.tag.id == tag.id:
            return tagging
    raise NotFound


def _deed(action: str, tag: Tag, subject: Subject) -> Deed:
    return Deed(f"{subject.kind}.{action}", subject.kind, subject.id, {"tag_id": tag.id})
