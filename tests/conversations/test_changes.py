"""What is changed about a conversation, and what is taken out of it."""

import pytest
from sqlalchemy import func, select

from app.conversations import changes, orders
from app.conversations.bodies import REDACTED
from app.conversations.records import Conversation
from app.errors import (
    CompanyNotFound,
    ConversationPartNotFound,
    ConversationPartNotRedactable,
    NotFound,
    ParameterInvalid,
)
from app.storage.tables import (
    companies,
    conversation_contacts,
    conversation_facts,
    conversation_parts,
    conversation_ratings,
    conversations,
)
from support.recording import NOW
from support.talking import BY, InboxDesk, make_desk


def _redact(desk: InboxDesk, **told: object) -> Conversation:
    order = orders.read_redaction(told)
    return changes.redact(desk.conn, desk.app_id, order, actor=BY, now=desk.now)


def _delete(desk: InboxDesk, given: object) -> None:
    changes.delete_conversation(desk.conn, desk.app_id, given, actor=BY, now=desk.now)


def test_only_what_is_named_changes(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    desk.listens()
    desk.now += 10
    desk.changes(begun.id, read=True, title="Cart")
    desk.changes(begun.id, custom_attributes={"issue_type": "Billing", "priority": "High"})
    changed = desk.changes(begun.id, custom_attributes={"priority": None})
    assert (changed.is_read, changed.title, changed.custom_attributes) == (
        True,
        "Cart",
        {"issue_type": "Billing"},
    )
    assert changed.updated_at == NOW + 10
    assert desk.told() == ["conversation.read"]


def test_each_attribute_that_changes_leaves_a_part(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    desk.changes(begun.id, custom_attributes={"issue": "Billing", "seats": 4})
    desk.changes(begun.id, custom_attributes={"issue": "Billing", "seats": None})
    told = [(part.type, part.author.type, part.details) for part in desk.parts(begun.id)]
    updated = "conversation_attribute_updated_by_admin"
    assert told == [
        (updated, "bot", {"attribute": {"name": "issue"}, "value": {"name": "Billing"}}),
        (updated, "bot", {"attribute": {"name": "seats"}, "value": {"name": "4"}}),
        (updated, "bot", {"attribute": {"name": "seats"}, "value": {"name": None}}),
    ]


def test_what_changes_nothing_is_no_deed(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    desk.now += 10
    assert desk.changes(begun.id, read=False).updated_at == NOW
    assert desk.log() == ["conversation.created"]


def test_true_is_another_value_than_1(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    desk.changes(begun.id, custom_attributes={"urgent": 1})
    desk.changes(begun.id, custom_attributes={"urgent": True})
    assert desk.picture(begun.id).conversation.custom_attributes["urgent"] is True


def test_so_many_attributes_fit(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    desk.changes(begun.id, custom_attributes={str(n): n for n in range(250)})
    with pytest.raises(ParameterInvalid, match="at most 250"):
        desk.changes(begun.id, custom_attributes={"one more": 1})


def test_a_company_is_one_of_the_workspaces(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    row = {"company_id": "c1", "name": "Initech", "created_at": NOW, "updated_at": NOW}
    row |= {"session_count": 0, "custom_attributes": {}}
    for app_id, company_id in ((desk.app_id, "a" * 24), (make_desk(desk.conn, "Globex").app_id, "b" * 24)):
        desk.conn.execute(companies.insert(), row | {"app_id": app_id, "id": company_id})
    desk.changes(begun.id, company_id="a" * 24)
    assert desk.picture(begun.id).company_name == "Initech"
    for company_id in ("b" * 24, "c" * 24, "x"):
        with pytest.raises(CompanyNotFound):
            desk.changes(begun.id, company_id=company_id)
    desk.changes(begun.id, company_id=None)
    assert desk.picture(begun.id).company_name is None


def test_R63_deleting_destroys_what_was_said_and_keeps_facts_and_rating(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    begun, other = desk.begins(joe), desk.begins(joe)
    desk.admin_says(begun.id)
    row = {"app_id": desk.app_id, "conversation_id": begun.id, "rating": 5, "remark": "Good", "rated_at": NOW}
    desk.conn.execute(conversation_ratings.insert(), row | {"contact_id": joe})
    _delete(desk, begun.id)
    with pytest.raises(NotFound):
        desk.picture(begun.id)
    with pytest.raises(NotFound):
        _delete(desk, begun.id)
    left = {}
    for table in (conversation_parts, conversation_contacts, conversation_facts, conversation_ratings):
        theirs = table.c.conversation_id == begun.id
        left[table.name] = desk.conn.execute(
            select(func.count()).select_from(table).where(theirs)
        ).scalar_one()
    assert left == {
        "conversation_parts": 0,
        "conversation_contacts": 0,
        "conversation_facts": 1,
        "conversation_ratings": 1,
    }
    assert desk.picture(other.id).conversation == other


def test_a_destroyed_conversations_id_is_never_given_again(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    last = desk.begins(joe)
    _delete(desk, last.id)
    assert desk.begins(joe).id > last.id


def test_a_part_is_redacted_for_good(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    begun = desk.begins(joe)
    desk.contact_says(begun.id, joe, "my card is 4111", attachment_urls=["https://x.example/card.png"])
    [part] = desk.parts(begun.id)
    desk.now += 5
    _redact(desk, type="conversation_part", conversation_id=str(begun.id), conversation_part_id=part.id)
    [redacted] = desk.parts(begun.id)
    assert (redacted.body, redacted.is_redacted, redacted.attachments) == (REDACTED, True, ())
    assert (redacted.created_at, redacted.updated_at) == (NOW, NOW + 5)
    assert desk.log()[-1] == "conversation.redacted"


def test_a_contacts_first_message_is_redacted_for_good(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"), "my card is 4111", subject="4111")
    _redact(desk, type="source", conversation_id=begun.id, source_id=str(begun.id))
    row = desk.conn.execute(select(conversations)).one()
    assert (row.body, row.subject, row.is_redacted) == (REDACTED, None, True)


def test_only_what_says_something_can_be_redacted(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    desk.manages(begun.id, "close")
    [part] = desk.parts(begun.id)
    with pytest.raises(ConversationPartNotRedactable):
        _redact(desk, type="conversation_part", conversation_id=begun.id, conversation_part_id=part.id)


def test_what_is_not_there_can_not_be_redacted(desk: InboxDesk) -> None:
    joe = desk.contact(email="joe@acme.example")
    begun, other = desk.begins(joe), desk.begins(joe)
    desk.admin_says(other.id)
    [part] = desk.parts(other.id)
    globex = make_desk(desk.conn, "Globex")
    for where, which in ((desk, 999), (desk, "really_123_doesnt_exist"), (desk, part.id), (globex, part.id)):
        with pytest.raises(ConversationPartNotFound):
            _redact(where, type="conversation_part", conversation_id=begun.id, conversation_part_id=which)
    with pytest.raises(ConversationPartNotFound):
        _redact(desk, type="source", conversation_id=begun.id, source_id=other.id)
    with pytest.raises(ConversationPartNotFound):
        _redact(globex, type="source", conversation_id=begun.id, source_id=begun.id)


def test_R83_another_workspaces_conversation_is_neither_changed_nor_deleted(desk: InboxDesk) -> None:
    begun = desk.begins(desk.contact(email="joe@acme.example"))
    other = make_desk(desk.conn, "Globex")
    with pytest.raises(NotFound):
        other.changes(begun.id, read=True)
    with pytest.raises(NotFound):
        _delete(other, begun.id)
    assert desk.picture(begun.id).conversation == begun
