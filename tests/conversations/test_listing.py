"""Conversations page by page."""

from app.conversations.listing import Place, conversations_after, count_conversations
from app.storage.tables import conversations
from support.recording import NOW
from support.talking import InboxDesk, make_desk


def _ids(desk: InboxDesk, place: Place | None = None, most: int = 10) -> list[int]:
    return [one.id for one in conversations_after(desk.conn, desk.app_id, place, most)]


def test_what_changed_last_comes_first(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    first, second = desk.begins(joe), desk.begins(joe)
    assert _ids(desk) == [second.id, first.id]
    desk.now += 10
    desk.admin_says(first.id)
    assert _ids(desk) == [first.id, second.id]


def test_pages_meet_without_a_gap_where_many_changed_at_once(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    made = [desk.begins(joe).id for _ in range(5)]
    seen: list[int] = []
    place = None
    for _ in range(3):
        page = _ids(desk, place, 2)
        seen += page
        place = Place(NOW, page[-1])  # type: ignore[arg-type]
    assert seen == made[::-1]
    assert _ids(desk, place, 2) == []


def test_R83_only_ones_own_are_listed_and_counted(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    begun = desk.begins(joe)
    other = make_desk(desk.conn, "Globex")
    assert _ids(other) == []
    assert count_conversations(desk.conn, desk.app_id) == 1
    assert count_conversations(desk.conn, desk.app_id, conversations.c.state == "closed") == 0
    desk.hides(joe, NOW)
    assert _ids(desk) == []
    assert count_conversations(desk.conn, desk.app_id) == 0
    assert begun.id
