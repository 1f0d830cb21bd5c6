"""The SQL of conversations, on both databases."""

import asyncio

from sqlalchemy import Connection

from app.conversations import listing, store
from app.conversations.listing import Place
from app.conversations.records import Assignee, Author, ConversationId, Part
from app.storage.database import Database, open_database
from app.storage.migrations import migrate
from app.tags.operations import find_or_make
from support.recording import NOW
from support.talking import BY, InboxDesk, make_desk


def test_a_part_comes_back_as_it_was_written(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    part = Part(
        "assignment",
        Author("admin", "7"),
        NOW,
        "open",
        body="<p>x</p>",
        assigned_to=Assignee("team", None),
        attachments=("https://x.example/a.png",),
        details={"quick_reply_options": [{"text": "Yes", "uuid": "u"}]},
        updated_at=NOW,
    )
    part_id = store.insert_part(desk.conn, desk.app_id, begun.id, part)
    found = store.find_part(desk.conn, desk.app_id, begun.id, part_id)
    assert found is not None
    assert (found.id, found.type, found.assigned_to, found.details) == (
        part_id,
        part.type,
        part.assigned_to,
        part.details,
    )
    assert store.parts_of(desk.conn, desk.app_id, begun.id, 1) == [found]
    assert store.find_part(desk.conn, desk.app_id, ConversationId(begun.id + 1), part_id) is None


def test_the_most_recent_parts_are_shown_the_oldest_of_them_first(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    for word in ("one", "two", "three"):
        desk.admin_says(begun.id, word)
    parts = store.parts_of(desk.conn, desk.app_id, begun.id, 2)
    assert [part.body for part in parts] == ["<p>two</p>", "<p>three</p>"]
    assert store.count_parts(desk.conn, desk.app_id, begun.id) == 3


def _live(conn: Connection) -> list[str]:
    """A whole life of a conversation, told in its parts."""
    desk = make_desk(conn)
    joe = desk.contact(email="joe@acme.example", external_id="42")
    visitor = desk.visitor("v-1")
    begun = desk.begins(joe)
    desk.begins(visitor)
    desk.admin_says(begun.id)
    desk.manages(begun.id, "assignment", assignee_id=desk.admin_id)
    desk.manages(begun.id, "snoozed", snoozed_until=int(NOW) + 9)
    desk.manages(begun.id, "close", body="Bye")
    desk.changes(begun.id, custom_attributes={"issue": "Billing"}, read=True)
    body = {"message_type": "comment", "type": "user", "email": "joe@acme.example", "body": "Thanks"}
    desk.replies("last", body)
    find_or_make(conn, desk.app_id, "VIP", actor=BY, now=NOW)
    picture = desk.picture(begun.id)
    assert picture.facts.reply_seconds == (0.0,)
    [first, second] = listing.conversations_after(conn, desk.app_id, None, 2)
    place = Place(first.updated_at, first.id)
    assert listing.conversations_after(conn, desk.app_id, place, 2) == [second]
    return [part.type for part in picture.parts or ()]


LIFE = ["comment", "assignment", "snoozed", "close", "conversation_attribute_updated_by_admin", "open"]


async def test_a_conversation_lives_on_sqlite(database: Database) -> None:
    assert await database.write(_live) == LIFE


async def test_a_conversation_lives_on_postgresql(postgres_url: str) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    try:
        assert await database.write(_live) == LIFE
    finally:
        await database.close()
