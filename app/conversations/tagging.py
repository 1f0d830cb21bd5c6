"""A conversation's tags."""

from sqlalchemy import Connection

from app.conversations.saving import hold
from app.errors import ConversationNotFound, NotFound, TagNotFound
from app.ids import AdminId, AppId
from app.tags import store
from app.tags.operations import get_tag, tagging_of
from app.tags.records import Subject, Tag, Tagging
from app.trail.operations import record
from app.trail.records import Actor, Deed
from app.workspaces.teammates import get_teammate


def tag_conversation(
    conn: Connection,
    app_id: AppId,
    given: object,
    tag_id: object,
    *,
    admin_id: object,
    actor: Actor,
    now: float,
) -> Tagging:
    """Put a tag on a conversation for a teammate; nothing changes where it is there.

    Raises ConversationNotFound, TagNotFound, AdminNotFound.
    """
    subject = _hold(conn, app_id, given, now)
    tag = _tag(conn, app_id, tag_id)
    by: AdminId = get_teammate(conn, app_id, admin_id, "admin_id").id
    if store.put_on(conn, app_id, tag.id, subject, by=by, now=now):
        _record(conn, app_id, "tag.created", subject, tag, actor=actor, now=now)
    return tagging_of(conn, app_id, tag, subject)


def untag_conversation(
    conn: Connection,
    app_id: AppId,
    given: object,
    tag_id: object,
    *,
    admin_id: object,
    actor: Actor,
    now: float,
) -> Tagging:
    """Take a tag off a conversation; returns it as it was there.

    Raises ConversationNotFound, AdminNotFound, TagNotFound also where it was not there.
    """
    subject = _hold(conn, app_id, given, now)
    tag = _tag(conn, app_id, tag_id)
    get_teammate(conn, app_id, admin_id, "admin_id")
    try:
        tagging = tagging_of(conn, app_id, tag, subject)
    except NotFound:
        raise TagNotFound from None
    store.take_off(conn, app_id, tag.id, subject)
    _record(conn, app_id, "tag.deleted", subject, tag, actor=actor, now=now)
    return tagging


def _hold(conn: Connection, app_id: AppId, given: object, now: float) -> Subject:
    try:
        return Subject("conversation", str(hold(conn, app_id, given, now).stored.id))
    except NotFound:
        raise ConversationNotFound from None


def _tag(conn: Connection, app_id: AppId, tag_id: object) -> Tag:
    try:
        return get_tag(conn, app_id, tag_id)
    except NotFound:
        raise TagNotFound from None


def _record(
    conn: Connection, app_id: AppId, what: str, subject: Subject, tag: Tag, *, actor: Actor, now: float
) -> None:
    deed = Deed(f"conversation.{what}", "conversation", subject.id, {"tag_id": tag.id})
    record(conn, app_id, actor, deed, now)
