"""Who takes part beside the conversation's own contact."""

import pytest
from sqlalchemy import select

from app.contacts.destruction import destroy
from app.contacts.store import find_contact
from app.conversations import participants
from app.conversations.orders import Whom
from app.conversations.records import Conversation
from app.errors import AdminNotFound, LastCustomer, NotFound, ParameterInvalid, UserNotFound
from app.storage.tables import contacts, conversation_contacts, conversations
from support.recording import NOW
from support.talking import BY, InboxDesk, make_desk


def _attach(desk: InboxDesk, given: object, whom: Whom, admin_id: object = None) -> Conversation:
    return participants.attach_contact(
        desk.conn, desk.app_id, given, whom, admin_id=admin_id, actor=BY, now=desk.now
    )


def _detach(desk: InboxDesk, given: object, contact_id: str) -> Conversation:
    return participants.detach_contact(
        desk.conn, desk.app_id, given, contact_id, admin_id=desk.admin_id, actor=BY, now=desk.now
    )


def _ids(desk: InboxDesk, given: object) -> list[str]:
    return [one.id for one in desk.picture(given).participants]


def test_a_contact_is_brought_in_and_may_speak(desk: InboxDesk) -> None:
    joe, eve = desk.contact(email="joe@acme.example"), desk.contact(external_id="e")
    begun = desk.begins(joe)
    desk.listens()
    _attach(desk, begun.id, Whom("user_id", "e"), desk.admin_id)
    _attach(desk, begun.id, Whom("intercom_user_id", eve))
    assert _ids(desk, begun.id) == [joe, eve]
    desk.contact_says(begun.id, eve)
    desk.contact_says("last", eve)
    told = [(part.type, part.author.id) for part in desk.parts(begun.id)]
    assert told[0] == ("participant_added", str(desk.admin_id))
    assert [part_type for part_type, _ in told[1:]] == ["comment", "comment"]
    assert desk.told()[0] == "conversation.contact.attached"


def test_an_email_that_nobody_has_makes_a_lead(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    _attach(desk, begun.id, Whom("email", "new@acme.example"))
    role = desk.conn.execute(
        select(contacts.c.role).where(contacts.c.email == "new@acme.example")
    ).scalar_one()
    assert role == "lead"
    with pytest.raises(ParameterInvalid):
        _attach(desk, begun.id, Whom("email", "no email"))


def test_a_contact_is_let_go_and_the_last_one_is_not(desk: InboxDesk) -> None:
    joe, eve = desk.contact(email="joe@acme.example"), desk.contact(email="eve@acme.example")
    begun = desk.begins(joe)
    _attach(desk, begun.id, Whom("intercom_user_id", eve))
    _detach(desk, begun.id, eve)
    assert _ids(desk, begun.id) == [joe]
    with pytest.raises(UserNotFound):
        _detach(desk, begun.id, eve)
    with pytest.raises(LastCustomer, match="Removing the last customer is not allowed"):
        _detach(desk, begun.id, joe)


def test_a_conversation_whose_own_contact_goes_is_the_next_ones(desk: InboxDesk) -> None:
    joe, eve = desk.contact(email="joe@acme.example"), desk.contact(email="eve@acme.example")
    begun = desk.begins(joe)
    _attach(desk, begun.id, Whom("intercom_user_id", eve))
    assert _detach(desk, begun.id, joe).contact_id == eve
    assert _ids(desk, begun.id) == [eve]
    desk.hides(joe, NOW)
    assert _ids(desk, begun.id) == [eve]


def test_whoever_was_let_go_speaks_no_more_and_may_be_brought_in_again(desk: InboxDesk) -> None:
    joe, eve = desk.contact(email="joe@acme.example"), desk.contact(email="eve@acme.example")
    begun = desk.begins(joe)
    _attach(desk, begun.id, Whom("intercom_user_id", eve))
    desk.contact_says(begun.id, eve)
    _detach(desk, begun.id, eve)
    with pytest.raises(NotFound):
        desk.contact_says(begun.id, eve)
    with pytest.raises(NotFound):
        desk.contact_says("last", eve)
    _attach(desk, begun.id, Whom("intercom_user_id", eve))
    assert _ids(desk, begun.id) == [joe, eve]


def test_R61_whoever_was_let_go_is_found_when_it_is_destroyed(desk: InboxDesk) -> None:
    joe, eve = desk.contact(email="joe@acme.example"), desk.contact(email="eve@acme.example")
    begun = desk.begins(joe, "my card is quince", attachment_urls=["https://x.example/quince.png"])
    desk.contact_says(begun.id, joe, "it is quince")
    _attach(desk, begun.id, Whom("intercom_user_id", eve))
    _detach(desk, begun.id, joe)
    desk.hides(joe, NOW)
    gone = find_contact(desk.conn, desk.app_id, joe)
    assert gone is not None
    destroy(desk.conn, gone, NOW)
    [row] = desk.conn.execute(select(conversations)).all()
    assert "quince" not in str(row)
    assert (row.body, row.contact_id, row.author_id) == (None, eve, "")
    assert [part.body for part in desk.parts(begun.id)] == [None, None]
    assert [one.id for one in desk.picture(begun.id).participants] == [eve]
    assert desk.facts(begun.id).first_contact_reply_at == NOW


def test_R73_whoever_was_merged_with_the_conversations_own_contact_is_shown_once(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    begun = desk.begins(joe)
    row = {"app_id": desk.app_id, "conversation_id": begun.id, "contact_id": joe, "added_at": NOW}
    desk.conn.execute(conversation_contacts.insert(), row)
    assert _ids(desk, begun.id) == [joe]
    with pytest.raises(LastCustomer):
        _detach(desk, begun.id, joe)


def test_R60_a_deleted_participant_is_not_shown(desk: InboxDesk) -> None:
    joe, eve = desk.contact(email="joe@acme.example"), desk.contact(email="eve@acme.example")
    begun = desk.begins(joe)
    _attach(desk, begun.id, Whom("intercom_user_id", eve))
    desk.contact_says(begun.id, eve)
    desk.hides(eve, NOW)
    picture = desk.picture(begun.id)
    assert [one.id for one in picture.participants] == [joe]
    assert eve not in {author.id for author in picture.people}
    with pytest.raises(LastCustomer):
        _detach(desk, begun.id, joe)


def test_R83_nobody_of_another_workspace_is_brought_in_or_let_go(desk: InboxDesk) -> None:
    other = make_desk(desk.conn, "Globex")
    stranger = other.contact(email="eve@globex.example")
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    for given, whom in (
        (begun.id, Whom("intercom_user_id", stranger)),
        (begun.id, Whom("user_id", "nobody")),
    ):
        with pytest.raises(UserNotFound):
            _attach(desk, given, whom)
    with pytest.raises(UserNotFound):
        _detach(desk, begun.id, stranger)
    with pytest.raises(NotFound):
        _attach(other, begun.id, Whom("intercom_user_id", stranger))
    with pytest.raises(AdminNotFound):
        _attach(desk, begun.id, Whom("email", "joe@acme.example"), other.admin_id)
