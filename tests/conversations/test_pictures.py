"""A conversation with all that is shown of it."""

from sqlalchemy import event

from app.auth.admins import create_admin
from app.conversations.listing import conversations_after
from app.conversations.pictures import Person, pictures_of
from app.conversations.records import BOT, Author
from app.storage.tables import conversation_ratings
from support.recording import NOW
from support.talking import InboxDesk


def test_a_picture_names_whoever_spoke(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example", name="Joe Bloggs", external_id="42")
    begun = desk.begins(joe)
    ben = create_admin(desk.conn, desk.app_id, "ben@acme.example", None, NOW)
    desk.admin_says(begun.id)
    desk.admin_says(begun.id, admin_id=ben, message_type="note")
    picture = desk.picture(begun.id)
    assert picture.people[Author("user", joe)] == Person("Joe Bloggs", "joe@acme.example")
    assert picture.people[Author("admin", str(ben))] == Person("ben@acme.example", "ben@acme.example")
    assert picture.people[BOT].name == "Operator"
    assert list(picture.teammate_ids) == sorted([desk.admin_id, ben])
    [participant] = picture.participants
    assert (participant.id, participant.external_id, participant.role) == (joe, "42", "user")
    assert picture.parts_count == 2


def test_R71_the_rating_stands_beside_it(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    assert desk.picture(begun.id).rating is None
    row = {"app_id": desk.app_id, "conversation_id": begun.id, "rating": 4, "rated_at": NOW}
    desk.conn.execute(conversation_ratings.insert(), row)
    rating = desk.picture(begun.id).rating
    assert rating is not None
    assert (rating.rating, rating.contact_id) == (4, None)


def test_a_page_costs_as_many_questions_as_one_conversation(desk: InboxDesk) -> None:
    for n in range(3):
        desk.begins(desk.contact(email=f"joe{n}@acme.example"))
    asked: list[str] = []
    event.listen(desk.conn, "before_cursor_execute", lambda *told: asked.append(told[2]))
    counts = []
    for most in (1, 3):
        asked.clear()
        pictures = pictures_of(desk.conn, conversations_after(desk.conn, desk.app_id, None, most), NOW)
        assert len(pictures) == most
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_no_conversations_make_no_pictures(desk: InboxDesk) -> None:
    assert pictures_of(desk.conn, [], NOW) == []
