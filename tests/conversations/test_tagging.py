"""A conversation's tags."""

import pytest
from sqlalchemy import select

from app.conversations.tagging import tag_conversation, untag_conversation
from app.errors import AdminNotFound, ConversationNotFound, TagNotFound
from app.storage.tables import audit_log
from app.tags.operations import find_or_make
from app.tags.records import Tagging
from support.recording import NOW
from support.talking import BY, InboxDesk, make_desk


def _tag(desk: InboxDesk, given: object, tag_id: object, admin_id: object = None) -> Tagging:
    return tag_conversation(
        desk.conn, desk.app_id, given, tag_id, admin_id=admin_id or desk.admin_id, actor=BY, now=desk.now
    )


def _untag(desk: InboxDesk, given: object, tag_id: object) -> Tagging:
    return untag_conversation(
        desk.conn, desk.app_id, given, tag_id, admin_id=desk.admin_id, actor=BY, now=desk.now
    )


def test_a_tag_is_put_on_once_and_taken_off(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    tag = find_or_make(desk.conn, desk.app_id, "VIP", actor=BY, now=NOW)
    tagging = _tag(desk, begun.id, str(tag.id))
    assert (tagging.tag, tagging.applied_at, tagging.applied_by) == (tag, NOW, desk.admin_id)
    desk.now += 10
    assert _tag(desk, begun.id, tag.id) == tagging
    assert list(desk.picture(begun.id).tags) == [tagging]
    assert _untag(desk, str(begun.id), str(tag.id)) == tagging
    assert list(desk.picture(begun.id).tags) == []
    with pytest.raises(TagNotFound):
        _untag(desk, begun.id, tag.id)


def test_R82_the_log_tells_of_each_tag_once(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    tag = find_or_make(desk.conn, desk.app_id, "VIP", actor=BY, now=NOW)
    for _ in range(2):
        _tag(desk, begun.id, tag.id)
    _untag(desk, begun.id, tag.id)
    assert desk.log() == ["conversation.created", "conversation.tag.created", "conversation.tag.deleted"]
    assert "VIP" not in str(desk.conn.execute(select(audit_log)).all())


@pytest.mark.parametrize("given", ["999", "x", None, "9" * 40])
def test_what_is_not_there_is_not_tagged(desk: InboxDesk, given: object) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    tag = find_or_make(desk.conn, desk.app_id, "VIP", actor=BY, now=NOW)
    with pytest.raises(ConversationNotFound, match=r"^Conversation not found$"):
        _tag(desk, given, tag.id)
    with pytest.raises(TagNotFound, match=r"^Tag not found$"):
        _tag(desk, begun.id, given)
    with pytest.raises(AdminNotFound):
        _tag(desk, begun.id, tag.id, "999")


def test_R83_another_workspaces_tags_and_conversations_are_unknown(desk: InboxDesk) -> None:
    other = make_desk(desk.conn, "Globex")
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    theirs = find_or_make(desk.conn, other.app_id, "VIP", actor=BY, now=NOW)
    with pytest.raises(TagNotFound):
        _tag(desk, begun.id, theirs.id)
    with pytest.raises(ConversationNotFound):
        _tag(other, begun.id, theirs.id)
