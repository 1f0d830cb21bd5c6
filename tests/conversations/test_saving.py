"""A conversation is held, changed and written."""

from dataclasses import replace

import pytest

from app.conversations.records import BOT, Part
from app.conversations.saving import get_conversation, hold, keep
from app.errors import NotFound
from support.recording import NOW
from support.talking import InboxDesk


def test_what_woke_meanwhile_is_written_as_open(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    desk.manages(begun.id, "snoozed", snoozed_until=int(NOW) + 60)
    held = hold(desk.conn, desk.app_id, begun.id, NOW + 60)
    assert (held.stored.state, held.conversation.state) == ("snoozed", "open")
    keep(desk.conn, held, held.conversation, held.facts)
    assert get_conversation(desk.conn, desk.app_id, begun.id).state == "open"


def test_every_part_is_counted(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    held = hold(desk.conn, desk.app_id, str(begun.id), NOW)
    part = Part("note", BOT, NOW, "open")
    keep(desk.conn, held, replace(held.conversation, title="x"), held.facts, part, part)
    assert desk.facts(begun.id).parts == 2
    assert get_conversation(desk.conn, desk.app_id, begun.id).title == "x"


@pytest.mark.parametrize("given", ["0", "x", "9" * 40, None, True, 1.0])
def test_what_is_no_id_holds_nothing(desk: InboxDesk, given: object) -> None:
    with pytest.raises(NotFound):
        hold(desk.conn, desk.app_id, given, NOW)
    with pytest.raises(NotFound):
        get_conversation(desk.conn, desk.app_id, given)
